"""Published convolutions and models of frames, speech and written lines, in Keras."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import keras
from keras import Input, Sequential, layers


def conv(filters: int, size: Any, strides: Any = 1, activation: str = "relu") -> layers.Layer:
    return layers.Conv2D(filters, size, strides, "same", activation=activation)


def bilstm(units: int, **options: Any) -> layers.Layer:
    """The sequence, read in both directions."""
    return layers.Bidirectional(layers.LSTM(units, return_sequences=True, **options))


def columns(features: int) -> list[layers.Layer]:
    """An image of height x width as a sequence of its columns."""
    return [layers.Permute((2, 1, 3)), layers.Reshape((-1, features))]


def double(x: Any, filters: int, size: int, dilation: int) -> Any:
    """Two causal convolutions of a residual block."""
    for _ in range(2):
        x = layers.Conv1D(filters, size, padding="causal", dilation_rate=dilation)(x)
        x = layers.Dropout(0.05)(layers.ReLU()(x))
    return x


def keras_tcn() -> keras.Model:
    x = inputs = Input((20, 1))
    skips = []
    for dilation in (1, 2, 4, 8, 16, 32):
        made = double(x, 64, 3, dilation)
        shortcut = layers.Conv1D(64, 1)(x) if dilation == 1 else x
        x = layers.ReLU()(layers.add([shortcut, made]))
        skips.append(made)
    return keras.Model(inputs, layers.Dense(1)(layers.add(skips)[:, -1, :]))


def tcn_pixels() -> keras.Model:
    x = inputs = Input((784, 1))
    for level in range(8):
        made = double(x, 25, 7, 2**level)
        shortcut = layers.Conv1D(25, 1)(x) if level == 0 else x
        x = layers.ReLU()(layers.add([shortcut, made]))
    return keras.Model(inputs, layers.Dense(10)(x[:, -1, :]))


def wavenet() -> keras.Model:
    """With one 1x1 convolution to the skips in each block, where the spec has one for all."""
    inputs = Input((None, 256))
    x = layers.Conv1D(256, 2, padding="causal")(inputs)
    skips = []
    for level in range(10):
        causal = partial(
            layers.Conv1D, 256, 2, padding="causal", dilation_rate=2**level, use_bias=False
        )
        gates = layers.multiply([causal(activation="tanh")(x), causal(activation="sigmoid")(x)])
        skips.append(layers.Conv1D(256, 1, use_bias=False, name=f"skip_{level}")(gates))
        x = layers.add([x, layers.Conv1D(256, 1, use_bias=False)(gates)])
    x = layers.Conv1D(256, 1, activation="relu")(layers.ReLU()(layers.add(skips)))
    return keras.Model(inputs, layers.Conv1D(256, 1, activation="softmax")(x))


def image_ocr() -> keras.Model:
    """The script does not turn the backward GRUs' steps around again."""
    inputs = Input((200, 50, 1))
    x = inputs
    for _ in range(2):
        x = layers.MaxPooling2D(2)(conv(16, 3)(x))
    x = layers.Dense(32, activation="relu")(layers.Reshape((50, 192))(x))
    gru = partial(layers.GRU, 512, return_sequences=True, reset_after=False)
    x = layers.add([gru()(x), gru(go_backwards=True)(x)])
    x = layers.concatenate([gru()(x), gru(go_backwards=True)(x)])
    return keras.Model(inputs, layers.Softmax()(layers.Dense(38)(x)))


def crnn() -> keras.Model:
    """Each direction of an LSTM is projected by itself, and the two are added."""

    def batched(x: Any, *args: Any, padding: str = "same") -> Any:
        return layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(*args, padding=padding)(x)))

    def narrow(x: Any) -> Any:
        return layers.MaxPooling2D((2, 2), (2, 1))(layers.ZeroPadding2D((0, 1))(x))

    def directions(x: Any, units: int) -> Any:
        forward, backward = layers.Bidirectional(
            layers.LSTM(256, return_sequences=True), merge_mode=None
        )(x)
        return layers.add([layers.Dense(units)(forward), layers.Dense(units)(backward)])

    inputs = Input((32, 100, 1))
    x = layers.MaxPooling2D(2)(conv(64, 3)(inputs))
    x = layers.MaxPooling2D(2)(conv(128, 3)(x))
    x = narrow(conv(256, 3)(batched(x, 256, 3)))
    x = narrow(conv(512, 3)(batched(x, 512, 3)))
    x = layers.Reshape((26, 512))(batched(x, 512, 2, padding="valid"))
    return keras.Model(inputs, layers.Softmax()(directions(directions(x, 256), 37)))


