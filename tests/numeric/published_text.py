"""Published models of texts, states and masks, as a Keras user would write them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import Input, Sequential, layers


def ids(*shape: int | None) -> Any:
    return Input(shape, dtype="int32")


def bilstm(units: int, **options: Any) -> layers.Layer:
    """The sequence, read in both directions."""
    return layers.Bidirectional(layers.LSTM(units, return_sequences=True, **options))


def babi_rnn() -> keras.Model:
    story, question = ids(552), ids(5)
    told = layers.Dropout(0.3)(layers.Embedding(36, 50)(story))
    asked = layers.Dropout(0.3)(layers.Embedding(36, 50)(question))
    asked = layers.RepeatVector(552)(layers.LSTM(50)(asked))
    x = layers.Dropout(0.3)(layers.LSTM(50)(layers.add([told, asked])))
    return keras.Model([story, question], layers.Dense(36, activation="softmax")(x))


def bilstm_tagger() -> keras.Model:
    words, letters = ids(50), ids(50, 15)
    spelled = layers.Embedding(100, 25)(letters)
    spelled = layers.TimeDistributed(layers.Bidirectional(layers.LSTM(25)))(spelled)
    x = layers.concatenate([layers.Embedding(20000, 100)(words), spelled])
    x = bilstm(100)(layers.Dropout(0.5)(x))
    return keras.Model([words, letters], layers.Dense(17, activation="softmax")(x))


def shared_embedding() -> keras.Model:
    words, first, second = layers.Embedding(1000, 128), ids(None), ids(None)
    return keras.Model([first, second], [words(first), words(second)])


def textcnn() -> keras.Model:
    inputs = ids(50)
    words = layers.Embedding(20000, 300)(inputs)
    found = [
        layers.GlobalMaxPooling1D()(layers.Conv1D(100, width, activation="relu")(words))
        for width in (3, 4, 5)
    ]
    x = layers.Dropout(0.5)(layers.concatenate(found))
    return keras.Model(inputs, layers.Dense(2, activation="softmax")(x))


def encoder_to_decoder() -> keras.Model:
    source, target = ids(None), ids(None)
    _, *states = layers.LSTM(64, return_state=True)(layers.Embedding(1000, 64)(source))
    x = layers.LSTM(64)(layers.Embedding(2000, 64)(target), initial_state=states)
    return keras.Model([source, target], layers.Dense(10)(x))


def generation_step() -> keras.Model:
    letter, before = ids(1), Input((1024,))
    x, after = layers.GRU(1024, return_state=True)(
        layers.Embedding(67, 256)(letter), initial_state=before
    )
    return keras.Model([letter, before], [layers.Dense(67, activation="softmax")(x), after])


def static_features() -> keras.Model:
    series, static = Input((24, 1)), Input((6,))
    states = [layers.Dense(32)(static), layers.Dense(32)(static)]
    x = layers.LSTM(32)(series, initial_state=states)
    return keras.Model([series, static], layers.Dense(1)(x))


def translate_letters() -> keras.Model:
    english, french = Input((None, 71)), Input((None, 93))
    _, *states = layers.LSTM(256, return_state=True)(english)
    x = layers.LSTM(256, return_sequences=True)(french, initial_state=states)
    return keras.Model([english, french], layers.Dense(93, activation="softmax")(x))


class TemporalSoftmax(layers.Layer):
    """The guide's softmax over the steps that leaves masked ones out."""

    supports_masking = True

    def call(self, x: Any, mask: Any = None) -> Any:
        real = keras.ops.expand_dims(keras.ops.cast(mask, "float32"), -1)
        weights = keras.ops.exp(x) * real
        return weights / keras.ops.sum(weights, axis=1, keepdims=True)


def attention_pool() -> keras.Model:
    inputs = ids(100)
    steps = layers.LSTM(128, return_sequences=True)(layers.Embedding(1000, 64)(inputs))
    scores = layers.Flatten()(layers.TimeDistributed(layers.Dense(1, activation="tanh"))(steps))
    weights = layers.Permute((2, 1))(layers.RepeatVector(128)(layers.Softmax()(scores)))
    pooled = keras.ops.sum(layers.multiply([steps, weights]), axis=1)
    return keras.Model(inputs, layers.Dense(1, activation="sigmoid")(pooled))


def attention_many_to_one() -> keras.Model:
    inputs = Input((10, 1))
    steps = layers.LSTM(64, return_sequences=True)(inputs)
    last = steps[:, -1, :]
    scores = layers.Dot(axes=(1, 2))([last, layers.Dense(64, use_bias=False)(steps)])
    context = layers.Dot(axes=(1, 1))([steps, layers.Softmax()(scores)])
    x = layers.concatenate([context, last])
    x = layers.Dense(32, use_bias=False, activation="tanh")(x)
    return keras.Model(inputs, layers.Dense(1)(x))


