"""The Keras model `settings`, written by seqspec."""

import keras
from keras import layers, ops


def build_model(seed: int = 0) -> keras.Model:
    """Builds the model; the same seed gives the same weights."""
    keras.utils.set_random_seed(seed)
    # what is only said where it differs from Keras's own choice, and what masks are called
    x_input = keras.Input(shape=(9, 40), name="x_input")
    x = layers.Masking(name="x")(x_input)
    mask = ops.any(ops.not_equal(x_input, 0.0), axis=(2,))
    unmask = x[:, :]
    instance = layers.GroupNormalization(groups=-1, name="instance")(unmask)
    order = ops.argsort(
        ops.where(mask, ops.cumsum(ops.cast(mask, "int32"), axis=1), 0), axis=1
    )
    step = ops.take_along_axis(
        ops.where(mask[..., None], x, 0.0), order[:, -1:, None], axis=1
    )
    take = step[:, 0]
    slopes = layers.PReLU(name="slopes")(take)
    twice_mask = ops.logical_and(mask, ops.any(ops.logical_not(ops.isnan(x)), axis=(2,)))
    twice = ops.where(twice_mask[..., None], x[:, :], 0.0)
    k_input = keras.Input(shape=(9, 40), name="k_input")
    k = layers.Masking(1.0, name="k")(k_input)
    k_mask = ops.any(ops.not_equal(k_input, 1.0), axis=(2,))
    dense = layers.Dense(40, name="dense")(x)
    read = layers.Attention(name="read")(
        [dense[:, :], x[:, :], k[:, :]], mask=[None, ops.logical_and(mask, k_mask)]
    )
    read = ops.where(
        ops.any(ops.logical_and(mask, k_mask), axis=1, keepdims=True)[..., None], read, 0.0
    )
    folded_input = keras.Input(shape=(9, 4, 2), name="folded_input")
    mask_mask = ops.any(ops.not_equal(folded_input, 0.0), axis=(2, 3))
    folded = layers.Reshape((9, 8), name="folded")(folded_input)
    twice = keras.Sequential([layers.Identity()], name="twice.masked")(
        twice[:, :], mask=twice_mask
    )
    read = keras.Sequential([layers.Identity()], name="read.masked")(read[:, :], mask=mask)
    folded = keras.Sequential([layers.Identity()], name="folded.masked")(
        folded[:, :], mask=mask_mask
    )
    return keras.Model(
        [x_input, k_input, folded_input],
        [instance, slopes, twice, read, folded],
        name="settings",
    )


if __name__ == "__main__":
    build_model().summary()
