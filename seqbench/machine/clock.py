"""The only reader of a clock by which anything is timed; both clocks never go back.

Whoever times something takes a `Clock` and is given one of these, so that tests can give another.
Two readings are none of these: the deadline in `core.files`, which lies below this room, and the
dates that records carry.
"""

import time
from collections.abc import Callable

Clock = Callable[[], float]
"""Gives seconds from an arbitrary start, never fewer than before."""

clock: Clock = time.perf_counter
"""Seconds from an arbitrary start, monotonic."""

cpu_clock: Clock = time.process_time
"""CPU seconds of this process, all its threads together."""