TEXT: dict[str, Callable[[], keras.Model]] = {
    "text/embedding_lstm.seq": lambda: Sequential(
        [ids(None), layers.Embedding(1000, 64), layers.LSTM(128), layers.Dense(10)]
    ),
    "text/embedding_flat.seq": lambda: Sequential(
        [
            ids(100),
            layers.Embedding(10000, 100),
            layers.Flatten(),
            layers.Dense(32, activation="relu"),
            layers.Dense(1, activation="sigmoid"),
        ]
    ),
    "text/imdb_lstm.seq": lambda: Sequential(
        [
            ids(None),
            layers.Embedding(20000, 128),
            layers.LSTM(128, dropout=0.2, recurrent_dropout=0.2),
            layers.Dense(1, activation="sigmoid"),
        ]
    ),
    "text/imdb_bilstm.seq": lambda: Sequential(
        [
            ids(None),
            layers.Embedding(20000, 128),
            bilstm(64),
            layers.Bidirectional(layers.LSTM(64)),
            layers.Dense(1, activation="sigmoid"),
        ]
    ),
    "text/imdb_cnn.seq": lambda: Sequential(
        [
            ids(400),
            layers.Embedding(5000, 50),
            layers.Dropout(0.2),
            layers.Conv1D(250, 3, activation="relu"),
            layers.GlobalMaxPooling1D(),
            layers.Dense(250),
            layers.Dropout(0.2),
            layers.Activation("relu"),
            layers.Dense(1),
            layers.Activation("sigmoid"),
        ]
    ),
    "text/imdb_cnn_lstm.seq": lambda: Sequential(
        [
            ids(100),
            layers.Embedding(20000, 128),
            layers.Dropout(0.25),
            layers.Conv1D(64, 5, activation="relu"),
            layers.MaxPooling1D(4),
            layers.LSTM(70),
            layers.Dense(1),
            layers.Activation("sigmoid"),
        ]
    ),
    "text/active_learning.seq": lambda: Sequential(
        [
            ids(150),
            layers.Embedding(3000, 128),
            bilstm(32),
            layers.GlobalMaxPooling1D(),
            layers.Dense(20, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(1, activation="sigmoid"),
        ]
    ),
    "text/bag_of_words_cbow.seq": lambda: Sequential(
        [
            ids(8),
            layers.Embedding(30000, 64),
            layers.GlobalAveragePooling1D(),
            layers.Dense(30000, activation="sigmoid"),
        ]
    ),
    "text/babi_rnn.seq": babi_rnn,
    "text/bilstm_tagger.seq": bilstm_tagger,
    "text/shared_embedding.seq": shared_embedding,
    "text/textcnn.seq": textcnn,
    "language_models/char_rnn.seq": lambda: Sequential(
        [
            Input((50, 65)),
            layers.LSTM(128, return_sequences=True),
            layers.LSTM(128, return_sequences=True),
            layers.TimeDistributed(layers.Dense(65, activation="softmax")),
        ]
    ),
    "language_models/shakespeare_gru.seq": lambda: Sequential(
        [
            ids(None),
            layers.Embedding(66, 256),
            layers.GRU(1024, return_sequences=True),
            layers.Dense(66),
        ]
    ),
    "states/encoder_to_decoder.seq": encoder_to_decoder,
    "states/generation_step.seq": generation_step,
    "states/static_features.seq": static_features,
    "states/translate_letters.seq": translate_letters,
    "states/stateful_alphabet.seq": lambda: Sequential(
        [
            Input(batch_shape=(1, 1, 1)),
            layers.LSTM(16, stateful=True),
            layers.Dense(26, activation="softmax"),
        ]
    ),
    "states/stateful_guide.seq": lambda: Sequential(
        [Input(batch_shape=(20, 10, 50)), layers.LSTM(64, stateful=True)]
    ),
    "states/stateful_lags.seq": lambda: Sequential(
        [Input(batch_shape=(1, 1, 1)), layers.LSTM(20, stateful=True), layers.Dense(1)]
    ),
    "masks/embedding_mask.seq": lambda: Sequential(
        [ids(None), layers.Embedding(5000, 16, mask_zero=True), layers.LSTM(32)]
    ),
    "masks/imdb_tutorial.seq": lambda: Sequential(
        [
            ids(None),
            layers.Embedding(1000, 64, mask_zero=True),
            layers.Bidirectional(layers.LSTM(64)),
            layers.Dense(64, activation="relu"),
            layers.Dense(1),
        ]
    ),
    "masks/missing_readings.seq": lambda: Sequential(
        [Input((2, 1)), layers.Masking(-1), layers.LSTM(5), layers.Dense(1)]
    ),
    "masks/softmax_over_time.seq": lambda: Sequential(
        [
            ids(None),
            layers.Embedding(10, 32, mask_zero=True),
            layers.Dense(1),
            TemporalSoftmax(),
        ]
    ),
    "masks/text_bilstm.seq": lambda: Sequential(
        [
            ids(600),
            layers.Embedding(30000, 64, mask_zero=True),
            layers.Bidirectional(layers.LSTM(64)),
            layers.Dropout(0.5),
            layers.Dense(1, activation="sigmoid"),
        ]
    ),
    "attention/attention_pool.seq": attention_pool,
    "attention/many_to_one.seq": attention_many_to_one,
}
