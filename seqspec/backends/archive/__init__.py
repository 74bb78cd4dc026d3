"""Writes `.keras` files without Keras: the program as the archive's config, weights from NumPy."""
