"""Models of published examples and tutorials in plain Keras, layer by layer as they are there, with
small sizes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import Input, Sequential, layers, ops


def letters_encoder() -> keras.Model:
    inputs = Input(shape=(None, 7))
    _, state_h, state_c = layers.LSTM(8, return_state=True)(inputs)
    return keras.Model(inputs, [state_h, state_c])


def letters_decoder() -> keras.Model:
    inputs = Input(shape=(None, 9))
    starts = [Input(shape=(8,)), Input(shape=(8,))]
    outputs, state_h, state_c = layers.LSTM(8, return_sequences=True, return_state=True)(
        inputs, initial_state=starts
    )
    return keras.Model(
        [inputs, *starts], [layers.Dense(9, activation="softmax")(outputs), state_h, state_c]
    )


def addition() -> keras.Model:
    model = Sequential()
    model.add(Input((7, 12)))
    model.add(layers.LSTM(16))
    model.add(layers.RepeatVector(4))
    for _ in range(2):
        model.add(layers.LSTM(16, return_sequences=True))
    model.add(layers.Dense(12, activation="softmax"))
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model


def timeseries_transformer() -> keras.Model:
    inputs = Input((30, 1))
    x = inputs
    for _ in range(4):
        res = x
        x = layers.LayerNormalization(epsilon=1e-6)(x)
        x = layers.MultiHeadAttention(key_dim=16, num_heads=2, dropout=0.25)(x, x)
        x = layers.Dropout(0.25)(x)
        res = x + res
        x = layers.LayerNormalization(epsilon=1e-6)(res)
        x = layers.Conv1D(filters=4, kernel_size=1, activation="relu")(x)
        x = layers.Dropout(0.25)(x)
        x = layers.Conv1D(filters=inputs.shape[-1], kernel_size=1)(x)
        x = x + res
    x = layers.GlobalAveragePooling1D(data_format="channels_last")(x)
    for dim in [12]:
        x = layers.Dense(dim, activation="relu")(x)
        x = layers.Dropout(0.4)(x)
    model = keras.Model(inputs, layers.Dense(2, activation="softmax")(x))
    model.compile(
        loss="sparse_categorical_crossentropy",
        optimizer=keras.optimizers.Adam(learning_rate=1e-4),
        metrics=["sparse_categorical_accuracy"],
    )
    return model


def wavenet() -> keras.Model:
    inputs = Input((None, 1))
    x, skips = layers.Conv1D(8, 2, padding="causal")(inputs), []
    for rate in [2**i for i in range(4)] * 2:
        tanh = layers.Conv1D(8, 2, padding="causal", dilation_rate=rate, activation="tanh")(x)
        gate = layers.Conv1D(8, 2, padding="causal", dilation_rate=rate, activation="sigmoid")(x)
        y = layers.Multiply()([tanh, gate])
        y = layers.Conv1D(8, 1)(y)
        skips.append(y)
        x = layers.Add()([y, x])
    y = layers.Activation("relu")(layers.Add()(skips))
    y = layers.Conv1D(16, 1, activation="relu")(y)
    return keras.Model(inputs, layers.Conv1D(16, 1, activation="softmax")(y))


def tcn_by_hand() -> keras.Model:
    inputs = Input((40, 3), name="series")
    x = inputs
    for filters, rate in ((8, 1), (8, 2), (8, 4)):
        y = x
        for _ in range(2):
            y = layers.Conv1D(filters, 3, dilation_rate=rate, padding="causal")(y)
            y = layers.BatchNormalization()(y)
            y = layers.ReLU()(y)
            y = layers.SpatialDropout1D(0.2)(y)
        if x.shape[-1] != filters:
            x = layers.Conv1D(filters, 1)(x)
        x = layers.ReLU()(layers.Add()([x, y]))
    return keras.Model(inputs, layers.Dense(1, name="forecast")(x[:, -1, :]))


def inception_time() -> keras.Model:
    inputs = Input((24, 2))
    x = res = inputs
    for depth in range(3):
        y = layers.Conv1D(8, 1, padding="same", use_bias=False)(x) if x.shape[-1] > 2 else x
        found = [
            layers.Conv1D(8, size, strides=1, padding="same", use_bias=False)(y)
            for size in (10, 5, 2)
        ]
        pooled = layers.MaxPool1D(pool_size=3, strides=1, padding="same")(x)
        found.append(layers.Conv1D(8, 1, padding="same", use_bias=False)(pooled))
        x = layers.Concatenate(axis=2)(found)
        x = layers.BatchNormalization()(x)
        x = layers.Activation(activation="relu")(x)
        if depth % 3 == 2:
            shortcut = layers.Conv1D(int(x.shape[-1]), 1, padding="same", use_bias=False)(res)
            shortcut = layers.BatchNormalization()(shortcut)
            x = layers.Activation("relu")(layers.Add()([shortcut, x]))
    x = layers.GlobalAveragePooling1D()(x)
    return keras.Model(inputs, layers.Dense(4, activation="softmax")(x))


def resnet_1d() -> keras.Model:
    """The ResNet of Wang et al. for time series."""
    inputs = Input((20, 3))
    x = inputs
    for filters in (4, 8, 8):
        y = x
        for number, size in enumerate((8, 5, 3)):
            y = layers.Conv1D(filters=filters, kernel_size=size, padding="same")(y)
            y = layers.BatchNormalization()(y)
            if number < 2:
                y = layers.Activation("relu")(y)
        if x.shape[-1] != filters:
            x = layers.Conv1D(filters=filters, kernel_size=1, padding="same")(x)
        x = layers.BatchNormalization()(x)
        x = layers.add([x, y])
        x = layers.Activation("relu")(x)
    x = layers.GlobalAveragePooling1D()(x)
    return keras.Model(inputs, layers.Dense(5, activation="softmax")(x))


def unet_1d() -> keras.Model:
    def double(x: Any, filters: int) -> Any:
        for _ in range(2):
            x = layers.Conv1D(filters, 3, padding="same", activation="elu")(x)
        return x

    inputs = Input((32, 2), name="signal")
    kept, x = [], inputs
    for filters in (4, 8):
        x = double(x, filters)
        kept.append(x)
        x = layers.MaxPooling1D(2)(x)
    x = double(x, 16)
    for filters in (8, 4):
        x = layers.Conv1DTranspose(filters, 2, strides=2, padding="same")(x)
        x = double(layers.Concatenate()([x, kept.pop()]), filters)
    return keras.Model(inputs, layers.Conv1D(1, 1, activation="sigmoid", name="segments")(x))


def siamese_lstm() -> keras.Model:
    """The Manhattan LSTM of question pairs."""
    left, right = Input((None,), dtype="int32", name="left"), Input((None,), dtype="int32")
    embedding = layers.Embedding(40, 8, trainable=False)
    lstm = layers.LSTM(6)
    a, b = lstm(embedding(left)), lstm(embedding(right))
    distance = ops.exp(-ops.sum(ops.abs(a - b), axis=1, keepdims=True))
    model = keras.Model([left, right], distance)
    model.compile(loss="mean_squared_error", optimizer=keras.optimizers.Adadelta(clipnorm=1.25))
    return model


def video_classifier() -> keras.Model:
    model = Sequential(name="video")
    model.add(Input((5, 16, 16, 1)))
    for filters in (4, 8):
        model.add(layers.TimeDistributed(layers.Conv2D(filters, (3, 3), activation="relu")))
        model.add(layers.TimeDistributed(layers.MaxPooling2D((2, 2))))
        model.add(layers.TimeDistributed(layers.Dropout(0.25)))
    model.add(layers.TimeDistributed(layers.Flatten()))
    model.add(layers.LSTM(8))
    model.add(layers.Dense(3, activation="softmax"))
    return model


def speaker_resnet() -> keras.Model:
    def block(x: Any, filters: int, conv_num: int = 3) -> Any:
        s = layers.Conv1D(filters, 1, padding="same")(x)
        for _ in range(conv_num - 1):
            x = layers.Conv1D(filters, 3, padding="same")(x)
            x = layers.Activation("relu")(x)
        x = layers.Conv1D(filters, 3, padding="same")(x)
        x = layers.Add()([x, s])
        x = layers.Activation("relu")(x)
        return layers.MaxPool1D(pool_size=2, strides=2)(x)

    inputs = Input(shape=(64, 1), name="input")
    x = block(inputs, 4, 2)
    x = block(x, 6, 2)
    x = block(x, 8, 3)
    x = block(x, 8, 3)
    x = layers.AveragePooling1D(pool_size=3, strides=3)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(16, activation="relu")(x)
    x = layers.Dense(8, activation="relu")(x)
    outputs = layers.Dense(5, activation="softmax", name="output")(x)
    model = keras.Model(inputs=inputs, outputs=outputs)
    model.compile(optimizer="Adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def captcha_ocr() -> keras.Model:
    """Without the layer for its loss."""
    inputs = layers.Input(shape=(32, 16, 1), name="image", dtype="float32")
    x = inputs
    for number, filters in ((1, 4), (2, 8)):
        x = layers.Conv2D(
            filters, (3, 3), activation="relu", kernel_initializer="he_normal", padding="same",
            name=f"Conv{number}",
        )(x)  # fmt: skip
        x = layers.MaxPooling2D((2, 2), name=f"pool{number}")(x)
    x = layers.Reshape(target_shape=(8, 32), name="reshape")(x)
    x = layers.Dense(8, activation="relu", name="dense1")(x)
    x = layers.Dropout(0.2)(x)
    x = layers.Bidirectional(layers.LSTM(8, return_sequences=True, dropout=0.25))(x)
    x = layers.Bidirectional(layers.LSTM(6, return_sequences=True, dropout=0.25))(x)
    return keras.Model(inputs, layers.Dense(11, activation="softmax", name="dense2")(x))


def tabular_wide_and_deep() -> keras.Model:
    age, pay = Input((1,), name="age"), Input((1,), name="hours")
    job = Input((1,), dtype="int64", name="occupation")
    wide = layers.BatchNormalization()(layers.concatenate([age, pay]))
    known = layers.Flatten()(layers.Embedding(15, 4, name="occupations")(job))
    deep = layers.concatenate([age, pay, known])
    for units in (16, 16):
        deep = layers.Dense(units)(deep)
        deep = layers.BatchNormalization()(deep)
        deep = layers.ReLU()(deep)
        deep = layers.Dropout(0.1)(deep)
    merged = layers.concatenate([wide, deep])
    return keras.Model([age, pay, job], layers.Dense(units=1, activation="sigmoid")(merged))


def dictionary() -> keras.Model:
    """Inputs and outputs by name."""
    inputs = {"title": Input((None,), dtype="int32", name="title"),
              "tags": Input((6,), name="tags")}  # fmt: skip
    x = layers.LSTM(8)(layers.Embedding(30, 6)(inputs["title"]))
    x = layers.concatenate([x, inputs["tags"]])
    outputs = {"priority": layers.Dense(1, activation="sigmoid", name="priority")(x),
               "department": layers.Dense(4, name="department")(x)}  # fmt: skip
    model = keras.Model(inputs, outputs)
    model.compile(
        optimizer=keras.optimizers.RMSprop(1e-3),
        loss={
            "priority": keras.losses.BinaryCrossentropy(from_logits=True),
            "department": keras.losses.CategoricalCrossentropy(from_logits=True),
        },
        loss_weights={"priority": 1.0, "department": 0.2},
    )
    return model


def luong_attention() -> keras.Model:
    """The much copied one: scores by `dot`, softmax, context by `dot`."""
    source, target = Input((12,), dtype="int32"), Input((10,), dtype="int32")
    encoder = layers.Embedding(30, 8)(source)
    encoder, h, c = layers.LSTM(8, return_sequences=True, return_state=True, unroll=True)(encoder)
    decoder = layers.Embedding(30, 8)(target)
    decoder = layers.LSTM(8, return_sequences=True)(decoder, initial_state=[h, c])
    attention = layers.Dot(axes=[2, 2])([decoder, encoder])
    attention = layers.Activation("softmax", name="attention")(attention)
    context = layers.Dot(axes=[2, 1])([attention, encoder])
    both = layers.Concatenate()([context, decoder])
    x = layers.TimeDistributed(layers.Dense(8, activation="tanh"))(both)
    x = layers.TimeDistributed(layers.Dense(30, activation="softmax"))(x)
    return keras.Model([source, target], x)


def traffic_forecast() -> keras.Model:
    """Several parts of the weather tutorial, in one."""
    model = Sequential([
        Input((24, 5)),
        layers.LSTM(8, return_sequences=False),
        layers.Dense(6 * 2, kernel_initializer=keras.initializers.Zeros()),
        layers.Reshape([6, 2]),
    ])  # fmt: skip
    model.compile(loss=keras.losses.MeanSquaredError(), optimizer=keras.optimizers.Adam(),
                  metrics=[keras.metrics.MeanAbsoluteError()])  # fmt: skip
    return model


def mini_gpt() -> keras.Model:
    ids = Input((10,), dtype="int32")
    x = layers.Embedding(30, 8)(ids)
    for _ in range(2):
        y = layers.MultiHeadAttention(2, 8)(x, x, use_causal_mask=True)
        x = layers.LayerNormalization(epsilon=1e-6)(x + layers.Dropout(0.1)(y))
        y = layers.Dense(8)(layers.Dense(16, activation="relu")(x))
        x = layers.LayerNormalization(epsilon=1e-6)(x + layers.Dropout(0.1)(y))
    return keras.Model(ids, layers.Dense(30)(x))


def hierarchical_attention() -> keras.Model:
    sentence = Input((8,), dtype="int32")
    x = layers.Bidirectional(layers.GRU(4, return_sequences=True))(
        layers.Embedding(40, 6)(sentence)
    )
    scores = layers.Dense(1, use_bias=False)(layers.Dense(8, activation="tanh")(x))
    x = layers.Dot(axes=1)([layers.Softmax(axis=1)(scores), x])
    encoder = keras.Model(sentence, layers.Flatten()(x), name="sentences")
    document = Input((5, 8), dtype="int32")
    y = layers.TimeDistributed(encoder)(document)
    y = layers.Bidirectional(layers.GRU(4))(y)
    return keras.Model(document, layers.Dense(3, activation="softmax")(y))


def lstm_fcn() -> keras.Model:
    inputs = Input((1, 30))
    x = layers.LSTM(8)(inputs)
    x = layers.Dropout(0.8)(x)
    y = layers.Permute((2, 1))(inputs)
    for filters, size in ((8, 8), (16, 5), (8, 3)):
        y = layers.Conv1D(filters, size, padding="same", kernel_initializer="he_uniform")(y)
        y = layers.BatchNormalization()(y)
        y = layers.Activation("relu")(y)
    y = layers.GlobalAveragePooling1D()(y)
    x = layers.concatenate([x, y])
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(x))


def deep_speech() -> keras.Model:
    inputs = Input((None, 9), name="input")
    x = layers.Reshape((-1, 9, 1), name="expand_dim")(inputs)
    x = layers.Conv2D(4, [11, 3], strides=[2, 2], padding="same", use_bias=False, name="conv_1")(x)
    x = layers.BatchNormalization(name="conv_1_bn")(x)
    x = layers.ReLU(name="conv_1_relu")(x)
    x = layers.Reshape((-1, x.shape[-2] * x.shape[-1]))(x)
    for i in range(1, 4):
        recurrent = layers.GRU(
            units=6, activation="tanh", recurrent_activation="sigmoid", use_bias=True,
            return_sequences=True, reset_after=True, name=f"gru_{i}",
        )  # fmt: skip
        x = layers.Bidirectional(recurrent, name=f"bidirectional_{i}", merge_mode="concat")(x)
        if i < 3:
            x = layers.Dropout(rate=0.5)(x)
    x = layers.Dense(units=12, name="dense_1")(x)
    x = layers.ReLU(name="dense_1_relu")(x)
    x = layers.Dropout(rate=0.5)(x)
    return keras.Model(inputs, layers.Dense(units=8, activation="softmax")(x), name="DeepSpeech_2")


def masked_by_a_number() -> keras.Model:
    """Steps that hold the number that stands for none."""
    return Sequential([
        Input((None, 3)), layers.Masking(mask_value=-99.0), layers.GRU(6, return_sequences=True),
        layers.BatchNormalization(), layers.TimeDistributed(layers.Dense(2)),
    ])  # fmt: skip


def autoencoder_of_parts() -> keras.Model:
    """An encoder and a decoder, models of their own."""
    encoder = Sequential([Input((8, 2)), layers.GRU(4, name="code")], name="encoder")
    decoder = Sequential([
        Input((4,)), layers.RepeatVector(8), layers.GRU(4, return_sequences=True), layers.Dense(2)
    ], name="decoder")  # fmt: skip
    inputs = Input((8, 2))
    return keras.Model(inputs, decoder(encoder(inputs)), name="autoencoder")


def multi_output_inside() -> keras.Model:
    """A model inside that gives two tensors."""
    a = Input((6, 3))
    x, state = layers.GRU(4, return_sequences=True, return_state=True)(a)
    inner = keras.Model(a, [x, state], name="reader")
    inputs = Input((6, 3))
    steps, last = inner(inputs)
    y = layers.GRU(4)(steps, initial_state=last)
    return keras.Model(inputs, layers.Dense(1)(y))


def dilated_gru_forecaster() -> keras.Model:
    past, future = Input((14, 4), name="past"), Input((7, 2), name="future")
    _, state = layers.GRU(8, return_state=True)(past)
    x = layers.GRU(8, return_sequences=True)(future, initial_state=state)
    x = layers.Dropout(0.3)(x)
    mean = layers.Dense(1, name="mean")(x)
    return keras.Model([past, future], layers.Reshape((7,))(mean))


def masked_convolution() -> keras.Model:
    """A mask that nothing reads: Keras's convolutions and global maxima know none."""
    model = Sequential([
        Input((12,), dtype="int32"), layers.Embedding(30, 6, mask_zero=True),
        layers.Conv1D(5, 3, activation="relu"), layers.GlobalMaxPooling1D(), layers.Dense(2),
    ])  # fmt: skip
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


