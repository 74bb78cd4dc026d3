"""The Keras model `inside`, written by seqspec."""

import keras
from keras import layers, ops


def build_model(seed: int = 0) -> keras.Model:
    """Builds the model; the same seed gives the same weights."""
    keras.utils.set_random_seed(seed)
    # sentences of words, rows of pixels, a film
    words_input = keras.Input(shape=(None, None), dtype="int32", name="words_input")
    # each sentence becomes a vector
    step = keras.Input(shape=(None,), dtype="int32", name="step")
    x = layers.Embedding(50, 8, mask_zero=True, name="embed")(step)
    x = layers.Bidirectional(layers.LSTM(6, use_cudnn=False), name="lstm")(x)
    words_model = keras.Model(step, x, name="words")
    cells = ops.ones_like(words_input[0, 0, ...], dtype="int32")
    ones = ops.ones_like(words_input[..., 0], dtype="int32")
    step_0 = ops.cumsum(ones, axis=0) - 1
    step_1 = ops.cumsum(ones, axis=1) - 1
    numbers = (step_0 * ops.sum(ones, axis=1, keepdims=True)) + step_1
    cell_0 = ops.cumsum(cells, axis=0) - 1
    index = (ops.reshape(numbers, (-1, 1)) * ops.sum(cells)) + cell_0
    together = words_model(ops.take(ops.reshape(words_input, (-1,)), index, axis=0))
    words = ops.take(together, numbers, axis=0)
    page_input = keras.Input(shape=(8, None, 1), name="page_input")
    x = layers.ZeroPadding2D(1, name="pad")(page_input)
    x = layers.Conv2D(4, 3, activation="relu", name="conv")(x)
    step = keras.Input(shape=(8, 4), name="step")
    each_lstm = layers.LSTM(3, return_sequences=True, name="lstm")(step)
    each_dense = layers.Dense(3, name="dense")(each_lstm)
    each_add = layers.Add(name="add_layer")([each_lstm, each_dense])
    each_model = keras.Model(step, each_add, name="each")
    columns = ops.transpose(x, (0, 2, 1, 3))
    together = each_model(ops.reshape(columns, (-1, 8, 4)))
    ones = ops.ones_like(columns[..., 0, 0], dtype="int32")
    step_0 = ops.cumsum(ones, axis=0) - 1
    step_1 = ops.cumsum(ones, axis=1) - 1
    numbers = (step_0 * ops.sum(ones, axis=1, keepdims=True)) + step_1
    x = ops.transpose(ops.take(together, numbers, axis=0), (0, 2, 1, 3))
    step = keras.Input(shape=(None, 3), name="step")
    page_gru = layers.GRU(2, name="gru")(step)
    page_model = keras.Model(step, page_gru, name="page")
    cells = ops.ones_like(x[0, 0, ..., 0], dtype="int32")
    ones = ops.ones_like(x[..., 0, 0], dtype="int32")
    step_0 = ops.cumsum(ones, axis=0) - 1
    step_1 = ops.cumsum(ones, axis=1) - 1
    numbers = (step_0 * ops.sum(ones, axis=1, keepdims=True)) + step_1
    cell_0 = ops.cumsum(cells, axis=0) - 1
    index = (ops.reshape(numbers, (-1, 1)) * ops.sum(cells)) + cell_0
    together = page_model(ops.take(ops.reshape(x, (-1, 3)), index, axis=0))
    page = ops.reshape(together, (-1, 8, 2))
    film_input = keras.Input(shape=(5, 6, 6, 1), name="film_input")
    x = layers.Bidirectional(
        layers.ConvLSTM2D(3, 3, return_sequences=True, padding="same"), name="convlstm"
    )(film_input)
    x = x[:, :-1]
    step = keras.Input(shape=(6, 6, 6), name="step")
    film_fold = layers.Reshape((6, 36), name="fold")(
        layers.Permute((2, 1, 3), name="fold_permute")(step)
    )
    film_dense = layers.Dense(2, name="dense")(film_fold)
    film_model = keras.Model(step, film_dense, name="film")
    together = film_model(ops.reshape(x, (-1, 6, 6, 6)))
    film = ops.reshape(together, (-1, 4, 6, 2))
    sentences = layers.LSTM(3, return_sequences=True, name="sentences")(words)
    rows = layers.UpSampling1D(2, name="rows")(page)
    step = keras.Input(shape=(6, 2), name="step")
    frames_each_step = keras.Input(shape=(2,), name="step")
    x = layers.Dense(1, name="dense")(frames_each_step)
    each_model = keras.Model(frames_each_step, x, name="each")
    together = each_model(ops.reshape(step, (-1, 2)))
    x = ops.reshape(together, (-1, 6, 1))
    x = layers.Flatten(name="flatten")(x)
    frames_model = keras.Model(step, x, name="frames")
    together = frames_model(ops.reshape(film, (-1, 6, 2)))
    frames = ops.reshape(together, (-1, 4, 6))
    return keras.Model(
        [words_input, page_input, film_input], [sentences, rows, frames], name="inside"
    )


if __name__ == "__main__":
    build_model().summary()
