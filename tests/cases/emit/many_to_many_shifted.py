"""The Keras model `many_to_many_shifted`, written by seqspec."""

import keras
from keras import layers


def build_model(seed: int = 0) -> keras.Model:
    """Builds the model; the same seed gives the same weights."""
    keras.utils.set_random_seed(seed)
    inputs = keras.Input(shape=(3, 1), name="input")
    x = layers.ZeroPadding1D((0, 3), name="pad")(inputs)
    x = layers.LSTM(1, return_sequences=True, name="lstm")(x)
    x = x[:, -3:]
    return keras.Model(inputs, x, name="many_to_many_shifted")


if __name__ == "__main__":
    build_model().summary()
