"""The Keras model `attention`, written by seqspec."""

import keras
from keras import layers, ops


def build_model(seed: int = 0) -> keras.Model:
    """Builds the model; the same seed gives the same weights."""
    keras.utils.set_random_seed(seed)
    # Attention over own steps and a memory, positions, and logits from the embedding's table.
    source_input = keras.Input(shape=(None,), dtype="int32", name="source_input")
    x = layers.Embedding(50, 8, mask_zero=True, name="embed")(source_input)
    mask = ops.not_equal(source_input, 0)
    place = ops.maximum(ops.subtract(ops.cumsum(ops.cast(mask, "int32"), axis=1), 1), 0)
    feature = ops.subtract(ops.cumsum(ops.ones_like(x[:1, :1], dtype="int32"), axis=2), 1)
    odd = ops.mod(feature, 2)
    pair = ops.cast(ops.subtract(feature, odd), "float32")
    wave = ops.power(10000.0, pair / 8.0)
    angle = ops.cast(place, "float32")[..., None] / wave
    position = ops.where(ops.equal(odd, 0), ops.sin(angle), ops.cos(angle))
    x = x + position
    attend = layers.MultiHeadAttention(2, 4, name="attend")(x, x, value_mask=mask)
    dropout = layers.Dropout(0.1, name="dropout")(attend)
    x = layers.Add(name="add_layer")([x, dropout])
    x = layers.LayerNormalization(epsilon=1e-06, name="norm")(x)
    dense = layers.Dense(16, activation="relu", name="dense")(x)
    dense_1 = layers.Dense(8, name="dense_1")(dense)
    dropout_1 = layers.Dropout(0.1, name="dropout_1")(dense_1)
    x = layers.Add(name="add_1_layer")([x, dropout_1])
    source = layers.LayerNormalization(epsilon=1e-06, name="source")(x)
    words_input = keras.Input(shape=(None,), dtype="int32", name="words_input")
    embed_1_layer = layers.ReversibleEmbedding(50, 8, name="embed_1")
    x = embed_1_layer(words_input)
    embed_1_mask = ops.not_equal(words_input, 0)
    place = ops.maximum(
        ops.subtract(ops.cumsum(ops.cast(embed_1_mask, "int32"), axis=1), 1), 0
    )
    position = layers.Embedding(20, 8, name="words")(place)
    words = x + position
    x = layers.MultiHeadAttention(2, 4, name="attend_1")(
        words, words, value_mask=embed_1_mask, use_causal_mask=True
    )
    read = layers.MultiHeadAttention(2, 4, name="attend_2")(x, source, value_mask=mask)
    x = ops.where(ops.any(mask, axis=1, keepdims=True)[..., None], read, 0.0)
    read = layers.AdditiveAttention(name="h")([x, source], mask=[None, mask])
    h = ops.where(ops.any(mask, axis=1, keepdims=True)[..., None], read, 0.0)
    order = ops.argsort(
        ops.where(embed_1_mask, ops.cumsum(ops.cast(embed_1_mask, "int32"), axis=1), 0),
        axis=1,
    )
    step = ops.take_along_axis(
        ops.where(embed_1_mask[..., None], h, 0.0), order[:, -1:, None], axis=1
    )
    x = step[:, 0]
    read = layers.Attention(name="pooled")([x[:, None], source], mask=[None, mask])
    pooled = ops.where(ops.any(mask, axis=1, keepdims=True)[..., None], read, 0.0)[:, 0]
    next = embed_1_layer(h, reverse=True)
    next = keras.Sequential([layers.Identity()], name="next.masked")(
        next[:, :], mask=embed_1_mask
    )
    return keras.Model([source_input, words_input], [next, pooled], name="attention")


if __name__ == "__main__":
    build_model().summary()
