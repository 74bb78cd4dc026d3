"""Data against a graph: what Keras would refuse in the middle of training, or take in silence."""
