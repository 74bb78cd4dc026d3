"""The Keras model `convolution`, written by seqspec."""

import keras
from keras import layers


def build_model(seed: int = 0) -> keras.Model:
    """Builds the model; the same seed gives the same weights."""
    keras.utils.set_random_seed(seed)
    image_input = keras.Input(shape=(16, 16, 3), name="image_input")
    x = layers.Conv2D(8, 3, padding="same", activation="relu", name="conv")(image_input)
    x = layers.MaxPooling2D(2, name="pool")(x)
    image = layers.Conv2D(8, 3, strides=2, name="image")(x)
    x = layers.Flatten(name="flatten")(image)
    label = layers.Dense(4, activation="softmax", name="label")(x)
    wave_input = keras.Input(shape=(20, 2), name="wave_input")
    x = layers.Conv1D(4, 3, padding="causal", dilation_rate=2, name="conv_1")(wave_input)
    x = layers.Conv1DTranspose(4, 4, strides=2, name="deconv")(x)
    wave = layers.UpSampling1D(2, name="wave")(x)
    return keras.Model([image_input, wave_input], [label, wave], name="convolution")


if __name__ == "__main__":
    build_model().summary()
