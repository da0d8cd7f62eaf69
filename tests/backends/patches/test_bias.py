"""A bias along axis 1 is added as Keras adds it."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from keras.src.backend.tensorflow import numpy as backend

from seqbench.backends.patches import EXPORTABLE, in_place


@pytest.mark.parametrize(
    ("x1", "x2", "op"),
    [
        ((2, 3, 5), (1, 3, 1), "AddV2"),
        ((2, 3, 4, 5, 6), (1, 3, 1, 1, 1), "AddV2"),
        ((2, 4, 4, 3), (3,), "BiasAdd"),
        ((2, 3, 4, 3), (1, 3, 1, 1), "BiasAdd"),  # Keras takes the last axis
        ((2, 3, 5), (2, 3, 5), "AddV2"),
        ((2, 3, 5), (), "AddV2"),
    ],
)
def test_an_addition_is_what_it_was(x1: Any, x2: Any, op: str) -> None:
    rng = np.random.default_rng(0)
    arguments = [tf.constant(rng.normal(size=shape), "float32") for shape in (x1, x2)]
    expected = backend.add(*arguments)
    with in_place(EXPORTABLE):
        concrete = tf.function(backend.add, autograph=False).get_concrete_function(*arguments)
    assert op in {node.type for node in concrete.graph.get_operations()}
    np.testing.assert_array_equal(concrete(*arguments), expected)
