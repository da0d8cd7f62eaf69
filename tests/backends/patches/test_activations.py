"""Activations are the functions that they were."""

import numpy as np
import pytest
import tensorflow as tf
from keras.src.backend.tensorflow import nn

from seqbench.backends.patches.registry import EXPORTABLE, in_place


@pytest.mark.parametrize("alpha", [1.0, 0.5, 2.0])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_celu_is_what_it_was(alpha: float, dtype: str) -> None:
    x = tf.constant(np.concatenate([np.linspace(-90, 90, 361), [-1e-6, 1e-6]]), dtype)
    expected = nn.celu(x, alpha)
    with in_place(EXPORTABLE):
        concrete = tf.function(lambda x: nn.celu(x, alpha)).get_concrete_function(x)
    assert "Expm1" not in {op.type for op in concrete.graph.get_operations()}
    # TensorFlow's elu is exact to the last place of 1, and not of results as small as 1e-6.
    np.testing.assert_allclose(
        concrete(x), expected, rtol=1e-6, atol=alpha * float(np.finfo(dtype).eps)
    )
