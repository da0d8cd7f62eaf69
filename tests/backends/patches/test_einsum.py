"""An Einstein sum as a matrix product gives what numpy gives."""

import numpy as np
import pytest
import tensorflow as tf

from seqbench.backends.patches import einsum, in_place

TABLE = {"tensorflow.einsum": (einsum.einsum,)}
RNG = np.random.default_rng(0)


def tensor(*shape: int) -> np.ndarray:
    return RNG.standard_normal(shape).astype(np.float32)


CASES = [
    ("ab,bc->ac", (3, 4), (4, 5)),
    ("abc,cde->abde", (2, 3, 4), (4, 5, 6)),
    ("...x,xy->...y", (2, 3, 4), (4, 5)),
    ("...ab,...bc->...ac", (2, 3, 4), (2, 4, 5)),
    ("...ab,...bc->...ac", (6, 2, 3, 4), (2, 4, 5)),
    ("aecd,abcd->acbe", (2, 3, 4, 5), (2, 6, 4, 5)),
    ("acbe,aecd->abcd", (2, 3, 4, 5), (2, 5, 3, 6)),
    ("ab,cd->abcd", (2, 3), (4, 5)),
    ("abc,bd->ad", (2, 3, 4), (3, 5)),
    ("ab,ab->", (2, 3), (2, 3)),
    ("ab,bc", (2, 3), (3, 4)),
    ("ba,bc", (2, 3), (2, 4)),
]


@pytest.mark.parametrize(("equation", "a", "b"), CASES)
def test_two_tensors(equation: str, a: tuple[int, ...], b: tuple[int, ...]) -> None:
    x, y = tensor(*a), tensor(*b)
    with in_place(TABLE):
        got = tf.einsum(equation, x, y)
    np.testing.assert_allclose(got, np.einsum(equation, x, y), rtol=1e-5, atol=1e-5)


def test_open_dimensions() -> None:
    x, y = tensor(2, 3, 4), tensor(2, 5, 4)
    with in_place(TABLE):
        function = tf.function(lambda x, y: tf.einsum("abc,adc->bad", x, y))
        concrete = function.get_concrete_function(
            tf.TensorSpec((None, None, 4)), tf.TensorSpec((None, None, 4))
        )
    assert "Einsum" not in {op.type for op in concrete.graph.get_operations()}
    got = concrete(tf.constant(x), tf.constant(y))
    np.testing.assert_allclose(got, np.einsum("abc,adc->bad", x, y), rtol=1e-5)


@pytest.mark.parametrize(("equation", "shapes"), [("aa->a", [(3, 3)]), ("ab,bb->a", [(2, 3)] * 2)])
def test_what_it_leaves_to_the_original(equation: str, shapes: list[tuple[int, int]]) -> None:
    asked: list[str] = []

    def original(equation: str, *_: object) -> str:
        asked.append(equation)
        return "original"

    assert einsum.einsum(original, equation, [tensor(*s) for s in shapes], {}) == "original"
    assert asked == [equation]
