"""The Keras model `repeated`, written by seqspec."""

import keras
from keras import layers


def build_model(seed: int = 0) -> keras.Model:
    """Builds the model; the same seed gives the same weights."""
    keras.utils.set_random_seed(seed)
    inputs = keras.Input(shape=(10, 6), name="body_input")
    x = layers.Dense(6, activation="relu", name="dense")(inputs)
    x = layers.Dense(6, name="dense_1")(x)
    x = layers.Add(name="add")([inputs, x])
    norm = layers.LayerNormalization(name="norm")(x)
    dense_2 = layers.Dense(6, activation="relu", name="dense_2")(norm)
    dense_3 = layers.Dense(6, name="dense_3")(dense_2)
    add_1 = layers.Add(name="add_1")([norm, dense_3])
    norm_1 = layers.LayerNormalization(name="norm_1")(add_1)
    dense_4 = layers.Dense(6, activation="relu", name="dense_4")(norm_1)
    dense_5 = layers.Dense(6, name="dense_5")(dense_4)
    add_2 = layers.Add(name="add_2")([norm_1, dense_5])
    take = add_2[:, -1]
    body = layers.LayerNormalization(name="body")(take)
    x = layers.Add(name="add_3")([x, add_1, add_2])
    y = layers.Dense(2, name="y")(x)
    return keras.Model(inputs, [y, body], name="repeated")


if __name__ == "__main__":
    build_model().summary()