def dates() -> keras.Model:
    """The course's translator of dates: one attention, step by step, of shared layers."""
    inputs, start = Input((8, 5)), Input((6,), name="s0")
    a = layers.Bidirectional(layers.LSTM(4, return_sequences=True))(inputs)
    repeat, join = layers.RepeatVector(8), layers.Concatenate(axis=-1)
    inner, energy = layers.Dense(5, activation="tanh"), layers.Dense(1, activation="relu")
    cell, read = layers.GRU(6, return_state=True), layers.Dense(7, activation="softmax")
    s, outputs = start, []
    for _ in range(3):
        alphas = layers.Softmax(axis=1)(energy(inner(join([a, repeat(s)]))))
        context = layers.Dot(axes=1)([alphas, a])
        _, s = cell(context, initial_state=s)
        outputs.append(read(s))
    return keras.Model([inputs, start], outputs)


def mixed_precision() -> keras.Model:
    inputs = Input((10, 4))
    x = layers.LSTM(6, dtype="mixed_bfloat16")(inputs)
    return keras.Model(inputs, layers.Dense(2, dtype="float32")(x))


def bahdanau() -> keras.Model:
    source = Input((None,), dtype="int32", name="source")
    target = Input((None,), dtype="int32", name="target")
    memory = layers.Bidirectional(
        layers.GRU(6, return_sequences=True), merge_mode="sum", name="encoder"
    )(layers.Embedding(30, 8, mask_zero=True)(source))
    x = layers.GRU(6, return_sequences=True)(layers.Embedding(40, 8, mask_zero=True)(target))
    y = layers.MultiHeadAttention(key_dim=6, num_heads=1)(query=x, value=memory)
    x = layers.LayerNormalization()(layers.Add()([x, y]))
    return keras.Model([source, target], layers.Dense(40)(x))


