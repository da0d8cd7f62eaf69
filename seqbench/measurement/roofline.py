"""The time that no runtime can beat: what this machine can do at most, and what a model must do.

The bound is a lower bound by construction, so it counts only what cannot be left out:

- Arithmetic: multiply-accumulates of products and convolutions, evaluated directly, but for those
  with a padding's zeros. Biases, activations and normalisations may be fused or folded away.
  Algorithms with fewer products (Winograd, Strassen, FFT) are not considered: one that used them
  could beat it.
- Bytes: the weights that are multiplied, the input and the output, each moved once a call.
  Intermediate results may stay in registers, and of a table of embeddings only rows are read.
- The machine: the best that one core did, times the cores, as if nothing were lost between them.
  A working set is read at the rate of the memory that can hold each core's part of it, which may
  be a cache. Below `READ_BYTES[0]` bytes have no bound: the first-level cache feeds the arithmetic
  units as fast as they can use it.
"""

import math
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import psutil

from seqbench.core.record import PLAIN, Cell
from seqbench.machine.clock import Clock, clock
from seqbench.machine.host import available_threads
from seqbench.models.arithmetic import Demand

MATRIX_SIZES = (256, 512, 1024)
"""Square float32 products that are tried; the best rate counts."""

READ_BYTES = tuple(2**power for power in (17, 19, 21, 23, 25, 27))
"""Working sets that are read and copied: 128 KiB lie in a second-level cache, 128 MiB in memory."""

MATRIX_S = 0.15
"""Seconds for each of these; all that is measured together takes less than a second."""

EACH_S = 0.03
"""Seconds for each working set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peak:
    """What one core of this machine does at most, in float32.

    Attributes:
        cores: physical cores that this process may use.
        core_flops_per_s: floating-point operations of a matrix product, two a multiply-accumulate.
        core_bytes_per_s: bytes read (or read and written), for each of `READ_BYTES`.

    """

    cores: int
    core_flops_per_s: float
    core_bytes_per_s: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The time that no call can beat, and what it comes from.

    Attributes:
        bound_s: the larger of the two times below, seconds.
        arithmetic_s: what the arithmetic takes at least, seconds.
        memory_s: what moving the bytes takes at least, seconds.
        flops: floating-point operations of the call.
        bytes: bytes that the call must move.
        cores: how many cores it has.
        core_flops_per_s: what one of them does.
        bytes_per_s: what all of them move together; None where bytes have no bound.

    """

    bound_s: float
    arithmetic_s: float
    memory_s: float
    flops: int
    bytes: int
    cores: int
    core_flops_per_s: float
    bytes_per_s: float | None


def measure_peak(now: Clock = clock) -> Peak:
    """Measure one core, in less than a second; foreign load can only make the result smaller."""
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - it looks at every loaded library

    physical = psutil.cpu_count(logical=False) or available_threads()
    with threadpool_limits(1):
        return Peak(
            cores=min(physical, available_threads()),
            core_flops_per_s=max(_multiply(size, now) for size in MATRIX_SIZES),
            core_bytes_per_s=tuple(_move(size, now) for size in READ_BYTES),
        )


def bound_of_cell(cell: Cell, asked: Demand | None, peak: Peak | None) -> Bound | None:
    """Return the bound of an inference of a model that demands this much.

    None where the demand or the peak is not known, and off the CPU and in reduced precision,
    whose peaks are others.
    """
    if peak is None or asked is None or (cell.device, cell.variant) != ("cpu", PLAIN):
        return None
    return bound_of_call(peak, asked, cell.batch_size or 1, cell.threads)


def bound_of_call(peak: Peak, asked: Demand, rows: int, given_threads: int | None = None) -> Bound:
    """Return the bound of one call on `rows` examples."""
    cores = min(peak.cores, given_threads or peak.cores)
    flops = 2 * asked.macs * rows
    moved = asked.weight_bytes + asked.example_bytes * rows
    place = bisect_right(READ_BYTES, moved / cores)  # where a core's part has its memory
    bytes_per_s = cores * max(peak.core_bytes_per_s[place - 1 :]) if place else None
    arithmetic_s = flops / (cores * peak.core_flops_per_s)
    memory_s = moved / bytes_per_s if bytes_per_s else 0.0
    return Bound(
        bound_s=max(arithmetic_s, memory_s),
        arithmetic_s=arithmetic_s,
        memory_s=memory_s,
        flops=flops,
        bytes=moved,
        cores=cores,
        core_flops_per_s=peak.core_flops_per_s,
        bytes_per_s=bytes_per_s,
    )


def _multiply(size: int, now: Clock) -> float:
    """Return floating-point operations a second of a square product."""
    left, right = np.random.default_rng(0).random((2, size, size), dtype=np.float32)
    out = np.empty_like(left)
    return 2 * size**3 / _best(lambda: np.matmul(left, right, out=out), now, MATRIX_S)


def _move(size: int, now: Clock) -> float:
    """Return bytes a second of a working set, read twice over or copied within, the faster one.

    The time that a call of numpy takes without any work is taken off.
    """
    first, second = np.ones((2, size // 8), np.float32)
    read_s = _best(lambda: np.dot(first, second), now)
    idle_s = _best(lambda: np.dot(first[:1], second[:1]), now, EACH_S / 8)
    copied_s = _best(lambda: np.copyto(first, second), now)
    return size / max(min(read_s, copied_s) - idle_s, 1e-9)


def _best(call: Callable[[], object], now: Clock, limit_s: float = EACH_S) -> float:
    """Return the seconds of the fastest call."""
    call()
    begin, best_s = now(), math.inf
    while True:
        start = now()
        call()
        end = now()
        best_s = min(best_s, end - start)
        if end - begin > limit_s:
            return best_s
