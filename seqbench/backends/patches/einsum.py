"""An Einstein sum of two tensors is one matrix product between transposes and reshapes.

TF.js has its operation on one backend only, and without an ellipsis. Source: the definition in
`numpy.einsum`; the steps are those of Smith and Gray 2018, "opt_einsum".
"""

import string
from collections.abc import Callable, Sequence
from typing import Any


def einsum(
    original: Callable[..., Any], equation: str, inputs: Sequence[Any], kwargs: dict[str, Any]
) -> Any:
    """Return the sum; more than two tensors and diagonals are left to the original."""
    import tensorflow as tf

    tensors = [tf.convert_to_tensor(x) for x in inputs]
    labels, output = _labels(equation.replace(" ", ""), [len(x.shape) for x in tensors])
    if len(tensors) != 2 or any(len(set(found)) != len(found) for found in labels):
        return original(equation, *inputs, **kwargs)
    of_a, of_b = labels
    a, of_a = _summed(tensors[0], of_a, of_b + output)
    b, of_b = _summed(tensors[1], of_b, of_a + output)
    batch = [label for label in of_a if label in of_b and label in output]
    inner = [label for label in of_a if label in of_b and label not in output]
    rows = [label for label in of_a if label not in of_b]
    columns = [label for label in of_b if label not in of_a]
    sizes = _sizes(b, of_b) | _sizes(a, of_a)
    product = tf.matmul(
        _grouped(a, of_a, sizes, batch, rows, inner),
        _grouped(b, of_b, sizes, batch, inner, columns),
    )
    order = batch + rows + columns
    whole = tf.reshape(product, _shape(sizes, order))
    return _moved(whole, order, output)


def _labels(equation: str, ranks: list[int]) -> tuple[list[list[str]], list[str]]:
    """Return the axes' labels of each input and of the output, an ellipsis spelt out."""
    left, arrow, right = equation.partition("->")
    terms = left.split(",")
    free = [letter for letter in string.ascii_letters if letter not in equation]
    lengths = [
        rank - len(term.replace("...", "")) if "..." in term else 0
        for term, rank in zip(terms, ranks, strict=True)
    ]
    dots = free[: max(lengths)]
    if not arrow:
        letters = [letter for letter in left if letter.isalpha()]
        right = "..." * ("..." in left)
        right += "".join(sorted(letter for letter in letters if letters.count(letter) == 1))

    def spelt(term: str, length: int) -> list[str]:
        return list(term.replace("...", "".join(dots[len(dots) - length :])))

    found = [spelt(term, length) for term, length in zip(terms, lengths, strict=True)]
    return found, spelt(right, len(dots))


def _summed(x: Any, labels: list[str], kept: list[str]) -> tuple[Any, list[str]]:
    """Sum over the axes that nothing else has."""
    import tensorflow as tf

    axes = [axis for axis, label in enumerate(labels) if label not in kept]
    if not axes:
        return x, labels
    return tf.reduce_sum(x, axes), [label for label in labels if label in kept]


def _sizes(x: Any, labels: list[str]) -> dict[str, Any]:
    import tensorflow as tf

    dynamic = tf.shape(x)
    return {
        label: dynamic[axis] if size is None else size
        for axis, (label, size) in enumerate(zip(labels, x.shape, strict=True))
    }


def _grouped(
    x: Any,
    labels: list[str],
    sizes: dict[str, Any],
    batch: list[str],
    first: list[str],
    second: list[str],
) -> Any:
    """Return x in shape (*batch, size of the first group, size of the second)."""
    import tensorflow as tf

    moved = _moved(x, labels, batch + first + second)
    if len(first) == len(second) == 1:
        return moved
    shape = _shape(sizes, batch)
    for group in (first, second):
        size: Any = 1
        for label in group:
            size = size * sizes[label]
        shape.append(size)
    return tf.reshape(moved, shape)


def _shape(sizes: dict[str, Any], labels: list[str]) -> list[Any]:
    return [sizes[label] for label in labels]


def _moved(x: Any, labels: list[str], order: list[str]) -> Any:
    import tensorflow as tf

    if labels == order:
        return x
    return tf.transpose(x, [labels.index(label) for label in order])
