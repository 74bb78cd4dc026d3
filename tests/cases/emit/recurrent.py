"""The Keras model `recurrent`, written by seqspec."""

import keras
from keras import layers


def build_model(seed: int = 0) -> keras.Model:
    """Builds the model; the same seed gives the same weights."""
    keras.utils.set_random_seed(seed)
    # what recurrent layers may be told
    x = keras.Input(batch_shape=(2, 8, 6), name="x")
    a = layers.Bidirectional(
        layers.LSTM(4, activation="sigmoid", return_sequences=True, stateful=True, dropout=0.1, recurrent_initializer="orthogonal", recurrent_activation="relu", unit_forget_bias=False, bias_initializer=keras.initializers.Constant(1.0), kernel_regularizer=keras.regularizers.L1(l1=0.1), kernel_constraint=keras.constraints.MaxNorm(2.0), trainable=False),
        merge_mode="ave",
        name="a",
    )(x)
    b = layers.Bidirectional(
        layers.GRU(4, activation="tanh", return_sequences=True, dropout=0.1, recurrent_dropout=0.2, recurrent_constraint=keras.constraints.MaxNorm(2.0), recurrent_activation="relu", use_bias=False, kernel_initializer=keras.initializers.RandomNormal(stddev=0.5), kernel_regularizer=keras.regularizers.L1L2(l1=0.1, l2=0.2), kernel_constraint=keras.constraints.MaxNorm(1.0)),
        merge_mode="mul",
        name="b",
    )(x)
    c = layers.GRU(
        4,
        return_sequences=True,
        stateful=True,
        recurrent_initializer="zeros",
        reset_after=False,
        bias_initializer=keras.initializers.Constant(0.5),
        name="c",
    )(x)
    d = layers.Bidirectional(
        layers.SimpleRNN(4, activation="relu", return_sequences=True, dropout=0.1, recurrent_dropout=0.1, recurrent_initializer="identity", recurrent_constraint=keras.constraints.MaxNorm(3.0), use_bias=False, kernel_initializer="ones", kernel_regularizer=keras.regularizers.L2(l2=0.5), kernel_constraint=keras.constraints.MaxNorm(1.0)),
        merge_mode="sum",
        name="d",
    )(x)
    take = c[:, -1]
    e = layers.SimpleRNN(
        4,
        return_sequences=True,
        go_backwards=True,
        stateful=True,
        bias_initializer="ones",
        trainable=False,
        name="e",
    )(x, initial_state=take)
    aligned = e[:, ::-1]
    lstm, forward_h, forward_c, backward_h, backward_c = layers.Bidirectional(
        layers.LSTM(4, return_state=True), name="lstm"
    )(x)
    sum = layers.Add(name="sum")([a, b, c, d, aligned])
    add = layers.Add(name="add")([backward_h, forward_h])
    repeat = layers.RepeatVector(2, name="repeat")(add)
    halves = layers.GRU(4, return_sequences=True, name="halves")(
        repeat, initial_state=backward_h
    )
    frames = keras.Input(shape=(5, 9, 9, 2), name="frames")
    film = layers.Bidirectional(
        layers.ConvLSTM2D(3, (2, 3), activation="relu", return_sequences=True, dropout=0.1, recurrent_dropout=0.2, strides=2, recurrent_activation="sigmoid", unit_forget_bias=False, bias_initializer=keras.initializers.Constant(1.0), kernel_regularizer=keras.regularizers.L1(l1=0.1)),
        merge_mode="mul",
        name="film",
    )(frames)
    take_1 = frames[:, -1:]
    convlstm = layers.ConvLSTM2D(
        3,
        2,
        return_sequences=True,
        go_backwards=True,
        recurrent_initializer="ones",
        recurrent_constraint=keras.constraints.MaxNorm(1.0, axis=[0, 1, 2]),
        padding="same",
        dilation_rate=2,
        use_bias=False,
        kernel_initializer="zeros",
        kernel_regularizer=keras.regularizers.L2(l2=0.3),
        kernel_constraint=keras.constraints.MaxNorm(1.0, axis=[0, 1, 2]),
        name="convlstm",
    )(take_1)
    aligned = convlstm[:, ::-1]
    slow = aligned[:, -1]
    return keras.Model([x, frames], [sum, halves, film, slow], name="recurrent")


if __name__ == "__main__":
    build_model().summary()
