"""The Keras model `training`, written by seqspec."""

import keras
from keras import layers


def build_model(seed: int = 0) -> keras.Model:
    """Builds the model; the same seed gives the same weights."""
    keras.utils.set_random_seed(seed)
    # -D units=4
    inputs = keras.Input(shape=(10, 6), name="h_input")
    h = layers.LSTM(4, return_sequences=True, name="h")(inputs)
    x = h[:, -1]
    level = layers.Dense(1, name="level")(x)
    x = h[:, -3:]
    steps = layers.Dense(2, name="steps")(x)
    model = keras.Model(inputs, [level, steps], name="training")
    model.compile(
        optimizer=keras.optimizers.AdamW(learning_rate=0.001, weight_decay=0.01, clipnorm=1.0),
        loss=["mse", "huber"],
        loss_weights=[1.0, 0.5],
        metrics=[["mae"], []],
    )
    return model


if __name__ == "__main__":
    build_model().summary()
