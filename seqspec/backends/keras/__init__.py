"""The Keras backend: the only importer of keras."""
