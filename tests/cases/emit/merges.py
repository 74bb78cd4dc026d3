"""The Keras model `merges`, written by seqspec."""

import keras
from keras import layers, ops


def build_model(seed: int = 0) -> keras.Model:
    """Builds the model; the same seed gives the same weights."""
    keras.utils.set_random_seed(seed)
    x = keras.Input(shape=(10, 6), name="x")
    h = layers.Dense(6, activation="tanh", name="h")(x)
    dense = layers.Dense(6, name="dense")(x)
    residual = layers.Add(name="residual")([x, dense, h])
    dense_1 = layers.Dense(1, name="dense_1")(h)
    softmax = ops.softmax(dense_1, axis=1)
    multiply = layers.Multiply(name="multiply")([h, softmax])
    attention = ops.sum(multiply, axis=1)
    reverse = x[:, ::-1]
    concat = layers.Concatenate(name="concat")([x, h, reverse])
    side = layers.LayerNormalization(name="side")(concat)
    both = layers.Concatenate(axis=1, name="both")([x, h])
    return keras.Model(x, [residual, attention, side, both], name="merges")


if __name__ == "__main__":
    build_model().summary()
