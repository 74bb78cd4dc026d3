"""The Keras model `one_to_one`, written by seqspec."""

import keras
from keras import layers


def build_model(seed: int = 0) -> keras.Model:
    """Builds the model; the same seed gives the same weights."""
    keras.utils.set_random_seed(seed)
    inputs = keras.Input(shape=(6,), name="input")
    x = layers.Dense(3, name="dense")(inputs)
    return keras.Model(inputs, x, name="one_to_one")


if __name__ == "__main__":
    build_model().summary()
