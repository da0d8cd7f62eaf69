"""The CPU of a pair, beside a real program that keeps one busy."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from seqbench.compare.cpus import quiet

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


def test_it_is_not_the_one_that_another_program_uses() -> None:
    allowed = sorted(os.sched_getaffinity(0))
    if len(allowed) < 2:
        pytest.skip("one CPU leaves no choice")
    generator = np.random.default_rng(0)
    for cpu in allowed[:2]:
        with busy(cpu):
            # Some try must meet a machine on which nothing else is busy.
            tries = ({quiet(generator) for _ in range(8)} for _ in range(10))
            assert any(cpu not in chosen for chosen in tries)


def test_it_is_one_that_this_process_may_use() -> None:
    allowed = os.sched_getaffinity(0)
    one = min(allowed)
    os.sched_setaffinity(0, {one})
    try:
        assert quiet(np.random.default_rng(0)) == one
    finally:
        os.sched_setaffinity(0, allowed)
