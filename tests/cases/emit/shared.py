"""The Keras model `shared`, written by seqspec."""

import keras
from keras import layers


def build_model(seed: int = 0) -> keras.Model:
    """Builds the model; the same seed gives the same weights."""
    keras.utils.set_random_seed(seed)
    # one encoder reads both questions
    one_input = keras.Input(shape=(None,), dtype="int32", name="one_input")
    embed_layer = layers.Embedding(100, 8, mask_zero=True, name="embed")
    x = embed_layer(one_input)
    lstm_layer = layers.LSTM(8, name="lstm")
    x = lstm_layer(x)
    other_input = keras.Input(shape=(None,), dtype="int32", name="other_input")
    embed_1 = embed_layer(other_input)
    lstm_1 = lstm_layer(embed_1)
    multiply = layers.Multiply(name="multiply")([x, lstm_1])
    x = layers.Concatenate(name="concat")([x, lstm_1, multiply])
    same = layers.Dense(1, activation="sigmoid", name="same")(x)
    return keras.Model([one_input, other_input], same, name="shared")


if __name__ == "__main__":
    build_model().summary()
