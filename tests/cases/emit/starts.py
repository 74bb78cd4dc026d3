"""The Keras model `starts`, written by seqspec."""

import keras
from keras import layers


def build_model(seed: int = 0) -> keras.Model:
    """Builds the model; the same seed gives the same weights."""
    keras.utils.set_random_seed(seed)
    # How weights start and how long they may become.
    inputs = keras.Input(shape=(9,), dtype="int32", name="input")
    x = layers.Embedding(
        20,
        8,
        embeddings_initializer=keras.initializers.TruncatedNormal(stddev=0.02),
        name="embed",
    )(inputs)
    x = layers.Conv1D(
        4,
        3,
        bias_initializer=keras.initializers.Constant(-2.0),
        kernel_constraint=keras.constraints.MaxNorm(2.0, axis=[0, 1]),
        name="conv",
    )(x)
    x = layers.LSTM(
        4,
        recurrent_initializer="zeros",
        recurrent_constraint=keras.constraints.MaxNorm(3.0),
        kernel_initializer=keras.initializers.RandomUniform(minval=-0.08, maxval=0.08),
        name="lstm",
    )(x)
    x = layers.Dense(
        2,
        kernel_initializer=keras.initializers.Constant(0.5),
        kernel_regularizer=keras.regularizers.L2(l2=0.01),
        kernel_constraint=keras.constraints.MaxNorm(1.0),
        name="dense",
    )(x)
    return keras.Model(inputs, x, name="starts")


if __name__ == "__main__":
    build_model().summary()
