"""The CPU of a pair, beside a real program that keeps one busy."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import psutil
import pytest

from seqbench.comparison.ab.cpus import LOOK_S, TICK_S, choose_quiet_cpu

pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="this system pins no process"
)


@contextmanager
def busy(cpu: int) -> Iterator[None]:
    code = f"import os; os.sched_setaffinity(0, {{{cpu}}}); print(flush=True)\nwhile True: pass"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield
        finally:
            process.kill()


@dataclass(frozen=True)
class Times:
    """What psutil says of one CPU, as far as it is asked for."""

    idle: float


@pytest.fixture
def two() -> Iterator[list[int]]:
    """Two CPUs, the only ones that this process may use meanwhile."""
    allowed = os.sched_getaffinity(0)
    if len(allowed) < 2:
        pytest.skip("one CPU leaves no choice")
    chosen = sorted(allowed)[:2]
    os.sched_setaffinity(0, chosen)
    yield chosen
    os.sched_setaffinity(0, allowed)


def looks(*idle_s: dict[int, float]) -> Callable[[], list[Times]]:
    """Return a stand-in for psutil: each look's idle seconds, by the CPU's number."""
    seen = iter([[Times(look.get(cpu, 0.0)) for cpu in range(max(look) + 1)] for look in idle_s])
    return lambda: next(seen)


def test_it_is_the_one_that_was_idle_longest(two: list[int]) -> None:
    for used, free in (two, two[::-1]):
        for seed in range(8):
            before, after = {used: 9.0, free: 1.0}, {used: 9.01, free: 1.05}
            assert choose_quiet_cpu(np.random.default_rng(seed), looks(before, after)) == free


def test_any_of_those_that_are_alike_may_be_it(two: list[int]) -> None:
    before, after = dict.fromkeys(two, 1.0), {two[0]: 1.045, two[1]: 1.05}  # within a tick
    chosen = {
        choose_quiet_cpu(np.random.default_rng(seed), looks(before, after)) for seed in range(16)
    }
    assert chosen == set(two)


@pytest.mark.timing
def test_it_is_not_the_one_that_another_program_uses(two: list[int]) -> None:
    """On a machine that is busy itself the other CPU may be no better: what was seen decides."""
    generator = np.random.default_rng(0)
    for cpu in two:
        with busy(cpu):
            for _ in range(8):
                seen: list[Any] = []

                def look(seen: list[Any] = seen) -> Any:
                    seen.append(psutil.cpu_times(percpu=True))
                    return seen[-1]

                chosen = choose_quiet_cpu(generator, look)
                assert chosen in two
                idle_s = [now.idle - then.idle for then, now in zip(*seen, strict=True)]
                assert idle_s[cpu] < LOOK_S / 2  # the program that keeps it busy is seen
                assert idle_s[chosen] >= max(idle_s[one] for one in two) - TICK_S


def test_it_is_one_that_this_process_may_use() -> None:
    allowed = os.sched_getaffinity(0)
    one = min(allowed)
    os.sched_setaffinity(0, {one})
    try:
        assert choose_quiet_cpu(np.random.default_rng(0)) == one
    finally:
        os.sched_setaffinity(0, allowed)
