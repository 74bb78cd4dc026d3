"""Convolutions, Transformers and models of several parts in plain Keras."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import Input, Sequential, layers, ops


def cnn() -> keras.Model:
    return Sequential([
        Input((100, 4)),
        layers.Conv1D(8, 5, activation="relu"),
        layers.MaxPooling1D(2),
        layers.Conv1D(8, 3, strides=2, padding="same", use_bias=False),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.AveragePooling1D(2, strides=1, padding="same"),
        layers.Flatten(),
        layers.Dense(3, activation="softmax"),
    ])  # fmt: skip


def cnn_lstm() -> keras.Model:
    """The tutorial's convolution of subsequences, layer by layer in `TimeDistributed`."""
    return Sequential([
        Input((None, 10, 2)),
        layers.TimeDistributed(layers.Conv1D(8, 3, activation="relu")),
        layers.TimeDistributed(layers.MaxPooling1D(2)),
        layers.TimeDistributed(layers.Flatten()),
        layers.LSTM(6),
        layers.Dense(1),
    ])  # fmt: skip


def frames() -> keras.Model:
    """A model of one picture, applied to each of a film."""
    picture = Sequential([
        Input((12, 12, 1)),
        layers.Conv2D(4, 3, activation="relu"),
        layers.MaxPooling2D((2, 2)),
        layers.GlobalAveragePooling2D(),
    ], name="picture")  # fmt: skip
    film = Input((None, 12, 12, 1))
    x = layers.TimeDistributed(picture)(film)
    return keras.Model(film, layers.Dense(2)(layers.GRU(5)(x)))


def tcn() -> keras.Model:
    inputs = Input((None, 3))
    x = layers.Conv1D(8, 1)(inputs)
    for level in range(4):
        y = layers.Conv1D(8, 3, dilation_rate=2**level, padding="causal", activation="relu")(x)
        y = layers.SpatialDropout1D(0.1)(y)
        y = layers.Conv1D(8, 1)(y)
        x = layers.add([x, y])
    return keras.Model(inputs, layers.Dense(1)(x))


def wavenet_gates() -> keras.Model:
    inputs = Input((None, 8))
    x, skips = inputs, []
    for level in range(3):
        gate = layers.Conv1D(8, 2, dilation_rate=2**level, padding="causal", activation="sigmoid")
        wave = layers.Conv1D(8, 2, dilation_rate=2**level, padding="causal", activation="tanh")
        y = layers.Multiply()([wave(x), gate(x)])
        y = layers.Conv1D(8, 1)(y)
        skips.append(y)
        x = layers.Add()([x, y])
    x = layers.Activation("relu")(layers.Add()(skips))
    return keras.Model(inputs, layers.Conv1D(5, 1, activation="softmax")(x))


def conv_autoencoder() -> keras.Model:
    return Sequential([
        Input((32, 1)),
        layers.Conv1D(8, 7, padding="same", strides=2, activation="relu"),
        layers.Dropout(rate=0.2),
        layers.Conv1D(4, 7, padding="same", strides=2, activation="relu"),
        layers.Conv1DTranspose(4, 7, padding="same", strides=2, activation="relu"),
        layers.Conv1DTranspose(8, 7, padding="same", strides=2, activation="relu"),
        layers.Conv1DTranspose(1, 7, padding="same"),
    ])  # fmt: skip


def unet() -> keras.Model:
    inputs = Input((16, 16, 3))
    one = layers.Conv2D(4, 3, padding="same", activation="relu")(inputs)
    two = layers.Conv2D(8, 3, padding="same", activation="relu")(layers.MaxPooling2D()(one))
    up = layers.UpSampling2D(2)(two)
    both = layers.Concatenate()([one, up])
    return keras.Model(inputs, layers.Conv2D(1, 1, activation="sigmoid")(both))


def pads_and_crops() -> keras.Model:
    inputs = Input((10, 4))
    x = layers.ZeroPadding1D((2, 0))(inputs)
    x = layers.SeparableConv1D(6, 3)(x)
    x = layers.Cropping1D((1, 2))(x)
    x = layers.UpSampling1D(3)(x)
    return keras.Model(inputs, layers.DepthwiseConv1D(3, depth_multiplier=2)(x))


