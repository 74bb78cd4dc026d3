"""Recurrent models in plain Keras, as people write them in questions and answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import Input, Sequential, layers, ops


def many_to_one() -> keras.Model:
    model = Sequential()
    model.add(Input((10, 6)))
    model.add(layers.LSTM(8))
    model.add(layers.Dense(1))
    model.compile(loss="mean_squared_error", optimizer="adam", metrics=["mae"])
    return model


def stacked_bi_lstm() -> keras.Model:
    model = Sequential([
        Input((None, 6)),
        layers.Bidirectional(layers.LSTM(8, return_sequences=True)),
        layers.Dropout(0.2),
        layers.Bidirectional(layers.LSTM(4)),
        layers.Dense(3, activation="softmax"),
    ])  # fmt: skip
    model.compile("rmsprop", "categorical_crossentropy", metrics=["accuracy"])
    return model


def many_to_many() -> keras.Model:
    model = Sequential([
        Input((5, 2)),
        layers.LSTM(7, return_sequences=True, recurrent_dropout=0.1),
        layers.TimeDistributed(layers.Dense(3)),
    ])  # fmt: skip
    model.compile(keras.optimizers.SGD(0.01, momentum=0.9, nesterov=True), "mse")
    return model


def one_to_many() -> keras.Model:
    return Sequential([Input((4,)), layers.RepeatVector(5), layers.GRU(6, return_sequences=True)])


def autoencoder() -> keras.Model:
    return Sequential([
        Input((9, 1)),
        layers.LSTM(8, activation="relu"),
        layers.RepeatVector(9),
        layers.LSTM(8, activation="relu", return_sequences=True),
        layers.TimeDistributed(layers.Dense(1)),
    ])  # fmt: skip


def seq2seq() -> keras.Model:
    """The blog post's translator of letters, trained with the true letters as input."""
    source, target = Input((None, 7)), Input((None, 9))
    _, *states = layers.LSTM(16, return_state=True)(source)
    x, _, _ = layers.LSTM(16, return_sequences=True, return_state=True)(
        target, initial_state=states
    )
    return keras.Model([source, target], layers.Dense(9, activation="softmax")(x))


def gru_states() -> keras.Model:
    source, target = Input((None, 4)), Input((6, 3))
    _, state = layers.GRU(5, return_state=True, name="encoder")(source)
    x = layers.GRU(5, return_sequences=True, name="decoder")(target, initial_state=state)
    return keras.Model([source, target], [x, state])


def states_of_both_ways() -> keras.Model:
    inputs = Input((7, 3))
    x, fh, fc, bh, bc = layers.Bidirectional(
        layers.LSTM(4, return_sequences=True, return_state=True)
    )(inputs)
    h, c = layers.Concatenate()([fh, bh]), layers.Concatenate()([fc, bc])
    y = layers.LSTM(8, return_sequences=True)(x, initial_state=[h, c])
    return keras.Model(inputs, y)


def states_from_features() -> keras.Model:
    series, static = Input((None, 3), name="series"), Input((5,), name="static")
    h = layers.Dense(8, activation="tanh")(static)
    c = layers.Dense(8, activation="tanh")(static)
    x = layers.LSTM(8)(series, initial_state=[h, c])
    return keras.Model([series, static], layers.Dense(1, name="sales")(x))


def masked_readings() -> keras.Model:
    return Sequential([
        Input((None, 3)),
        layers.Masking(-1.0),
        layers.LSTM(8, return_sequences=True),
        layers.LSTM(4),
        layers.Dense(1, activation="sigmoid"),
    ])  # fmt: skip


def masked_words() -> keras.Model:
    model = Sequential([
        Input((None,), dtype="int32"),
        layers.Embedding(50, 8, mask_zero=True),
        layers.Bidirectional(layers.GRU(6, return_sequences=True), merge_mode="sum"),
        layers.GRU(5),
        layers.Dense(1, activation="sigmoid"),
    ])  # fmt: skip
    model.compile(
        keras.optimizers.Adam(1e-4),
        keras.losses.BinaryCrossentropy(from_logits=False),
        metrics=["accuracy"],
    )
    return model


def words_by_functions() -> keras.Model:
    ids = Input((20,), dtype="int32", name="ids")
    x = layers.Embedding(100, 16, mask_zero=True)(ids)
    x = layers.LSTM(12, return_sequences=True)(x)
    x = layers.Dropout(0.5)(x)
    x = layers.LSTM(12)(x)
    return keras.Model(ids, layers.Dense(4, activation="softmax", name="topic")(x))


def stateful() -> keras.Model:
    return Sequential([
        Input(batch_shape=(4, 5, 2)),
        layers.LSTM(6, stateful=True, return_sequences=True),
        layers.LSTM(6, stateful=True),
        layers.Dense(1),
    ])  # fmt: skip


def backwards() -> keras.Model:
    inputs = Input((8, 3))
    back = layers.LSTM(5, go_backwards=True)(inputs)
    forth = layers.LSTM(5)(inputs)
    return keras.Model(inputs, layers.Dense(2)(layers.concatenate([forth, back])))


