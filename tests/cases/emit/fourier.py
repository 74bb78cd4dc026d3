"""The Keras model `fourier`, written by seqspec."""

import keras
from keras import layers, ops


def build_model(seed: int = 0) -> keras.Model:
    """Builds the model; the same seed gives the same weights."""
    keras.utils.set_random_seed(seed)
    # the transform of steps whose number is known, is not, and differs from sample to sample
    known = keras.Input(shape=(16, 4), name="known")
    open = keras.Input(shape=(None, 4), name="open")
    words_input = keras.Input(shape=(None,), dtype="int32", name="words_input")
    words = layers.Embedding(50, 4, mask_zero=True, name="words")(words_input)
    mask = ops.not_equal(words_input, 0)
    series = ops.transpose(known, (0, 2, 1))
    real, imaginary = ops.fft([series, ops.zeros_like(series)])
    a = ops.transpose(real, (0, 2, 1))
    series = ops.transpose(open, (0, 2, 1))
    real, imaginary = ops.rfft(series)
    count = ops.cumsum(ops.reshape(ops.ones_like(series[:1, :1, :], dtype="int32"), (-1,)))
    place = ops.subtract(count, 1)
    mirror = ops.flip(count)
    whole = ops.take(imaginary, ops.minimum(place, mirror), axis=-1)
    b = ops.transpose(
        ops.where(ops.greater(place, mirror), ops.negative(whole), whole), (0, 2, 1)
    )
    steps = ops.cast(mask, "int32")
    place = ops.subtract(ops.cumsum(steps, axis=1), 1)
    number = ops.sum(steps, axis=1, keepdims=True)
    frequency = ops.subtract(
        ops.cumsum(ops.ones_like(ops.pad(steps[:1, :], ((0, 0), (0, 1)))[:, ::2]), axis=1),
        1,
    )
    pairs = frequency[:, :, None] * place[:, None]
    whole = ops.maximum(number, 1)[..., None]
    angle = (ops.mod(pairs, whole) / whole) * -6.283185307179586
    series = ops.where(mask[..., None], words, 0.0)
    of_real = ops.square(ops.matmul(ops.cos(angle), series))
    of_imaginary = ops.square(ops.matmul(ops.sin(angle), series))
    power = of_real + of_imaginary
    x = ops.where(ops.greater(power, 0), ops.sqrt(ops.maximum(power, 1e-30)), 0.0)
    mask = ops.logical_and(ops.less_equal(frequency * 2, number), ops.greater(number, 0))
    x = layers.LSTM(3, use_cudnn=False, name="lstm")(x, mask=mask)
    real, imaginary = ops.rfft(known)
    of_real = ops.square(real)
    of_imaginary = ops.square(imaginary)
    power = of_real + of_imaginary
    d = ops.where(ops.greater(power, 0), ops.sqrt(ops.maximum(power, 1e-30)), 0.0)
    return keras.Model([known, open, words_input], [a, b, x, d], name="fourier")


if __name__ == "__main__":
    build_model().summary()
