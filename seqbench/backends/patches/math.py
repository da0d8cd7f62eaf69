"""Patches of mathematics: matrices, Einstein sums, Fourier transforms, ranges and random seeds."""

import math
import string
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from seqbench.backends.patches.layout import sizes

LEAST_FACTOR = 4
"""The least number of rows for which a Fourier transform in two steps pays."""


def band_part(
    original: Callable[..., Any],  # noqa: ARG001 - replaced whole
    *,
    input: Any,  # noqa: A002 - TensorFlow's name for it
    num_lower: Any,
    num_upper: Any,
    **more: Any,  # noqa: ARG001 - a name for the node
) -> Any:
    """Return matrices (..., rows, columns) with zeros, or False, outside the band.

    The band is chosen by the distance of each place from the diagonal. tfjs-converter 4.22.0 takes
    the number of diagonals below for the number above as well (`MatrixBandPart` in
    op_list/matrices.js), so a causal mask lets the future through. Source: the definition in
    `tf.linalg.band_part`.
    """
    import tensorflow as tf

    x = tf.convert_to_tensor(input)
    rows, columns = tf.unstack(tf.shape(x)[-2:])
    below = tf.expand_dims(tf.range(rows), 1) - tf.expand_dims(tf.range(columns), 0)
    lower, upper = tf.cast(num_lower, tf.int32), tf.cast(num_upper, tf.int32)
    lower = tf.where(lower < 0, rows, lower)
    upper = tf.where(upper < 0, columns, upper)
    inside = tf.logical_and(below <= lower, -below <= upper)
    if x.dtype == tf.bool:
        return tf.logical_and(x, inside)
    return tf.where(inside, x, tf.zeros_like(x))


def normalize(
    original: Callable[..., Any], *, x: Any, axis: Any, order: int, epsilon: float | None
) -> Any:
    """Divide by the Euclidean length along an axis; other orders are left to the original.

    The length is kept from zero by a maximum: LiteRT's 1 / sqrt(0) is NaN, not infinity.
    x * min(1 / sqrt(s), 1 / epsilon) = x / max(sqrt(s), epsilon). Source: `keras.ops.normalize`.
    """
    import keras
    import tensorflow as tf

    x = tf.convert_to_tensor(x)
    if order != 2 or len(x.shape) == 0:
        return original(x, axis, order, epsilon)
    smallest = keras.config.epsilon() if epsilon is None else epsilon
    length = tf.sqrt(tf.reduce_sum(tf.square(x), axis=axis, keepdims=True))
    return x / tf.maximum(length, tf.cast(smallest, x.dtype))


def matmul_int8(original: Callable[..., Any], *, x1: Any, x2: Any) -> Any:
    """Multiply int8 matrices to int32 ones; other dtypes are left to the original.

    Keras's quantized layers do so. No format takes TensorFlow's operation for it: the product is in
    float32. Sums of up to 1040 products are exact there, and longer ones as good as any sum in
    float32.
    """
    import tensorflow as tf

    if not getattr(x1, "dtype", None) == getattr(x2, "dtype", None) == "int8":
        return original(x1, x2)
    product = original(tf.cast(x1, "float32"), tf.cast(x2, "float32"))
    return tf.cast(product, "int32")


def einsum_int8(
    original: Callable[..., Any], *, subscripts: str, operands: Any, kwargs: dict[str, Any]
) -> Any:
    """Multiply int8 tensors to int32 ones likewise."""
    import tensorflow as tf

    if not all(getattr(each, "dtype", None) == "int8" for each in operands):
        return original(subscripts, *operands, **kwargs)
    product = original(subscripts, *(tf.cast(each, "float32") for each in operands), **kwargs)
    return tf.cast(product, "int32")


def einsum_as_matmul(
    original: Callable[..., Any], equation: str, inputs: Sequence[Any], kwargs: dict[str, Any]
) -> Any:
    """Return the sum; more than two tensors and diagonals are left to the original.

    An Einstein sum of two tensors is one matrix product between transposes and reshapes. TF.js has
    its operation on one backend only, and without an ellipsis. Source: the definition in
    `numpy.einsum`; the steps are those of Smith and Gray 2018, "opt_einsum".
    """
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
    lengths = dict(zip(of_b + of_a, sizes(b) + sizes(a), strict=True))
    product = tf.matmul(
        _grouped(a, of_a, lengths, batch, rows, inner),
        _grouped(b, of_b, lengths, batch, inner, columns),
    )
    order = batch + rows + columns
    whole = tf.reshape(product, [lengths[label] for label in order])
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


