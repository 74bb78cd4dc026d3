"""The Keras model `functions`, written by seqspec."""

import keras
from keras import layers, ops


def build_model(seed: int = 0) -> keras.Model:
    """Builds the model; the same seed gives the same weights."""
    keras.utils.set_random_seed(seed)
    # every function of values; those that are words of layers as stages of their own
    inputs = keras.Input(shape=(10, 6), name="x_input")
    x = ops.round(inputs)
    x = ops.floor(x)
    x = ops.sign(x)
    x = ops.square(x)
    x = ops.log1p(x)
    x = ops.expm1(x)
    x = ops.erf(x)
    x = ops.sin(x)
    x = ops.cos(x)
    x = ops.exp(x)
    x = ops.reciprocal(x)
    x = ops.rsqrt(x)
    x = ops.sqrt(x)
    x = ops.log(x)
    x = layers.Activation("celu", name="celu")(x)
    x = layers.Activation("elu", name="elu")(x)
    x = layers.Activation("exponential", name="exponential")(x)
    x = layers.Activation("gelu", name="gelu")(x)
    x = ops.glu(x, axis=-1)
    x = layers.Dense(6, name="dense")(x)
    x = layers.Activation("hard_shrink", name="hard_shrink")(x)
    x = layers.Activation("hard_sigmoid", name="hard_sigmoid")(x)
    x = layers.Activation("hard_silu", name="hard_silu")(x)
    x = layers.Activation("hard_swish", name="hard_swish")(x)
    x = layers.Activation("hard_tanh", name="hard_tanh")(x)
    x = layers.LeakyReLU(negative_slope=0.1, name="leaky_relu")(x)
    x = layers.Activation("log_sigmoid", name="log_sigmoid")(x)
    x = ops.log_softmax(x, axis=1)
    x = layers.Activation("mish", name="mish")(x)
    x = layers.Activation("relu", name="relu")(x)
    x = layers.Activation("relu6", name="relu6")(x)
    x = layers.Activation("selu", name="selu")(x)
    x = layers.Activation("sigmoid", name="sigmoid")(x)
    x = layers.Activation("silu", name="silu")(x)
    x = layers.Activation("soft_shrink", name="soft_shrink")(x)
    x = layers.Activation("softplus", name="softplus")(x)
    x = layers.Activation("softsign", name="softsign")(x)
    x = layers.Activation("sparse_plus", name="sparse_plus")(x)
    x = layers.Activation("sparse_sigmoid", name="sparse_sigmoid")(x)
    x = layers.Activation("sparsemax", name="sparsemax")(x)
    x = layers.Activation("squareplus", name="squareplus")(x)
    x = layers.Activation("swish", name="swish")(x)
    x = layers.Activation("tanh", name="tanh")(x)
    x = layers.Activation("tanh_shrink", name="tanh_shrink")(x)
    x = layers.PReLU(shared_axes=[1], name="prelu")(x)
    x = layers.PReLU(
        alpha_initializer=keras.initializers.Constant(0.1), trainable=False, name="x"
    )(x)
    cumsum = ops.cumsum(x, axis=1)
    argmax = ops.argmax(cumsum, axis=-1)
    ids = ops.one_hot(argmax, 6)
    average = (x + 1.0) / 2.0
    maximum = ops.maximum(average, 0.0)
    power = ops.power(maximum, 2.0)
    dot = layers.Dot(axes=(2, 2), name="dot")([x, x])
    concat = layers.Concatenate(name="concat")([power, dot])
    dense_1 = layers.Dense(10, name="dense_1")(concat)
    ends = layers.Dot(axes=(2, 1), name="ends")([dense_1, x])
    cosine = layers.Dot(axes=(2, 2), normalize=True, name="cosine")([x, x])
    return keras.Model(inputs, [ids, ends, cosine], name="functions")


if __name__ == "__main__":
    build_model().summary()