def crf_free_tagger() -> keras.Model:
    """Words and the letters of each."""
    words = Input((None,), dtype="int32", name="words")
    letters = Input((None, 6), dtype="int32", name="letters")
    w = layers.Embedding(40, 8, mask_zero=True)(words)
    c = layers.TimeDistributed(layers.Embedding(20, 4))(letters)
    c = layers.TimeDistributed(layers.LSTM(5))(c)
    x = layers.concatenate([w, c])
    x = layers.SpatialDropout1D(0.3)(x)
    x = layers.Bidirectional(layers.LSTM(6, return_sequences=True, recurrent_dropout=0.6))(x)
    out = layers.TimeDistributed(layers.Dense(7, activation="softmax"))(x)
    return keras.Model([words, letters], out)


def padded_on_one_side() -> keras.Model:
    inputs = Input((10, 10, 2))
    x = layers.ZeroPadding2D(((0, 1), (2, 3)))(inputs)
    x = layers.Conv2D(4, 3, strides=2)(x)
    x = layers.Cropping2D(((1, 0), (0, 1)))(x)
    return keras.Model(inputs, layers.Flatten()(x))


def preprocessed() -> keras.Model:
    inputs = Input((10, 3))
    x = layers.Normalization(mean=[0.0] * 3, variance=[1.0] * 3)(inputs)
    return keras.Model(inputs, layers.LSTM(4)(x))