def _grouped(
    x: Any,
    labels: list[str],
    lengths: dict[str, Any],
    batch: list[str],
    first: list[str],
    second: list[str],
) -> Any:
    """Return x in shape (*batch, size of the first group, size of the second)."""
    import tensorflow as tf

    moved = _moved(x, labels, batch + first + second)
    if len(first) == len(second) == 1:
        return moved
    shape = [lengths[label] for label in batch]
    for group in (first, second):
        size: Any = 1
        for label in group:
            size = size * lengths[label]
        shape.append(size)
    return tf.reshape(moved, shape)


def _moved(x: Any, labels: list[str], order: list[str]) -> Any:
    import tensorflow as tf

    if labels == order:
        return x
    return tf.transpose(x, [labels.index(label) for label in order])


def stft(
    original: Callable[..., Any],  # noqa: ARG001 - replaced whole
    *,
    x: Any,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    window: Any,
    center: bool,
) -> tuple[Any, Any]:
    """Return real and imaginary parts, each (..., frames, fft_length // 2 + 1), of (..., time).

    ONNX and TFLite have no real Fourier transform for all that Keras asks. It is products with
    cosines and sines, in two steps where it can be: one step of 2048 samples costs ten times the
    arithmetic, 17 MB of constants, and more rounding than the model's own transform. A frame's mean
    goes its own way: beside it the rounding of sums would drown what is 130 dB below, where the
    model's own transform still hears. Source: Cooley and Tukey 1965, for a length of two factors;
    without factors, or where the time is open, the definition, as a strided convolution.
    """
    import tensorflow as tf

    if center:
        around = [fft_length // 2, fft_length // 2]
        x = tf.pad(x, [*[[0, 0]] * (len(x.shape) - 1), around], mode="REFLECT")
    weights = _windowed(sequence_length, fft_length, window)
    first = _divisor(fft_length)
    if x.shape[-1] is None or first < LEAST_FACTOR:
        return _convolved(x, weights, sequence_stride)
    framed = _frames(x, fft_length, sequence_stride)
    level = tf.reduce_mean(framed, axis=-1, keepdims=True)
    real, imaginary = _in_two_steps((framed - level) * tf.constant(weights, x.dtype), first)
    one = np.fft.rfft(weights)  # the transform of a level of 1
    return real + level * _constant(one.real, x), imaginary + level * _constant(one.imag, x)


def _convolved(x: Any, weights: np.ndarray, stride: int) -> tuple[Any, Any]:
    """Transform signals of any length at once."""
    import tensorflow as tf

    kernel = _waves(len(weights)) * weights[:, None]
    leading = tf.shape(x)[:-1]
    signals = tf.reshape(x, [-1, x.shape[-1] or tf.shape(x)[-1], 1])
    parts = tf.nn.conv1d(
        signals, tf.constant(kernel[:, None], x.dtype), stride=stride, padding="VALID"
    )
    if len(x.shape) != 2:
        parts = tf.reshape(parts, tf.concat([leading, tf.shape(parts)[1:]], 0))
    real, imaginary = tf.split(parts, 2, axis=-1)
    return real, imaginary


def _frames(x: Any, length: int, stride: int) -> Any:
    """Cut (..., time) into (..., frames, length), in pieces as long as the frames allow."""
    import tensorflow as tf

    piece = math.gcd(length, stride)
    count = (x.shape[-1] - length) // stride + 1
    used = x[..., : (count - 1) * stride + length]
    pieces = tf.reshape(used, _with_shape(x, [used.shape[-1] // piece, piece]))
    places = np.arange(count)[:, None] * (stride // piece) + np.arange(length // piece)
    return tf.reshape(tf.gather(pieces, places, axis=-2), _with_shape(x, [count, length]))


def _in_two_steps(x: Any, first: int) -> tuple[Any, Any]:
    """Transform (..., length) along rows and columns of `first` rows, turned in between."""
    import tensorflow as tf

    length = x.shape[-1]
    second = length // first
    rows = np.outer(np.arange(first), np.arange(first)) * second
    turns = np.outer(np.arange(first), np.arange(second))
    columns = np.outer(np.arange(second), np.arange(second // 2 + 1)) * first

    def turned(steps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        angles = 2 * np.pi * (steps % length) / length
        return np.cos(angles), np.sin(angles)

    (c1, s1), (c2, s2), (c3, s3) = turned(rows), turned(turns), turned(columns)

    x = tf.reshape(x, _with_shape(x, [first, second]))
    real, imaginary = tf.matmul(_constant(c1, x), x), tf.matmul(_constant(-s1, x), x)
    c2, s2 = _constant(c2, x), _constant(s2, x)
    real, imaginary = real * c2 + imaginary * s2, imaginary * c2 - real * s2
    both = tf.concat([real, imaginary], axis=-1)
    matrices = (np.concatenate(matrix) for matrix in ([c3, s3], [-s3, c3]))
    parts = (tf.matmul(both, _constant(matrix, x)) for matrix in matrices)
    found = []
    for part in parts:
        order = [*range(len(part.shape) - 2), len(part.shape) - 1, len(part.shape) - 2]
        flat = tf.transpose(part, order)
        flat = tf.reshape(flat, _with_shape(x, [(second // 2 + 1) * first], less=2))
        found.append(flat[..., : length // 2 + 1])
    return found[0], found[1]


def _constant(value: np.ndarray, like: Any) -> Any:
    """Return numbers as a constant of a tensor's dtype."""
    import tensorflow as tf

    return tf.constant(value, like.dtype)


def _with_shape(x: Any, last: list[int], less: int = 1) -> Any:
    """Return the shape of `x` with others in the place of its last dimensions."""
    import tensorflow as tf

    known = x.shape[: len(x.shape) - less]
    if None not in known[1:]:
        return [-1 if size is None else size for size in known] + last
    return tf.concat([tf.shape(x)[: len(known)], last], 0)


def _divisor(length: int) -> int:
    """Return the largest divisor that is not above the square root."""
    return max(each for each in range(1, math.isqrt(length) + 1) if length % each == 0)


def _waves(length: int) -> np.ndarray:
    """Return cosines, then negative sines, of all real frequencies: (length, 2 * frequencies)."""
    turns = np.outer(np.arange(length), np.arange(length // 2 + 1)) % length
    angles = 2 * np.pi * turns / length
    return np.concatenate([np.cos(angles), -np.sin(angles)], axis=1)


def _windowed(sequence_length: int, fft_length: int, window: Any) -> np.ndarray:
    """Return what each of a frame's samples is multiplied by, shape (fft_length,).

    Without a window Keras transforms frames of the whole length.
    """
    if window is None:
        return np.ones(fft_length)
    if isinstance(window, str):
        import tensorflow as tf

        make = {"hann": tf.signal.hann_window, "hamming": tf.signal.hamming_window}[window]
        with tf.init_scope():
            window = make(sequence_length, periodic=True, dtype=tf.float64).numpy()
    left = (fft_length - sequence_length) // 2
    return np.pad(np.asarray(window, "float64"), [left, fft_length - sequence_length - left])


def range_float16(original: Callable[..., Any], *, dtype: Any, **more: Any) -> Any:
    """Return `tf.range` in float16 as the float32 one, cast; other dtypes are left to it.

    Sparsemax counts so. TensorFlow has it outside of graphs alone.
    """
    import tensorflow as tf

    if dtype is None or tf.as_dtype(dtype) != tf.float16:
        return original(dtype=dtype, **more)
    return tf.cast(original(dtype=tf.float32, **more), tf.float16)


def peek_seed(original: Callable[..., Any], *, self: Any, ordered: bool) -> Any:  # noqa: ARG001 - replaced whole
    """Return a `keras.random.SeedGenerator`'s next seed and do not go on: inference draws nothing.

    Some augmentation layers draw in inference too and throw it away; the generator's variable would
    keep the graph from being frozen. What they draw is pruned with it.
    """
    return self.state.value
