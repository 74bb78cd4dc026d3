"""Published models of the Transformer's family, as their examples write them in Keras."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf
from keras import Input, layers, ops


class FourierMixing(layers.Layer):
    """FNet's: the real part of the transform over steps and features."""

    def call(self, x: Any) -> Any:
        return tf.math.real(tf.signal.fft2d(tf.cast(x, tf.complex64)))


def placed(ids: Any) -> Any:
    """Words and their places, of which there are 40."""
    places = ops.cumsum(ops.ones_like(ids), axis=1) - 1
    return layers.Embedding(8192, 256)(ids) + layers.Embedding(40, 256)(places)


def normalised(*values: Any) -> Any:
    return layers.LayerNormalization()(layers.add([*values]))


def feed_forward(x: Any) -> Any:
    return normalised(x, layers.Dense(256)(layers.Dense(512, activation="relu")(x)))


def attention() -> layers.Layer:
    return layers.MultiHeadAttention(num_heads=8, key_dim=256)


def chat_fnet() -> keras.Model:
    asked, said = Input((None,), dtype="int32"), Input((None,), dtype="int32")
    x = placed(asked)
    encoded = feed_forward(normalised(x, FourierMixing()(x)))
    x = placed(said)
    x = normalised(x, attention()(x, x, use_causal_mask=True))
    x = normalised(x, attention()(x, encoded))
    x = layers.Dropout(0.5)(feed_forward(x))
    return keras.Model([asked, said], layers.Dense(8192, activation="softmax")(x))


def across(layer: layers.Layer, x: Any) -> Any:
    """A convolution of (channels, values); on a CPU it must have its channels last."""
    return layers.Permute((2, 1))(layer(layers.Permute((2, 1))(x)))


def channel_mlp(x: Any) -> Any:
    """One dense layer for as many values as there are channels, each read across all of these."""
    mlp, x = layers.Dense(450), layers.LayerNormalization()(x)
    rows = [layers.Reshape((1, 450))(mlp(x[:, :, value])) for value in range(16)]
    return layers.Dropout(0.5)(layers.Activation("gelu")(layers.Concatenate(axis=1)(rows)))


def brain_waves() -> keras.Model:
    inputs = Input((8, 256))
    parts = [part[:, :, 32:257] / 256 for part in ops.rfft(inputs, fft_length=1024)]
    x = across(layers.Conv1D(16, 1), layers.Concatenate()(parts))
    x = layers.Dropout(0.5)(layers.Activation("gelu")(layers.LayerNormalization()(x)))
    for _ in range(4):
        made = across(layers.Conv1D(16, 31, padding="same"), layers.LayerNormalization()(x))
        x = layers.add([x, layers.Dropout(0.5)(layers.Activation("gelu")(made))])
        x = layers.add([x, channel_mlp(x)])
    x = layers.Dense(72)(layers.Dropout(0.5)(layers.Flatten()(x)))
    x = layers.Dropout(0.5)(layers.Activation("gelu")(layers.LayerNormalization()(x)))
    return keras.Model(inputs, layers.Dense(12, activation="softmax")(x))


TRANSFORMERS: dict[str, Callable[[], keras.Model]] = {
    "transformers/chat_fnet.seq": chat_fnet,
    "transformers/brain_waves.seq": brain_waves,
}