def images() -> keras.Model:
    inputs = Input((24, 24, 3))
    x = layers.Rescaling(1 / 255)(inputs)
    x = layers.ZeroPadding2D(1)(x)
    x = layers.Conv2D(8, (3, 3), strides=(2, 2), kernel_initializer="he_normal")(x)
    x = layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x)
    x = layers.LeakyReLU(negative_slope=0.1)(x)
    x = layers.MaxPooling2D((3, 3), strides=2, padding="same")(x)
    x = layers.DepthwiseConv2D(3, padding="same")(x)
    x = layers.PReLU(shared_axes=[1, 2])(x)
    x = layers.Permute((2, 1, 3))(x)
    x = layers.Reshape((-1, 48))(x)
    x = layers.LSTM(5)(x)
    return keras.Model(inputs, layers.Dense(10)(x))


def encoder(x: Any, heads: int, width: int, ff: int, rate: float = 0.1) -> Any:
    y = layers.MultiHeadAttention(heads, width // heads, dropout=rate)(x, x)
    x = layers.LayerNormalization(epsilon=1e-6)(x + layers.Dropout(rate)(y))
    y = layers.Dense(width)(layers.Dense(ff, activation="relu")(x))
    return layers.LayerNormalization(epsilon=1e-6)(layers.Add()([x, layers.Dropout(rate)(y)]))


def transformer() -> keras.Model:
    inputs = Input((20, 16))
    x = inputs
    for _ in range(2):
        x = encoder(x, 4, 16, 32)
    x = layers.GlobalAveragePooling1D(data_format="channels_last")(x)
    x = layers.Dense(12, activation="relu")(x)
    return keras.Model(inputs, layers.Dense(2, activation="softmax")(layers.Dropout(0.4)(x)))


def decoder_only() -> keras.Model:
    ids = Input((None,), dtype="int32")
    x = layers.Embedding(40, 12)(ids)
    for _ in range(2):
        y = layers.LayerNormalization()(x)
        x = x + layers.MultiHeadAttention(3, 4)(y, y, use_causal_mask=True)
        y = layers.LayerNormalization()(x)
        x = x + layers.Dense(12)(layers.Dense(24, activation="gelu")(y))
    return keras.Model(ids, layers.Dense(40)(layers.LayerNormalization()(x)))


def cross_attention() -> keras.Model:
    source, target = Input((None, 8)), Input((None, 8))
    y = layers.MultiHeadAttention(2, 4, use_bias=False)(target, source)
    z = layers.MultiHeadAttention(2, 4, value_dim=3)(query=target, value=source, key=source)
    return keras.Model([source, target], layers.Average()([y, z]))


def additive() -> keras.Model:
    source, target = Input((9, 6)), Input((5, 6))
    return keras.Model([source, target], layers.AdditiveAttention()([target, source]))


def gated_by_operators() -> keras.Model:
    inputs = Input((10, 8))
    gate = layers.Dense(8, activation="sigmoid")(inputs)
    x = gate * layers.Dense(8)(inputs) + (1 - gate) * inputs
    return keras.Model(inputs, x / 2 - 1)


def functions() -> keras.Model:
    inputs = Input((10, 6))
    x = ops.relu(layers.Dense(6)(inputs))
    x = ops.concatenate([x, ops.tanh(inputs)], axis=-1)
    x = ops.maximum(x, ops.square(x)) + ops.sqrt(ops.abs(x))
    low, high = ops.min(x, axis=1), ops.max(x, axis=1)
    x = ops.concatenate([low, high, ops.mean(x, axis=1)], axis=1)
    return keras.Model(inputs, ops.softmax(layers.Dense(3)(x)))


def reshaped() -> keras.Model:
    inputs = Input((12, 4))
    x = ops.transpose(inputs, (0, 2, 1))
    x = ops.reshape(x, (-1, 6, 8))
    x = ops.expand_dims(x, -1)
    x = layers.Conv2D(3, 3)(x)
    x = layers.Reshape((4, 18))(x)
    x = ops.flip(x, axis=1)
    return keras.Model(inputs, ops.squeeze(layers.Dense(1)(x), axis=-1))


def wide_and_deep() -> keras.Model:
    wide, deep = Input((5,), name="wide"), Input((6,), name="deep")
    x = layers.Dense(30, activation="relu", name="first")(deep)
    x = layers.Dense(30, activation="relu", name="second")(x)
    x = layers.concatenate([wide, x], name="both")
    main = layers.Dense(1, name="main")(x)
    aside = layers.Dense(1, name="aside")(layers.Dropout(0.2)(x))
    model = keras.Model([wide, deep], [main, aside])
    model.compile("sgd", {"main": "mse", "aside": "mae"}, loss_weights={"main": 0.9, "aside": 0.1})
    return model


def nested() -> keras.Model:
    features = Sequential([
        Input((8, 2)), layers.Conv1D(4, 3, activation="relu"), layers.GlobalMaxPooling1D()
    ], name="features")  # fmt: skip
    head = Sequential([layers.Dense(6, activation="relu"), layers.Dense(1)], name="head")
    inputs = Input((8, 2))
    return keras.Model(inputs, head(features(inputs)))


def norms() -> keras.Model:
    inputs = Input((6, 8))
    x = layers.GroupNormalization(groups=4)(inputs)
    x = layers.LayerNormalization(center=False)(x)
    x = layers.RMSNormalization()(x)
    x = layers.UnitNormalization()(x)
    x = layers.GaussianNoise(0.1)(x)
    x = layers.ELU()(layers.Softmax()(x))
    return keras.Model(inputs, layers.BatchNormalization(scale=False)(x))


def merges() -> keras.Model:
    one, two = Input((5, 4)), Input((5, 4))
    x = layers.Subtract()([one, two])
    y = layers.Maximum()([one, two, x])
    z = layers.minimum([x, y])
    z = layers.Concatenate(axis=1)([z, layers.average([one, two])])
    return keras.Model([one, two], z)


def weighted_mean() -> keras.Model:
    """Attention pooling with a softmax over the steps."""
    ids = Input((15,), dtype="int32")
    x = layers.Embedding(30, 8)(ids)
    weights = layers.Softmax(axis=1)(layers.Dense(1, activation="tanh")(x))
    x = ops.sum(x * weights, axis=1)
    return keras.Model(ids, layers.Dense(2)(x))


def placed_words() -> keras.Model:
    ids = Input((16,), dtype="int32")
    x = layers.Embedding(30, 8, embeddings_initializer="uniform")(ids)
    x = layers.Dropout(0.1)(layers.Conv1D(8, 3, padding="same")(x))
    x = layers.Bidirectional(layers.LSTM(4, return_sequences=True))(x)
    x = layers.GlobalMaxPool1D()(x)
    return keras.Model(ids, layers.Dense(1, activation="sigmoid")(x))


def textcnn() -> keras.Model:
    ids = Input((20,), dtype="int32", name="words")
    x = layers.Embedding(50, 10)(ids)
    found = [
        layers.GlobalMaxPooling1D()(layers.Conv1D(6, size, activation="relu")(x))
        for size in (3, 4, 5)
    ]
    x = layers.Dropout(0.5)(layers.Concatenate()(found))
    return keras.Model(ids, layers.Dense(1, activation="sigmoid")(x))


def one_hot() -> keras.Model:
    ids = Input((10,), dtype="int32")
    x = ops.one_hot(ids, 12)
    return keras.Model(ids, layers.LSTM(6)(x))


def squeeze_and_excite() -> keras.Model:
    inputs = Input((16, 8))
    x = layers.Conv1D(8, 3, padding="same")(inputs)
    s = layers.GlobalAveragePooling1D()(x)
    s = layers.Dense(2, activation="relu")(s)
    s = layers.Dense(8, activation="sigmoid")(s)
    s = layers.Reshape((1, 8))(s)
    return keras.Model(inputs, layers.multiply([x, s]))


OTHERS: dict[str, Callable[[], Any]] = {
    made.__name__: made
    for made in (
        cnn, cnn_lstm, frames, tcn, wavenet_gates, conv_autoencoder, unet, pads_and_crops, images,
        transformer, decoder_only, cross_attention, additive, gated_by_operators, functions,
        reshaped, wide_and_deep, nested, norms, merges, weighted_mean, placed_words, textcnn,
        one_hot, squeeze_and_excite,
    )
}  # fmt: skip