def kraken_parallel() -> keras.Model:
    inputs = Input((48, None, 1))
    x = conv(1, (4, 2), (4, 2))(inputs)
    one = conv(2, 3)(layers.Dropout(0.5)(conv(1, (4, 2))(x)))
    two = layers.Dropout(0.5)(conv(2, 3)(conv(1, (4, 2))(x)))
    x = layers.concatenate([one, two])
    for layer in (*columns(48), bilstm(2), layers.Dropout(0.5), bilstm(2)):
        x = layer(x)
    return keras.Model(inputs, x)


def kraken_segmenter() -> keras.Model:
    def rows(x: Any) -> Any:
        return layers.TimeDistributed(bilstm(32))(x)

    def turned(x: Any) -> Any:
        return layers.Permute((2, 1, 3))(x)

    def grouped(x: Any, *args: Any) -> Any:
        return layers.GroupNormalization(32)(conv(*args)(x))

    x = inputs = Input((96, 64, 3))
    for filters, size, stride in ((64, 7, 2), (128, 3, 2), (128, 3, 1), (256, 3, 1), (256, 3, 1)):
        x = grouped(x, filters, size, stride)
    x = turned(rows(turned(rows(x))))
    x = grouped(x, 32, 1)
    x = rows(turned(rows(turned(x))))
    return keras.Model(inputs, conv(8, 1, activation="sigmoid")(x))


def tesseract(height: int, units: int, classes: int) -> keras.Model:
    x = inputs = Input((height, 120, 1))
    for layer in (
        conv(16, 3, activation="tanh"),
        layers.MaxPooling2D(3),
        layers.Permute((2, 1, 3)),
        layers.TimeDistributed(layers.LSTM(64)),
        layers.LSTM(96, return_sequences=True),
        layers.LSTM(96, return_sequences=True, go_backwards=True),
    ):
        x = layer(x)
    x = layers.LSTM(units, return_sequences=True)(keras.ops.flip(x, axis=1))
    return keras.Model(inputs, layers.Dense(classes, activation="softmax")(x))


