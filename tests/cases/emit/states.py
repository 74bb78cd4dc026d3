"""The Keras model `states`, written by seqspec."""

import keras
from keras import layers


def build_model(seed: int = 0) -> keras.Model:
    """Builds the model; the same seed gives the same weights."""
    keras.utils.set_random_seed(seed)
    src_input = keras.Input(shape=(None,), dtype="int32", name="src_input")
    x = layers.Embedding(20, 8, name="embed")(src_input)
    src, h, c = layers.LSTM(8, return_state=True, name="src")(x)
    next_input = keras.Input(shape=(None,), dtype="int32", name="next_input")
    x = layers.Embedding(20, 8, name="embed_1")(next_input)
    x = layers.LSTM(8, return_sequences=True, name="lstm")(x, initial_state=[h, c])
    next = layers.Dense(20, activation="softmax", name="next")(x)
    ends = layers.Concatenate(name="ends")([h, c])
    return keras.Model([src_input, next_input], [next, ends], name="states")


if __name__ == "__main__":
    build_model().summary()
