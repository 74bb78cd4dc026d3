"""The Keras model `layers`, written by seqspec."""

import keras
from keras import layers, ops


def build_model(seed: int = 0) -> keras.Model:
    """Builds the model; the same seed gives the same weights."""
    keras.utils.set_random_seed(seed)
    # what layers with a kernel may be told
    x = keras.Input(shape=(12, 6), name="x")
    dense = layers.Dense(
        4,
        activation="relu",
        bias_initializer=keras.initializers.Constant(0.5),
        kernel_initializer="he_normal",
        kernel_regularizer=keras.regularizers.L1(l1=0.1),
        trainable=False,
        name="dense",
    )(x)
    a = layers.Dense(
        4,
        use_bias=False,
        kernel_initializer=keras.initializers.RandomNormal(stddev=2.0),
        name="a",
    )(dense)
    conv = layers.Conv1D(
        4,
        3,
        padding="same",
        activation="elu",
        groups=2,
        bias_initializer=keras.initializers.Constant(1.0),
        kernel_initializer="zeros",
        kernel_regularizer=keras.regularizers.L1L2(l1=0.1, l2=0.2),
        trainable=False,
        name="conv",
    )(x)
    b = layers.Conv1D(4, 3, padding="same", use_bias=False, name="b")(conv)
    deconv = layers.Conv1DTranspose(
        4,
        3,
        padding="same",
        activation="relu",
        bias_initializer=keras.initializers.Constant(2.0),
        kernel_initializer="ones",
        kernel_regularizer=keras.regularizers.L2(l2=0.1),
        kernel_constraint=keras.constraints.MaxNorm(1.0, axis=[0, 2]),
        trainable=False,
        name="deconv",
    )(x)
    c = layers.Conv1DTranspose(
        4,
        3,
        padding="same",
        dilation_rate=2,
        use_bias=False,
        kernel_regularizer=keras.regularizers.L1(l1=0.2),
        name="c",
    )(deconv)
    sepconv = layers.SeparableConv1D(
        4,
        3,
        padding="same",
        activation="relu",
        depth_multiplier=2,
        bias_initializer=keras.initializers.Constant(1.0),
        depthwise_initializer="he_uniform",
        depthwise_regularizer=keras.regularizers.L1(l1=0.1),
        trainable=False,
        pointwise_initializer="he_uniform",
        pointwise_regularizer=keras.regularizers.L1(l1=0.1),
        name="sepconv",
    )(x)
    sepconv_1 = layers.SeparableConv1D(
        4,
        3,
        dilation_rate=2,
        use_bias=False,
        depthwise_regularizer=keras.regularizers.L2(l2=0.1),
        depthwise_constraint=keras.constraints.MaxNorm(2.0),
        pointwise_regularizer=keras.regularizers.L2(l2=0.1),
        pointwise_constraint=keras.constraints.MaxNorm(2.0, axis=[0, 1]),
        name="sepconv_1",
    )(layers.ZeroPadding1D((4, 0), name="sepconv_1_pad")(sepconv))
    pad = layers.ZeroPadding1D((1, 0), name="pad")(sepconv_1)
    d = layers.SeparableConv1D(4, 2, name="d")(pad)
    depthconv = layers.DepthwiseConv1D(
        3,
        padding="same",
        activation="relu",
        depth_multiplier=2,
        bias_initializer=keras.initializers.Constant(1.0),
        depthwise_initializer="zeros",
        depthwise_regularizer=keras.regularizers.L1(l1=0.1),
        trainable=False,
        name="depthconv",
    )(x)
    depthconv_1 = layers.DepthwiseConv1D(
        3,
        dilation_rate=2,
        use_bias=False,
        depthwise_regularizer=keras.regularizers.L2(l2=0.1),
        depthwise_constraint=keras.constraints.MaxNorm(2.0),
        name="depthconv_1",
    )(layers.ZeroPadding1D((4, 0), name="depthconv_1_pad")(depthconv))
    pad_1 = layers.ZeroPadding1D((2, 0), name="pad_1")(depthconv_1)
    depthconv_2 = layers.DepthwiseConv1D(3, name="depthconv_2")(pad_1)
    e = layers.Dense(4, name="e")(depthconv_2)
    sum = layers.Add(name="sum")([a, b, c, d, e])
    words = keras.Input(shape=(7,), dtype="int32", name="words")
    f = layers.Embedding(
        9,
        4,
        mask_zero=True,
        embeddings_initializer="random_normal",
        embeddings_regularizer=keras.regularizers.L1L2(l1=0.1, l2=0.2),
        embeddings_constraint=keras.constraints.MaxNorm(1.0, axis=1),
        trainable=False,
        name="f",
    )(words)
    unmask = f[:, :]
    place = ops.subtract(
        ops.cumsum(ops.ones_like(unmask[:1, :, 0], dtype="int32"), axis=1), 1
    )
    position = layers.Embedding(
        9,
        4,
        embeddings_initializer="zeros",
        embeddings_regularizer=keras.regularizers.L1L2(l1=0.1, l2=0.2),
        embeddings_constraint=keras.constraints.MaxNorm(1.0, axis=1),
        trainable=False,
        name="g",
    )(place)
    g = unmask + position
    number = ops.zeros_like(g[:, 0, 0, None], dtype="int32")
    learned = layers.Embedding(
        1,
        4,
        embeddings_initializer=keras.initializers.RandomNormal(stddev=0.1),
        embeddings_regularizer=keras.regularizers.L1L2(l1=0.1, l2=0.2),
        embeddings_constraint=keras.constraints.MaxNorm(1.0, axis=1),
        trainable=False,
        name="learned",
    )(number)
    h = layers.Add(name="h")([g, learned])
    norm = layers.BatchNormalization(momentum=0.9, center=False, scale=False, name="norm")(
        h
    )
    norm_1 = layers.GroupNormalization(groups=2, name="norm_1")(norm)
    norm_2 = layers.GroupNormalization(groups=-1, name="norm_2")(norm_1)
    norm_3 = layers.RMSNormalization(trainable=False, name="norm_3")(norm_2)
    norm_4 = layers.UnitNormalization(name="norm_4")(norm_3)
    norms = layers.LayerNormalization(scale=False, name="norms")(norm_4)
    image = keras.Input(shape=(8, 8, 4), name="image")
    sepconv_2 = layers.SeparableConv2D(3, 3, strides=2, name="sepconv_2")(image)
    depthconv_3 = layers.DepthwiseConv2D(2, strides=2, name="depthconv_3")(sepconv_2)
    permute = layers.Permute((2, 1, 3), name="permute")(depthconv_3)
    strided = layers.Reshape((1, 3), name="strided")(permute)
    deconv_1 = layers.Conv2DTranspose(3, 2, strides=2, name="deconv_1")(image)
    upsample = layers.UpSampling2D(2, interpolation="bilinear", name="upsample")(deconv_1)
    take = upsample[:, 1:3]
    wide = take[:, :, 0]
    return keras.Model([x, words, image], [sum, norms, strided, wide], name="layers")


if __name__ == "__main__":
    build_model().summary()
