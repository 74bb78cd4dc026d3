"""The Keras model `comments`, written by seqspec."""

import keras
from keras import layers


def build_model(seed: int = 0) -> keras.Model:
    """Builds the model; the same seed gives the same weights."""
    keras.utils.set_random_seed(seed)
    # At the top.
    # the input
    x = keras.Input(shape=(10, 6), name="x")
    # Before the layer.
    lstm = layers.LSTM(8, name="lstm")(x)
    # inside a chain
    # the last step
    z = layers.Dense(1, name="z")(lstm)
    # At the end.
    return keras.Model(x, z, name="comments")


if __name__ == "__main__":
    build_model().summary()
