"""A short-time Fourier transform as products with cosines and sines, in two steps where it can be.

ONNX and TFLite have no real Fourier transform for all that Keras asks. One step of 2048 samples
costs ten times the arithmetic, 17 MB of constants, and more rounding than the model's own
transform. A frame's mean goes its own way: beside it the rounding of sums would drown what is 130
dB below, where the model's own transform still hears. Source: Cooley and Tukey 1965, for a length
of two factors; without factors, or where the time is open, the definition, as a strided
convolution.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

LEAST_FACTOR = 4
"""The least number of rows for which two steps pay."""


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
    """Return real and imaginary parts, each (..., frames, fft_length // 2 + 1), of (..., time)."""
    import tensorflow as tf

    if center:
        around = [fft_length // 2, fft_length // 2]
        x = tf.pad(x, [*[[0, 0]] * (len(x.shape) - 1), around], mode="REFLECT")
    weights = windowed(sequence_length, fft_length, window)
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

    kernel = waves(len(weights)) * weights[:, None]
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


def waves(length: int) -> np.ndarray:
    """Return cosines, then negative sines, of all real frequencies: (length, 2 * frequencies)."""
    turns = np.outer(np.arange(length), np.arange(length // 2 + 1)) % length
    angles = 2 * np.pi * turns / length
    return np.concatenate([np.cos(angles), -np.sin(angles)], axis=1)


def windowed(sequence_length: int, fft_length: int, window: Any) -> np.ndarray:
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