def words_as_text() -> keras.Model:
    text = Input((1,), dtype="string")
    ids = layers.TextVectorization(max_tokens=10, output_sequence_length=5, vocabulary=["a"])(text)
    return keras.Model(text, layers.LSTM(3)(layers.Embedding(12, 4)(ids)))


PUBLISHED: dict[str, Callable[[], Any]] = {
    made.__name__: made
    for made in (
        letters_encoder, letters_decoder, addition, timeseries_transformer, wavenet, tcn_by_hand,
        inception_time, resnet_1d, unet_1d, siamese_lstm, video_classifier, speaker_resnet,
        captcha_ocr, tabular_wide_and_deep, dictionary, luong_attention, traffic_forecast,
        mini_gpt, hierarchical_attention, lstm_fcn, deep_speech, masked_by_a_number,
        autoencoder_of_parts, multi_output_inside, dilated_gru_forecaster, masked_convolution,
        dates,
    )
}  # fmt: skip
UNSAID: dict[str, tuple[Callable[[], Any], str, str]] = {
    "bahdanau": (bahdanau, "multi_head_attention", "reads the masks that Keras carries along"),
    "tagger": (crf_free_tagger, "bidirectional", "a mask that no value here has"),
    "padding": (padded_on_one_side, "zero_padding2d", "no way to say padding=((0, 1), (2, 3))"),
    "normalization": (preprocessed, "normalization", "no operation is this layer"),
    "text": (words_as_text, "text_vectorization", "no operation is this layer"),
}
"""Models that the language has no words for: the layer that is named, and why."""
