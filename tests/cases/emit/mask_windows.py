"""The Keras model `mask_windows`, written by seqspec."""

import keras
from keras import layers, ops


def build_model(seed: int = 0) -> keras.Model:
    """Builds the model; the same seed gives the same weights."""
    keras.utils.set_random_seed(seed)
    # What a person writes where Keras drops the mask.
    inputs = keras.Input(shape=(None,), dtype="int32", name="words_input")
    words = layers.Embedding(50, 8, mask_zero=True, name="words")(inputs)
    mask = ops.not_equal(inputs, 0)
    x = layers.Conv1D(8, 5, padding="same", activation="relu", name="conv")(
        ops.where(mask[..., None], words, 0.0)
    )
    steps = ops.greater(ops.cumsum(ops.cast(mask, "int32"), axis=1), 0)
    order = ops.argsort(
        ops.where(steps, ops.cumsum(ops.cast(steps, "int32"), axis=1), 2147483647), axis=1
    )
    front = ops.take_along_axis(x, order[..., None], axis=1)
    pool_mask = ops.take_along_axis(mask, order, axis=1)
    share = ops.average_pool(ops.cast(pool_mask, "float32")[..., None], 2, 2, "valid")
    some = ops.greater(share, 0.0)
    real = ops.cast(pool_mask, "int32")
    count = ops.cumsum(real, axis=1)
    inside = ops.less(count - real, ops.sum(real, axis=1, keepdims=True))
    of_windows = layers.MaxPooling1D(2, name="pool")(
        ops.where(pool_mask[..., None], front, -3.4e+38)
    )
    x = ops.where(some, of_windows, 0.0)
    pool_mask_1 = ops.logical_and(inside[:, 1::2], some[..., 0])
    masked = ops.max_pool(
        ops.cast(ops.logical_not(pool_mask_1), "float32")[..., None], 3, 2
    )
    h = layers.Conv1D(8, 3, strides=2, name="h")(ops.where(pool_mask_1[..., None], x, 0.0))
    h_mask = ops.equal(masked[..., 0], 0.0)
    count = ops.sum(ops.cast(h_mask, "float32"), axis=1, keepdims=True)
    mean = ops.sum(ops.where(h_mask[..., None], h, 0.0), axis=1) / ops.maximum(count, 1.0)
    steps = ops.greater(ops.cumsum(ops.cast(mask, "int32"), axis=1), 0)
    order = ops.argsort(
        ops.where(steps, ops.cumsum(ops.cast(steps, "int32"), axis=1), 2147483647), axis=1
    )
    front = ops.take_along_axis(words[:, :], order[..., None], axis=1)
    same_mask = ops.take_along_axis(mask, order, axis=1)
    real = ops.cast(same_mask, "int32")
    count = ops.cumsum(real, axis=1)
    inside = ops.less(count - real, ops.sum(real, axis=1, keepdims=True))
    number = ops.sum(ops.cast(inside, "int32"), axis=1, keepdims=True)
    places = ops.repeat(ops.ones_like(same_mask[:, ::2], dtype="int32"), 2, axis=1)
    left = ops.floor_divide(ops.maximum(2 - ops.mod(number - 1, 2), 0), 2)
    order = ops.cumsum(places, axis=1) - left
    shifted = ops.take_along_axis(
        ops.pad(front, ((0, 0), (1, 1), (0, 0))), order[..., None], axis=1
    )
    shifted_mask = ops.take_along_axis(ops.pad(same_mask, ((0, 0), (1, 1))), order, axis=1)
    same = layers.Conv1D(8, 3, strides=2, padding="same", name="same")(
        ops.where(shifted_mask[..., None], shifted, 0.0)
    )
    same_mask_1 = same_mask[:, ::2]
    around = ops.pad(ops.cast(ops.repeat(mask, 2, axis=1), "float32"), ((0, 0), (2, 2)))
    x = layers.Conv1DTranspose(4, 4, strides=2, name="deconv")(
        ops.where(mask[..., None], words, 0.0)
    )
    deconv_mask = ops.greater(ops.max_pool(around[..., None], 3, 1)[..., 0], 0.0)
    found = layers.GlobalMaxPooling1D(name="wide")(
        ops.where(deconv_mask[..., None], x, -3.4e+38)
    )
    wide = ops.where(ops.any(deconv_mask, axis=1, keepdims=True), found, 0.0)
    x = layers.Conv1D(6, 2, name="conv_1")(ops.where(mask[..., None], words, 0.0))
    conv_1_mask = ops.logical_and(mask[:, :-1], mask[:, 1:])
    x = layers.UpSampling1D(2, name="upsample")(x)
    upsample_mask = ops.repeat(conv_1_mask, 2, axis=1)
    steps = ops.greater(ops.cumsum(ops.cast(upsample_mask, "int32"), axis=1), 0)
    order = ops.argsort(
        ops.where(steps, ops.cumsum(ops.cast(steps, "int32"), axis=1), 2147483647), axis=1
    )
    front = ops.take_along_axis(x, order[..., None], axis=1)
    reshape_mask = ops.take_along_axis(upsample_mask, order, axis=1)
    x = layers.Reshape((-1, 12), name="reshape_layer")(front)
    reshape_mask_1 = ops.logical_and(reshape_mask[:, :-1:2], reshape_mask[:, 1::2])
    x = layers.LSTM(3, use_cudnn=False, name="lstm")(x, mask=reshape_mask_1)
    real = ops.cast(mask, "int32")
    count = ops.cumsum(real, axis=1)
    inside = ops.logical_and(
        ops.greater(count, 0), ops.less(count - real, ops.sum(real, axis=1, keepdims=True))
    )
    steps = ops.pad(inside, ((0, 0), (0, 1)), constant_values=True)
    order = ops.argsort(
        ops.where(steps, ops.cumsum(ops.cast(steps, "int32"), axis=1), 2147483647), axis=1
    )
    pad = ops.take_along_axis(
        layers.ZeroPadding1D((0, 1), name="pad_layer")(words[:, :]),
        order[..., None],
        axis=1,
    )
    pad_mask = ops.take_along_axis(
        ops.pad(mask, ((0, 0), (0, 1)), constant_values=True), order, axis=1
    )
    order = ops.argsort(
        ops.where(pad_mask, ops.cumsum(ops.cast(pad_mask, "int32"), axis=1), 0), axis=1
    )
    order_mask = ops.take_along_axis(pad_mask, order, axis=1)
    take = layers.Reshape((2, 8), name="take")(
        ops.take_along_axis(pad, order[:, -2:, None], axis=1)
    )
    take_mask = ops.reshape(order_mask[:, -2:], (-1, 2))
    real = ops.cast(pad_mask, "int32")
    count = ops.cumsum(real, axis=1)
    inside = ops.less(count - real, ops.sum(real, axis=1, keepdims=True))
    real = ops.cast(take_mask, "int32")
    count = ops.cumsum(real, axis=1)
    concat_inside_1 = ops.greater(count, 0)
    steps = ops.concatenate([inside, concat_inside_1], axis=1)
    order = ops.argsort(
        ops.where(steps, ops.cumsum(ops.cast(steps, "int32"), axis=1), 2147483647), axis=1
    )
    concat = ops.take_along_axis(
        layers.Concatenate(axis=1, name="concat")([pad, take]), order[..., None], axis=1
    )
    concat_mask = ops.take_along_axis(
        ops.concatenate([pad_mask, take_mask], axis=1), order, axis=1
    )
    lstm_1 = layers.LSTM(3, use_cudnn=False, name="lstm_1")(concat, mask=concat_mask)
    reverse = words[:, ::-1]
    reverse_mask = mask[:, ::-1]
    steps = ops.greater(ops.cumsum(ops.cast(mask, "int32"), axis=1), 0)
    order = ops.argsort(
        ops.where(steps, ops.cumsum(ops.cast(steps, "int32"), axis=1), 2147483647), axis=1
    )
    front = ops.take_along_axis(words[:, :], order[..., None], axis=1)
    mask = ops.take_along_axis(mask, order, axis=1)
    steps = ops.greater(ops.cumsum(ops.cast(reverse_mask, "int32"), axis=1), 0)
    order = ops.argsort(
        ops.where(steps, ops.cumsum(ops.cast(steps, "int32"), axis=1), 2147483647), axis=1
    )
    add_front_1 = ops.take_along_axis(reverse, order[..., None], axis=1)
    add_mask_1 = ops.take_along_axis(reverse_mask, order, axis=1)
    add = layers.Add(name="add")([front, add_front_1])
    mask = ops.logical_and(mask, add_mask_1)
    order = ops.argsort(
        ops.where(mask, ops.cumsum(ops.cast(mask, "int32"), axis=1), 0), axis=1
    )
    step = ops.take_along_axis(
        ops.where(mask[..., None], add, 0.0), order[:, -1:, None], axis=1
    )
    turned = step[:, 0]
    same = keras.Sequential([layers.Identity()], name="same.masked")(
        same[:, :], mask=same_mask_1
    )
    return keras.Model(inputs, [mean, same, wide, x, lstm_1, turned], name="mask_windows")


if __name__ == "__main__":
    build_model().summary()
