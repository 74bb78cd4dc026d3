"""The Keras model `masks`, written by seqspec."""

import keras
from keras import layers, ops


def build_model(seed: int = 0) -> keras.Model:
    """Builds the model; the same seed gives the same weights."""
    keras.utils.set_random_seed(seed)
    ids = keras.Input(shape=(None,), dtype="int32", name="ids")
    x = layers.Embedding(50, 8, mask_zero=True, name="x")(ids)
    mask = ops.not_equal(ids, 0)
    lstm = layers.LSTM(8, return_sequences=True, name="lstm")(x)
    order = ops.argsort(
        ops.where(mask, ops.cumsum(ops.cast(mask, "int32"), axis=1), 0), axis=1
    )
    order_mask = ops.take_along_axis(mask, order, axis=1)
    last = layers.Reshape((3, 8), name="last")(
        ops.take_along_axis(lstm[:, :], order[:, -3:, None], axis=1)
    )
    last_mask = ops.reshape(order_mask[:, -3:], (-1, 3))
    reverse = x[:, ::-1]
    reverse_mask = mask[:, ::-1]
    gru = layers.GRU(8, use_cudnn=False, name="gru")(reverse, mask=reverse_mask)
    order = ops.argsort(
        ops.where(mask, ops.cumsum(ops.cast(mask, "int32"), axis=1), 2147483647), axis=1
    )
    order_mask = ops.take_along_axis(mask, order, axis=1)
    x = ops.take_along_axis(x[:, :], order[:, 1:, None], axis=1)
    mask = order_mask[:, 1:]
    x = layers.Conv1D(8, 3, padding="same", name="conv")(ops.where(mask[..., None], x, 0.0))
    x = x
    c = layers.GlobalAveragePooling1D(name="c")(x)
    a = keras.Sequential([layers.Identity()], name="a")(last[:, :], mask=last_mask)
    return keras.Model(ids, [a, gru, c], name="masks")


if __name__ == "__main__":
    build_model().summary()
