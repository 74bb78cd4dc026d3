"""The Keras model `learned`, written by seqspec."""

import keras
from keras import layers, ops


def build_model(seed: int = 0) -> keras.Model:
    """Builds the model; the same seed gives the same weights."""
    keras.utils.set_random_seed(seed)
    # A token that stands for the whole, a memory that reads, states to begin with, raw patches.
    inputs = keras.Input(shape=(None, 8), name="x_input")
    number = ops.cumsum(ops.ones_like(inputs[0, :-3:2, 0], dtype="int32")) - 1
    start = number * 2
    places = start[..., None] + ops.arange(4, dtype="int32")
    x = ops.take(inputs, places, axis=1)
    x = layers.Reshape((-1, 32), name="x")(x)
    number = ops.zeros_like(x[:, 0, 0, None], dtype="int32")
    learned = layers.Embedding(1, 32, embeddings_initializer="zeros", name="learned")(
        number
    )
    concat = layers.Concatenate(axis=1, name="concat")([learned, x])
    number = ops.zeros_like(concat[:, 0, 0, None], dtype="int32")
    rows = layers.Embedding(1, 4, name="learned_1")(number)
    learned_1 = rows[:, 0]
    number = ops.zeros_like(concat[:, 0, 0, None], dtype="int32")
    rows = layers.Embedding(1, 4, name="learned_2")(number)
    learned_2 = rows[:, 0]
    h = layers.LSTM(4, return_sequences=True, name="h")(
        concat, initial_state=[learned_1, learned_2]
    )
    number = ops.zeros_like(x[:, 0, 0, None], dtype="int32") + ops.arange(2, dtype="int32")
    learned_3 = layers.Embedding(2, 32, name="learned_3")(number)
    slots = layers.MultiHeadAttention(2, 16, name="slots")(learned_3, x)
    number = ops.zeros_like(h[:, 0, 0, None], dtype="int32") + ops.arange(4, dtype="int32")
    rows = layers.Embedding(4, 3, name="grid")(number)
    grid = ops.reshape(rows, (-1, 2, 2, 3))
    return keras.Model(inputs, [slots, grid], name="learned")


if __name__ == "__main__":
    build_model().summary()
