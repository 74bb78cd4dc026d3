"""The Keras model `broadcast`, written by seqspec."""

import keras
from keras import layers, ops


def build_model(seed: int = 0) -> keras.Model:
    """Builds the model; the same seed gives the same weights."""
    keras.utils.set_random_seed(seed)
    # A vector at every step, and an image's sizes from both sides.
    static = keras.Input(shape=(3,), name="static")
    x = keras.Input(shape=(None, 4), name="x")
    dense = layers.Dense(8, name="dense")(static)
    repeat = layers.RepeatVector(1, name="repeat")(dense)
    steps = layers.Concatenate(name="steps")([x, repeat * ops.ones_like(x[:, :, :1])])
    dense_1 = layers.Dense(1, name="dense_1")(x)
    added = layers.Add(name="added")([x, dense_1 * ops.ones_like(x)])
    rows = keras.Input(shape=(None, 1, 3), name="rows")
    input = keras.Input(shape=(1, None, 5), name="input")
    image = layers.Concatenate(name="image")(
        [rows * ops.ones_like(input[:, :, :, :1]), input * ops.ones_like(rows[:, :, :, :1])]
    )
    return keras.Model([static, x, rows, input], [steps, added, image], name="broadcast")


if __name__ == "__main__":
    build_model().summary()
