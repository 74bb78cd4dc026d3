"""The Keras model `names`, written by seqspec."""

import keras
from keras import layers, ops


def build_model(seed: int = 0) -> keras.Model:
    """Builds the model; the same seed gives the same weights."""
    keras.utils.set_random_seed(seed)
    # Names that mean something to Python, and names that look alike.
    lambda_ = keras.Input(shape=(6,), name="lambda")
    x = layers.Dense(6, name="dense")(lambda_)
    keras_ = layers.Dense(6, name="keras")(x)
    print = layers.Dense(6, name="print")(keras_)
    model_ = layers.Add(name="model")([print, keras_])
    ops_ = ops.negative(model_)
    seed_ = layers.Dense(2, name="seed")(ops_)
    x = layers.Dense(2, name="x")(seed_)
    a_b_c = layers.Dense(2, name="a-b.c")(x)
    return_ = layers.Dense(3, name="return")(a_b_c)
    return keras.Model(lambda_, return_, name="names")


if __name__ == "__main__":
    build_model().summary()