def captcha(width: int, height: int, classes: int) -> keras.Model:
    """The examples' trunk for captchas and handwriting."""
    return Sequential(
        [
            Input((width, height, 1)),
            conv(32, 3),
            layers.MaxPooling2D(2),
            conv(64, 3),
            layers.MaxPooling2D(2),
            layers.Reshape((width // 4, height // 4 * 64)),
            layers.Dense(64, activation="relu"),
            layers.Dropout(0.2),
            bilstm(128, dropout=0.25),
            bilstm(64, dropout=0.25),
            layers.Dense(classes, activation="softmax"),
        ]
    )


IMAGES: dict[str, Callable[[], keras.Model]] = {
    "convolution/fcn_classifier.seq": lambda: Sequential(
        [
            Input((500, 1)),
            *(
                layer
                for _ in range(3)
                for layer in (
                    layers.Conv1D(64, 3, padding="same"),
                    layers.BatchNormalization(),
                    layers.ReLU(),
                )
            ),
            layers.GlobalAveragePooling1D(),
            layers.Dense(2, activation="softmax"),
        ]
    ),
    "convolution/keras_tcn.seq": keras_tcn,
    "convolution/tcn_pixels.seq": tcn_pixels,
    "convolution/wavenet.seq": wavenet,
    "frames/rows_of_digits.seq": lambda: Sequential(
        [
            Input((28, 28, 1)),
            layers.TimeDistributed(layers.LSTM(128)),
            layers.LSTM(128),
            layers.Dense(10, activation="softmax"),
        ]
    ),
    "frames/subsequences_cnn_lstm.seq": lambda: Sequential(
        [
            Input((None, 2, 1)),
            layers.TimeDistributed(layers.Conv1D(64, 1, activation="relu")),
            layers.TimeDistributed(layers.MaxPooling1D(2)),
            layers.TimeDistributed(layers.Flatten()),
            layers.LSTM(50, activation="relu"),
            layers.Dense(1),
        ]
    ),
    "frames/subsequences_convlstm.seq": lambda: Sequential(
        [
            Input((2, 1, 2, 1)),
            layers.ConvLSTM2D(64, (1, 2), activation="relu"),
            layers.Flatten(),
            layers.Dense(1),
        ]
    ),
    "frames/power_convlstm.seq": lambda: Sequential(
        [
            Input((2, 1, 7, 1)),
            layers.ConvLSTM2D(64, (1, 3), activation="relu"),
            layers.Flatten(),
            layers.RepeatVector(7),
            layers.LSTM(200, activation="relu", return_sequences=True),
            layers.TimeDistributed(layers.Dense(100, activation="relu")),
            layers.TimeDistributed(layers.Dense(1)),
        ]
    ),
    "frames/video_cnn_lstm.seq": lambda: Sequential(
        [
            Input((None, 10, 10, 1)),
            layers.TimeDistributed(
                Sequential(
                    [
                        Input((10, 10, 1)),
                        conv(1, 2),
                        layers.MaxPooling2D(2),
                        layers.Flatten(),
                    ]
                )
            ),
            layers.LSTM(50),
            layers.Dense(1, activation="sigmoid"),
        ]
    ),
    "speech_and_ocr/captcha.seq": lambda: captcha(200, 50, 20),
    "speech_and_ocr/handwriting.seq": lambda: captcha(128, 32, 81),
    "speech_and_ocr/image_ocr.seq": image_ocr,
    "speech_and_ocr/crnn.seq": crnn,
    "speech_and_ocr/ctc_speech.seq": lambda: Sequential(
        [
            Input((500, 129)),
            layers.Conv1D(64, 32, padding="same", activation="relu"),
            layers.BatchNormalization(),
            layers.Conv1D(64, 32, padding="same", activation="relu"),
            layers.BatchNormalization(),
            bilstm(64),
            layers.BatchNormalization(),
            bilstm(128),
            layers.BatchNormalization(),
            layers.Permute((2, 1)),
            layers.Dense(768, activation="relu"),
            layers.Dropout(0.2),
            layers.BatchNormalization(),
            layers.Dense(768, activation="relu"),
            layers.Dropout(0.2),
            layers.BatchNormalization(),
            layers.Permute((2, 1)),
            layers.Dense(29, activation="softmax"),
        ]
    ),
    "speech_and_ocr/tesseract_eng.seq": lambda: tesseract(36, 512, 111),
    "speech_and_ocr/tesseract_frk.seq": lambda: tesseract(48, 384, 99),
    "speech_and_ocr/kraken_line.seq": lambda: Sequential(
        [
            Input((None, 48)),
            bilstm(100),
            layers.Dropout(0.5),
            layers.Dense(59, activation="softmax"),
        ]
    ),
    "speech_and_ocr/kraken_tiny.seq": lambda: Sequential(
        [Input((48, None, 1)), conv(1, (4, 2), (4, 2)), layers.Dense(4, activation="softmax")]
    ),
    "speech_and_ocr/kraken_merge.seq": lambda: Sequential(
        [
            Input((10, None, 1)),
            conv(6, (3, 13)),
            layers.SpatialDropout2D(0.1),
            *columns(60),
            bilstm(200),
            layers.Dropout(0.5),
            layers.Dense(13, activation="softmax"),
        ]
    ),
    "speech_and_ocr/kraken_small_conv.seq": lambda: Sequential(
        [
            Input((48, None, 1)),
            conv(32, 3),
            layers.SpatialDropout2D(0.1),
            layers.MaxPooling2D(2),
            conv(64, 3),
            layers.SpatialDropout2D(0.1),
            layers.MaxPooling2D(2),
            *columns(768),
            bilstm(100),
            layers.Dropout(0.5),
            layers.Dense(59, activation="softmax"),
        ]
    ),
    "speech_and_ocr/kraken_parallel.seq": kraken_parallel,
    "speech_and_ocr/kraken_segmenter.seq": kraken_segmenter,
}
