"""The Keras model `choices`, written by seqspec."""

import keras
from keras import layers, ops


def build_model(seed: int = 0) -> keras.Model:
    """Builds the model; the same seed gives the same weights."""
    keras.utils.set_random_seed(seed)
    # the other choices of operations that have several
    x = keras.Input(shape=(12, 6), name="x")
    take = x[:, :4]
    take_1 = take[:, :, 2]
    repeat = layers.RepeatVector(1, name="repeat")(take_1)
    pad = layers.ZeroPadding1D((2, 0), name="pad")(repeat)
    wide = layers.UpSampling2D((2, 1), interpolation="bilinear", name="upsample")(
        pad[:, :, None]
    )
    upsample = wide[:, :, 0]
    shift = layers.ZeroPadding1D((0, 2), name="shift")(upsample[:, 2:])
    noise = layers.GaussianNoise(0.1, name="noise")(shift, training=True)
    dropout = layers.SpatialDropout1D(0.5, name="dropout")(noise)
    steps = layers.Dropout(0.1, name="steps")(dropout, training=True)
    negative = ops.negative(x)
    pool = ops.negative(layers.MaxPooling1D(2, name="pool")(negative))
    pool_1 = layers.MaxPooling1D(3, strides=1, padding="same", name="pool_1")(pool)
    pool_2 = layers.AveragePooling1D(2, padding="same", name="pool_2")(pool_1)
    concat = layers.Concatenate(name="concat")([pool_2, pool_2])
    pools = ops.sqrt(ops.maximum(ops.var(concat, axis=(1,)), 1e-12))
    pool_3 = ops.logsumexp(x, axis=(1,))
    sums = layers.Rescaling(2.0, offset=[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], name="sums")(pool_3)
    mask = ops.any(ops.logical_not(ops.isnan(x)), axis=(2,))
    mask_2 = ops.where(mask[..., None], x, 0.0)
    take_2 = x[:, :, 0:1]
    mask_1_mask = ops.any(ops.not_equal(take_2, 0.0), axis=(2,))
    mask_1 = ops.where(mask_1_mask[..., None], x, 0.0)
    add = layers.Add(name="add")([mask_2, mask_1])
    add_mask = ops.logical_and(mask, mask_1_mask)
    lstm = layers.LSTM(3, return_sequences=True, use_cudnn=False, name="lstm")(
        add, mask=add_mask
    )
    order = ops.argsort(
        ops.where(add_mask, ops.cumsum(ops.cast(add_mask, "int32"), axis=1), 0), axis=1
    )
    order_mask = ops.take_along_axis(add_mask, order, axis=1)
    seen = ops.take_along_axis(lstm[:, :], order[:, -2:, None], axis=1)
    seen_mask = order_mask[:, -2:]
    m = layers.Masking(name="m")(x)
    m_mask = ops.any(ops.not_equal(x, 0.0), axis=(2,))
    mask = ops.logical_and(m_mask, mask)
    divide = m[:, :] / ops.where(mask[..., None], mask_2, 1.0)
    order = ops.argsort(
        ops.where(mask, ops.cumsum(ops.cast(mask, "int32"), axis=1), 0), axis=1
    )
    order_mask = ops.take_along_axis(mask, order, axis=1)
    take_3 = ops.take_along_axis(divide, order[:, -1:, None], axis=1)
    mask = order_mask[:, -1:]
    dense = layers.Dense(6, name="dense")(take_3)
    ratio = layers.Concatenate(axis=1, name="ratio")([take_3, dense])
    mask = ops.concatenate([mask, mask], axis=1)
    take_4 = x[:, :2]
    order = ops.argsort(
        ops.where(m_mask, ops.cumsum(ops.cast(m_mask, "int32"), axis=1), 0), axis=1
    )
    order_mask = ops.take_along_axis(m_mask, order, axis=1)
    take_5 = ops.take_along_axis(m[:, :], order[:, -3:, None], axis=1)
    take_5_mask = order_mask[:, -3:]
    real = ops.cast(take_5_mask, "int32")
    count = ops.cumsum(real, axis=1)
    inside = ops.greater(count, 0)
    concat_1_steps = ops.concatenate(
        [ops.ones_like(take_4[..., 0], dtype="bool"), inside], axis=1
    )
    order = ops.argsort(
        ops.where(concat_1_steps, ops.cumsum(ops.cast(concat_1_steps, "int32"), axis=1), 2147483647),
        axis=1,
    )
    concat_1 = ops.take_along_axis(
        layers.Concatenate(axis=1, name="concat_1")([take_4, take_5]),
        order[..., None],
        axis=1,
    )
    concat_1_mask = ops.take_along_axis(
        ops.concatenate([ops.ones_like(take_4[..., 0], dtype="bool"), take_5_mask], axis=1),
        order,
        axis=1,
    )
    order = ops.argsort(
        ops.where(concat_1_mask, ops.cumsum(ops.cast(concat_1_mask, "int32"), axis=1), 0),
        axis=1,
    )
    order_mask = ops.take_along_axis(concat_1_mask, order, axis=1)
    after = ops.take_along_axis(concat_1, order[:, -2:, None], axis=1)
    after_mask = order_mask[:, -2:]
    memory = keras.Input(shape=(9, 6), name="memory")
    attend = layers.GroupQueryAttention(
        3,
        4,
        2,
        dropout=0.1,
        use_bias=False,
        kernel_initializer="zeros",
        kernel_regularizer=keras.regularizers.L1L2(l1=0.1, l2=0.2),
        name="attend",
    )(x, memory)
    attend_1, scores = layers.MultiHeadAttention(
        2,
        3,
        sliding_window=3,
        value_dim=2,
        bias_initializer=keras.initializers.Constant(1.0),
        name="attend_1",
    )(attend, attend, return_attention_scores=True)
    attend_2 = layers.Attention(use_scale=True, trainable=False, name="attend_2")(
        [attend_1, attend_1]
    )
    dense_1 = layers.Dense(6, name="dense_1")(memory)
    attend_3 = layers.AdditiveAttention(name="attend_3")([attend_2, memory, dense_1])
    read, attend_4 = layers.Attention(name="attend_4")(
        [attend_3, attend_3], return_attention_scores=True
    )
    read = layers.Dense(4, name="read")(attend_4)
    take_6 = memory[:, -1]
    repeat_1 = layers.RepeatVector(1, name="repeat_1")(take_6)
    gru_layer = layers.GRU(5, return_sequences=True, return_state=True, name="gru")
    gru, h = gru_layer(repeat_1)
    dense_2_layer = layers.Dense(4, name="dense_2")
    dense_2 = dense_2_layer(gru)
    dense_3_layer = layers.Dense(6, name="dense_3")
    dense_3 = dense_3_layer(dense_2)
    gru_1, h = gru_layer(dense_3, initial_state=h)
    dense_4 = dense_2_layer(gru_1)
    dense_5 = dense_3_layer(dense_4)
    gru_2, h = gru_layer(dense_5, initial_state=h)
    dense_6 = dense_2_layer(gru_2)
    next = layers.Concatenate(axis=1, name="next")([dense_2, dense_4, dense_6])
    film = keras.Input(shape=(2, 6, 6, 4), name="film")
    pool_4 = layers.GlobalAveragePooling3D(name="pool_4")(film)
    pool_5 = layers.GlobalMaxPooling3D(name="pool_5")(film)
    add_1 = layers.Add(name="add_1")([pool_4, pool_5])
    pool_6 = ops.sum(film, axis=(1, 2, 3))
    add_2 = layers.Add(name="add_2")([add_1, pool_6])
    dropout_1 = layers.SpatialDropout3D(0.5, name="dropout_1")(film)
    pool_7 = ops.min(dropout_1, axis=(1, 2, 3))
    stills = layers.Add(name="stills")([add_2, pool_7])
    image = keras.Input(shape=(6, 6, 4), name="image")
    pad_1 = layers.ZeroPadding2D((1, 0), name="pad_1")(image)
    pad_2 = layers.ZeroPadding2D((0, 1), name="pad_2")(pad_1)
    take_7 = pad_2[:, :, :, 0:2]
    fold = layers.Reshape((8, 16), name="fold")(take_7)
    turned = layers.Permute((2, 1), name="turned")(fold)
    sizes = keras.Input(shape=(None, None, 3), name="sizes")
    mask_3_mask = ops.any(ops.not_equal(sizes, 0.0), axis=(2, 3))
    order = ops.argsort(
        ops.where(mask_3_mask, ops.cumsum(ops.cast(mask_3_mask, "int32"), axis=1), 0),
        axis=1,
    )
    order_mask = ops.take_along_axis(mask_3_mask, order, axis=1)
    take_8 = layers.Reshape((2, -1, 3), name="take_8")(
        ops.take_along_axis(sizes, order[:, -2:, None, None], axis=1)
    )
    take_8_mask = ops.reshape(order_mask[:, -2:], (-1, 2))
    inner = take_8[:, :, :, 0:2]
    real_input = keras.Input(shape=(None,), dtype="int32", name="real_input")
    embed = layers.Embedding(5, 4, mask_zero=True, name="embed")(real_input)
    embed_mask = ops.not_equal(real_input, 0)
    masked = ops.max_pool(ops.cast(ops.logical_not(embed_mask), "float32")[..., None], 3, 1)
    conv = layers.Conv1D(3, 3, name="conv")(ops.where(embed_mask[..., None], embed, 0.0))
    conv_mask = ops.equal(masked[..., 0], 0.0)
    lstm_1 = layers.LSTM(2, return_sequences=True, use_cudnn=False, name="lstm_1")(
        conv, mask=conv_mask
    )
    conv_1 = layers.Conv1D(3, 2, name="conv_1")(
        ops.where(conv_mask[..., None], lstm_1, 0.0)
    )
    conv_1_mask = ops.logical_and(conv_mask[:, :-1], conv_mask[:, 1:])
    gru_3 = layers.GRU(2, use_cudnn=False, name="gru_3")(conv_1, mask=conv_1_mask)
    lifted_input = keras.Input(shape=(None,), name="lifted_input")
    lift = layers.Reshape((-1, 1), name="lift")(lifted_input)
    lstm_2 = layers.LSTM(2, name="lstm_2")(lift)
    moved = film[:, 0]
    seen = keras.Sequential([layers.Identity()], name="seen.masked")(
        seen[:, :], mask=seen_mask
    )
    ratio = keras.Sequential([layers.Identity()], name="ratio.masked")(
        ratio[:, :], mask=mask
    )
    after = keras.Sequential([layers.Identity()], name="after.masked")(
        after[:, :], mask=after_mask
    )
    inner = keras.Sequential([layers.Identity()], name="inner.masked")(
        inner[:, :],
        mask=ops.logical_and(take_8_mask[..., None], ops.ones_like(inner[..., 0], dtype="bool")),
    )
    return keras.Model(
        [x, memory, film, image, sizes, real_input, lifted_input],
        [steps, pools, sums, seen, ratio, after, read, next, stills, turned, inner, moved,
        gru_3, lstm_2],
        name="choices",
    )


if __name__ == "__main__":
    build_model().summary()
