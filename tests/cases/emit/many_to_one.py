"""The Keras model `many_to_one`, written by seqspec."""

import keras
from keras import layers


def build_model(seed: int = 0) -> keras.Model:
    """Builds the model; the same seed gives the same weights."""
    keras.utils.set_random_seed(seed)
    inputs = keras.Input(shape=(10, 6), name="input")
    x = layers.LSTM(8, name="lstm")(inputs)
    return keras.Model(inputs, x, name="many_to_one")


if __name__ == "__main__":
    build_model().summary()
