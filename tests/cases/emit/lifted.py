"""The Keras model `lifted`, written by seqspec."""

import keras
from keras import layers


def build_model(seed: int = 0) -> keras.Model:
    """Builds the model; the same seed gives the same weights."""
    keras.utils.set_random_seed(seed)
    inputs = keras.Input(shape=(6,), name="input")
    x = layers.Reshape((6, 1), name="lift")(inputs)
    x = layers.LSTM(8, return_sequences=True, name="lstm")(x)
    x = x[:, -3:]
    return keras.Model(inputs, x, name="lifted")


if __name__ == "__main__":
    build_model().summary()
