"""The Keras model `options`, written by seqspec."""

import keras
from keras import layers


def build_model(seed: int = 0) -> keras.Model:
    """Builds the model; the same seed gives the same weights."""
    keras.utils.set_random_seed(seed)
    inputs = keras.Input(shape=(10, 6), name="input")
    x = layers.LSTM(
        8,
        return_sequences=True,
        recurrent_dropout=0.1,
        use_bias=False,
        kernel_initializer="he_normal",
        kernel_regularizer=keras.regularizers.L2(l2=0.01),
        name="lstm",
    )(inputs)
    x = layers.GaussianNoise(0.1, name="noise")(x)
    x = layers.Rescaling(0.5, name="scale")(x)
    x = layers.GRU(4, return_sequences=True, reset_after=False, trainable=False, name="gru")(
        x
    )
    x = x[:, ::3]
    x = layers.ZeroPadding1D((1, 0), name="shift")(x[:, :-1])
    head = layers.Dense(3, name="head")(x)
    return keras.Model(inputs, head, name="options")


if __name__ == "__main__":
    build_model().summary()
