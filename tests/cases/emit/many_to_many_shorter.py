"""The Keras model `many_to_many_shorter`, written by seqspec."""

import keras
from keras import layers


def build_model(seed: int = 0) -> keras.Model:
    """Builds the model; the same seed gives the same weights."""
    keras.utils.set_random_seed(seed)
    inputs = keras.Input(shape=(6, 1), name="input")
    x = layers.LSTM(1, return_sequences=True, name="lstm")(inputs)
    x = x[:, -3:]
    return keras.Model(inputs, x, name="many_to_many_shorter")


if __name__ == "__main__":
    build_model().summary()