def kernels() -> keras.Model:
    """Every way to start and to bound a kernel."""
    inputs = Input((6, 4))
    x = layers.Dense(
        8, kernel_initializer="he_normal", kernel_regularizer=keras.regularizers.L2(0.01)
    )(inputs)
    x = layers.Dense(
        8, kernel_initializer=keras.initializers.RandomNormal(stddev=0.02),
        kernel_regularizer=keras.regularizers.L1L2(0.1, 0.2), bias_initializer="ones",
    )(x)  # fmt: skip
    x = layers.LSTM(
        4, kernel_constraint=keras.constraints.MaxNorm(3), unit_forget_bias=False,
        recurrent_activation="hard_sigmoid", recurrent_initializer="glorot_uniform",
    )(x)  # fmt: skip
    return keras.Model(inputs, layers.Dense(1, use_bias=False, trainable=False)(x))


def last_step_by_index() -> keras.Model:
    inputs = Input((None, 5))
    x = layers.LSTM(6, return_sequences=True)(inputs)
    return keras.Model(inputs, [x[:, -1], x[:, -3:], x[:, 0, :]])


def conv_lstm() -> keras.Model:
    return Sequential([
        Input((None, 8, 8, 1)),
        layers.ConvLSTM2D(4, (3, 3), padding="same", return_sequences=True),
        layers.BatchNormalization(),
        layers.ConvLSTM2D(2, 3, padding="same", return_sequences=True),
        layers.Conv3D(1, (3, 3, 3), activation="sigmoid", padding="same"),
    ])  # fmt: skip


def residual_stack() -> keras.Model:
    inputs = Input((12, 8))
    x = inputs
    for _ in range(3):
        y = layers.LSTM(8, return_sequences=True)(x)
        x = layers.Add()([x, y])
    return keras.Model(inputs, layers.Dense(1)(layers.GlobalAveragePooling1D()(x)))


def two_outputs() -> keras.Model:
    inputs = Input((10, 3))
    x = layers.GRU(6, return_sequences=True)(inputs)
    level = layers.Dense(1, name="level")(layers.GlobalMaxPooling1D()(x))
    steps = layers.Dense(2, name="steps")(x)
    model = keras.Model(inputs, [level, steps])
    model.compile("adam", ["mse", "mae"], loss_weights=[1.0, 0.5])
    return model


def attention_by_hand() -> keras.Model:
    """The much copied attention over the steps of an LSTM."""
    inputs = Input((10, 6))
    x = layers.LSTM(8, return_sequences=True)(inputs)
    e = layers.Dense(1, activation="tanh")(x)
    a = layers.Flatten()(e)
    a = layers.Activation("softmax")(a)
    a = layers.RepeatVector(8)(a)
    a = layers.Permute([2, 1])(a)
    x = layers.Multiply()([x, a])
    x = ops.sum(x, axis=1)
    return keras.Model(inputs, layers.Dense(1)(x))


def luong() -> keras.Model:
    source, target = Input((9, 4)), Input((7, 5))
    memory, h, c = layers.LSTM(8, return_sequences=True, return_state=True)(source)
    x = layers.LSTM(8, return_sequences=True)(target, initial_state=[h, c])
    read = layers.Attention()([x, memory])
    x = layers.Concatenate(axis=-1)([x, read])
    return keras.Model([source, target], layers.TimeDistributed(layers.Dense(5))(x))


def luong_by_dots() -> keras.Model:
    source, target = Input((9, 4)), Input((7, 5))
    memory = layers.GRU(8, return_sequences=True)(source)
    x = layers.GRU(8, return_sequences=True)(target)
    scores = layers.Activation("softmax")(layers.dot([x, memory], axes=[2, 2]))
    read = layers.dot([scores, memory], axes=[2, 1])
    x = layers.concatenate([read, x])
    return keras.Model([source, target], layers.Dense(5, activation="softmax")(x))


def siamese() -> keras.Model:
    """One encoder for both questions, a model of its own."""
    words = Input((12,), dtype="int32")
    x = layers.Embedding(60, 8)(words)
    encoder = keras.Model(words, layers.LSTM(6)(x), name="encoder")
    left, right = Input((12,), dtype="int32"), Input((12,), dtype="int32")
    both = layers.Concatenate()([encoder(left), encoder(right)])
    return keras.Model([left, right], layers.Dense(1, activation="sigmoid")(both))


def shared_layers() -> keras.Model:
    left, right = Input((5, 3)), Input((5, 3))
    lstm = layers.LSTM(4)
    distance = ops.abs(lstm(left) - lstm(right))
    return keras.Model([left, right], layers.Dense(1, activation="sigmoid")(distance))


RECURRENT: dict[str, Callable[[], Any]] = {
    made.__name__: made
    for made in (
        many_to_one, stacked_bi_lstm, many_to_many, one_to_many, autoencoder, seq2seq, gru_states,
        states_of_both_ways, states_from_features, masked_readings, masked_words,
        words_by_functions, stateful, backwards, kernels, last_step_by_index, conv_lstm,
        residual_stack, two_outputs, attention_by_hand, luong, luong_by_dots, siamese,
        shared_layers,
    )
}  # fmt: skip
