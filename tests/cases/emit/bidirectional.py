"""The Keras model `bidirectional`, written by seqspec."""

import keras
from keras import layers


def build_model(seed: int = 0) -> keras.Model:
    """Builds the model; the same seed gives the same weights."""
    keras.utils.set_random_seed(seed)
    x = keras.Input(shape=(10, 6), name="x")
    lstm = layers.Bidirectional(
        layers.LSTM(4, return_sequences=True), merge_mode="sum", name="lstm"
    )(x)
    both = layers.Dropout(0.2, name="both")(lstm)
    back = layers.GRU(4, return_sequences=True, go_backwards=True, name="back")(x)
    aligned = back[:, ::-1]
    gru = layers.Bidirectional(layers.GRU(4), name="gru")(x)
    return keras.Model(x, [both, aligned, gru], name="bidirectional")


if __name__ == "__main__":
    build_model().summary()
