"""Published models of series, as a Keras user would write them from their descriptions."""

from __future__ import annotations

from collections.abc import Callable

import keras
from keras import Input, Sequential, layers, ops


def two_headed_cnn() -> keras.Model:
    inputs, heads = [], []
    for _ in range(2):
        series = Input((3, 1))
        x = layers.Conv1D(64, 2, activation="relu")(series)
        x = layers.MaxPooling1D(2)(x)
        inputs.append(series)
        heads.append(layers.Flatten()(x))
    x = layers.Dense(50, activation="relu")(layers.concatenate(heads))
    return keras.Model(inputs, layers.Dense(1)(x))


def residual_lstm() -> keras.Model:
    inputs = Input((24, 19))
    delta = layers.Dense(19)(layers.LSTM(32, return_sequences=True)(inputs))
    return keras.Model(inputs, layers.add([inputs, delta]))


def hand_written_cell() -> keras.Model:
    """The guide's loop over the steps, with its zeros as part of the model."""
    inputs = Input(batch_shape=(16, 10, 5))
    x = layers.Conv1D(32, 3)(inputs)
    of_input, of_state = (layers.Dense(32, activation="tanh") for _ in range(2))
    state, steps = ops.zeros_like(x[:, 0]), []
    for step in range(8):
        state = of_input(x[:, step]) + of_state(state)
        steps.append(state)
    return keras.Model(inputs, layers.Dense(1)(ops.stack(steps, axis=1)))


def traffic() -> keras.Model:
    """Roads in a ring, each with two neighbours; a road's own LSTM, the same for all."""
    inputs = Input((12, 26, 1))
    weigh = layers.Dense(10, use_bias=False)
    near = (ops.roll(inputs, 1, axis=2) + ops.roll(inputs, -1, axis=2)) / 2
    x = layers.concatenate([weigh(inputs), weigh(near)])
    x = ops.reshape(ops.transpose(x, (0, 2, 1, 3)), (-1, 12, 20))
    x = layers.Dense(3)(layers.LSTM(64, activation="relu")(x))
    return keras.Model(inputs, ops.transpose(ops.reshape(x, (-1, 26, 3)), (0, 2, 1)))


def last_steps(number: int, features: int) -> layers.Layer:
    """The answer's and the tutorial's way of keeping the last steps."""
    return layers.Lambda(lambda x: x[:, -number:, :], output_shape=(number, features))


