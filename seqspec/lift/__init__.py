"""Reads the config of a saved Keras model back into a graph, without Keras."""