SERIES: dict[str, Callable[[], keras.Model]] = {
    "recurrent/hand_written_cell.seq": hand_written_cell,
    "outside/traffic.seq": traffic,
    "recurrent/lstm_9.seq": lambda: Sequential([Input((None, 1)), layers.LSTM(9)]),
    "recurrent/lstm_parameters.seq": lambda: Sequential([Input((16, 4096)), layers.LSTM(256)]),
    "recurrent/one_to_one_lstm.seq": lambda: Sequential(
        [Input((1, 1)), layers.LSTM(5), layers.Dense(1)]
    ),
    "recurrent/human_activity.seq": lambda: Sequential(
        [
            Input((128, 9)),
            layers.LSTM(100),
            layers.Dropout(0.5),
            layers.Dense(100, activation="relu"),
            layers.Dense(6, activation="softmax"),
        ]
    ),
    "recurrent/four_simple_rnns.seq": lambda: Sequential(
        [
            Input((None,), dtype="int32"),
            layers.Embedding(10000, 32),
            layers.SimpleRNN(32, return_sequences=True),
            layers.SimpleRNN(32, return_sequences=True),
            layers.SimpleRNN(32, return_sequences=True),
            layers.SimpleRNN(32),
        ]
    ),
    "recurrent/gru_then_rnn.seq": lambda: Sequential(
        [
            Input((None,), dtype="int32"),
            layers.Embedding(1000, 64),
            layers.GRU(256, return_sequences=True),
            layers.SimpleRNN(128),
            layers.Dense(10),
        ]
    ),
    "origin/answer_one_to_many.seq": lambda: Sequential(
        [Input((10,)), layers.RepeatVector(5), layers.LSTM(20, return_sequences=True)]
    ),
    "origin/answer_many_to_one.seq": lambda: Sequential([Input((10, 6)), layers.LSTM(1)]),
    "origin/answer_many_to_many.seq": lambda: Sequential(
        [Input((10, 6)), layers.LSTM(1, return_sequences=True)]
    ),
    "origin/answer_many_to_many_last.seq": lambda: Sequential(
        [Input((10, 6)), layers.LSTM(1, return_sequences=True), last_steps(3, 1)]
    ),
    "origin/answer_many_to_many_pad.seq": lambda: Sequential(
        [
            Input((10, 6)),
            layers.ZeroPadding1D((0, 3)),
            layers.LSTM(20, return_sequences=True),
            last_steps(3, 20),
        ]
    ),
    "forecasting/vanilla_lstm.seq": lambda: Sequential(
        [Input((3, 1)), layers.LSTM(50, activation="relu"), layers.Dense(1)]
    ),
    "forecasting/stacked_lstm.seq": lambda: Sequential(
        [
            Input((3, 1)),
            layers.LSTM(50, activation="relu", return_sequences=True),
            layers.LSTM(50, activation="relu"),
            layers.Dense(1),
        ]
    ),
    "forecasting/two_steps_ahead.seq": lambda: Sequential(
        [
            Input((3, 1)),
            layers.LSTM(100, activation="relu", return_sequences=True),
            layers.LSTM(100, activation="relu"),
            layers.Dense(2),
        ]
    ),
    "forecasting/two_headed_cnn.seq": two_headed_cnn,
    "forecasting/power_week.seq": lambda: Sequential(
        [
            Input((7, 1)),
            layers.LSTM(200, activation="relu"),
            layers.Dense(100, activation="relu"),
            layers.Dense(7),
        ]
    ),
    "forecasting/weather_lstm.seq": lambda: Sequential(
        [Input((120, 7)), layers.LSTM(32), layers.Dense(1)]
    ),
    "forecasting/linear.seq": lambda: Sequential([Input((24, 19)), layers.Dense(1)]),
    "forecasting/dense_steps.seq": lambda: Sequential(
        [
            Input((24, 19)),
            layers.Dense(64, activation="relu"),
            layers.Dense(64, activation="relu"),
            layers.Dense(1),
        ]
    ),
    "forecasting/conv_window.seq": lambda: Sequential(
        [
            Input((None, 19)),
            layers.Conv1D(32, 3, activation="relu"),
            layers.Dense(32, activation="relu"),
            layers.Dense(1),
        ]
    ),
    "forecasting/lstm_steps.seq": lambda: Sequential(
        [Input((24, 19)), layers.LSTM(32, return_sequences=True), layers.Dense(1)]
    ),
    "forecasting/residual_lstm.seq": residual_lstm,
    "forecasting/day_ahead_conv.seq": lambda: Sequential(
        [
            Input((24, 19)),
            last_steps(3, 19),
            layers.Conv1D(256, 3, activation="relu"),
            layers.Dense(24 * 19),
            layers.Reshape((24, 19)),
        ]
    ),
    "forecasting/day_ahead_lstm.seq": lambda: Sequential(
        [Input((24, 19)), layers.LSTM(32), layers.Dense(24 * 19), layers.Reshape((24, 19))]
    ),
    "forecasting/jena_dense.seq": lambda: Sequential(
        [
            Input((120, 14)),
            layers.Flatten(),
            layers.Dense(16, activation="relu"),
            layers.Dense(1),
        ]
    ),
    "forecasting/jena_bilstm.seq": lambda: Sequential(
        [Input((120, 14)), layers.Bidirectional(layers.LSTM(16)), layers.Dense(1)]
    ),
    "forecasting/jena_lstm_dropout.seq": lambda: Sequential(
        [
            Input((120, 14)),
            layers.LSTM(32, recurrent_dropout=0.25),
            layers.Dropout(0.5),
            layers.Dense(1),
        ]
    ),
    "forecasting/jena_stacked_gru.seq": lambda: Sequential(
        [
            Input((120, 14)),
            layers.GRU(32, recurrent_dropout=0.5, return_sequences=True),
            layers.GRU(32, recurrent_dropout=0.5),
            layers.Dropout(0.5),
            layers.Dense(1),
        ]
    ),
    "forecasting/jena_gru_dropout.seq": lambda: Sequential(
        [
            Input((None, 14)),
            layers.GRU(32, dropout=0.1, recurrent_dropout=0.5, return_sequences=True),
            layers.GRU(64, activation="relu", dropout=0.1, recurrent_dropout=0.5),
            layers.Dense(1),
        ]
    ),
    "forecasting/jena_conv_gru.seq": lambda: Sequential(
        [
            Input((None, 14)),
            layers.Conv1D(32, 5, activation="relu"),
            layers.MaxPooling1D(3),
            layers.Conv1D(32, 5, activation="relu"),
            layers.GRU(32, dropout=0.1, recurrent_dropout=0.5, reset_after=False),
            layers.Dense(1),
        ]
    ),
    "encoder_decoder/addition.seq": lambda: Sequential(
        [
            Input((7, 12)),
            layers.LSTM(128),
            layers.RepeatVector(4),
            layers.LSTM(128, return_sequences=True),
            layers.Dense(12, activation="softmax"),
        ]
    ),
    "encoder_decoder/parallel_series.seq": lambda: Sequential(
        [
            Input((3, 3)),
            layers.LSTM(200, activation="relu"),
            layers.RepeatVector(2),
            layers.LSTM(200, activation="relu", return_sequences=True),
            layers.TimeDistributed(layers.Dense(3)),
        ]
    ),
    "encoder_decoder/power_lstm.seq": lambda: Sequential(
        [
            Input((14, 8)),
            layers.LSTM(200, activation="relu"),
            layers.RepeatVector(7),
            layers.LSTM(200, activation="relu", return_sequences=True),
            layers.TimeDistributed(layers.Dense(100, activation="relu")),
            layers.TimeDistributed(layers.Dense(1)),
        ]
    ),
    "encoder_decoder/power_cnn.seq": lambda: Sequential(
        [
            Input((14, 1)),
            layers.Conv1D(64, 3, activation="relu"),
            layers.Conv1D(64, 3, activation="relu"),
            layers.MaxPooling1D(2),
            layers.Flatten(),
            layers.RepeatVector(7),
            layers.LSTM(200, activation="relu", return_sequences=True),
            layers.TimeDistributed(layers.Dense(100, activation="relu")),
            layers.TimeDistributed(layers.Dense(1)),
        ]
    ),
    "autoencoders/reconstruct.seq": lambda: Sequential(
        [
            Input((10, 5)),
            layers.LSTM(100, activation="relu"),
            layers.RepeatVector(10),
            layers.LSTM(100, activation="relu", return_sequences=True),
            layers.TimeDistributed(layers.Dense(5)),
        ]
    ),
    "autoencoders/predict.seq": lambda: Sequential(
        [
            Input((9, 1)),
            layers.LSTM(100, activation="relu"),
            layers.RepeatVector(8),
            layers.LSTM(100, activation="relu", return_sequences=True),
            layers.TimeDistributed(layers.Dense(1)),
        ]
    ),
    "autoencoders/anomaly_conv.seq": lambda: Sequential(
        [
            Input((288, 1)),
            layers.Conv1D(32, 7, padding="same", strides=2, activation="relu"),
            layers.Dropout(0.2),
            layers.Conv1D(16, 7, padding="same", strides=2, activation="relu"),
            layers.Conv1DTranspose(16, 7, padding="same", strides=2, activation="relu"),
            layers.Dropout(0.2),
            layers.Conv1DTranspose(32, 7, padding="same", strides=2, activation="relu"),
            layers.Conv1DTranspose(1, 7, padding="same"),
        ]
    ),
}
