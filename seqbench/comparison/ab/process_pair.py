"""Pairs of fresh processes, one of each side, that take turns in short blocks."""

import json
import os
import select
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from seqbench.comparison.ab import cpus
from seqbench.comparison.ab.child import Work
from seqbench.core import codec
from seqbench.machine.clock import clock
from seqbench.measurement.loop import SAMPLE_S

BLOCK_S = SAMPLE_S
"""Length of a block: one call, or as many as a sample of short ones has. What disturbs a machine
for milliseconds (another tenant on the core's other thread, a change of frequency) then meets the
blocks of both sides alike. Where such a tenant made every second moment 1.7 times slower, the ratio
of blocks of 25 ms strayed by 3 % in a quarter of a second, that of blocks of 0.2 ms by 0.1 %.
"""

FEWEST_ROUNDS = 3
"""Blocks of each side, however long they take."""

LONGEST_S = 2.0
"""A pair measures for as long as its processes took to start, and no longer than this: the spread
between processes is the floor, so that longer pairs buy less than more of them."""

SILENCE_S = 600.0
"""Longest wait for an answer: loading may mean building a large model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """How to start the process of one side.

    Attributes:
        command: the program and its arguments.
        environment: all its variables.
        work: what it loads.

    """

    command: tuple[str, ...]
    environment: Mapping[str, str]
    work: Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """What one pair of processes measured: medians of blocks, seconds per call.

    Attributes:
        base: the base's blocks, in their order.
        head: the head's, one a round as the base's.

    """

    base: tuple[float, ...]
    head: tuple[float, ...]

    @property
    def log_ratio(self) -> float:
        """The log of head over base: the median over rounds of their blocks' log ratios.

        The blocks of a round follow each other at once, so that both saw the same machine.
        """
        return float(np.median(np.log(self.head) - np.log(self.base)))


class SideError(Exception):
    """A side's process could not do its work.

    Args:
        side: 0 for the base, 1 for the head.
        reason: why not.

    """

    def __init__(self, side: int, reason: str) -> None:
        super().__init__(reason)
        self.side = side


def measure(sides: Sequence[Launch], generator: np.random.Generator) -> Pair:
    """Start a process of each side, and time blocks of the two in random order, on the same CPU.

    Both load at once; while one is timed the other waits for its standard input.

    Args:
        sides: the base and the head.
        generator: decides the order.

    Raises:
        SideError: a process could not load its model, or went away.

    """
    blocks: tuple[list[float], list[float]] = ([], [])
    began = clock()
    with ExitStack() as stack:
        children = {
            int(side): stack.enter_context(_Child.started(int(side), sides[side]))
            for side in generator.permutation(2)
        }
        for child in children.values():
            child.answer("ready")
        cpu = cpus.choose_quiet_cpu(generator)
        ready = clock()
        ends = ready + min(ready - began, LONGEST_S)
        while len(blocks[0]) < FEWEST_ROUNDS or clock() < ends:
            for side in generator.permutation(2):
                blocks[side].append(children[int(side)].block(cpu))
        for child in children.values():
            child.release()
    return Pair(base=tuple(blocks[0]), head=tuple(blocks[1]))


class _Child:
    """A started process of one side."""

    def __init__(self, side: int, process: "subprocess.Popen[bytes]", log: Any) -> None:
        assert process.stdin is not None  # noqa: S101 - both were opened as pipes
        assert process.stdout is not None  # noqa: S101
        self._side = side
        self._process = process
        self._stdin, self._stdout = process.stdin, process.stdout
        self._log = log
        self._pending = b""

    @classmethod
    @contextmanager
    def started(cls, side: int, launch: Launch) -> "Iterator[_Child]":
        with tempfile.TemporaryFile() as log:
            process = subprocess.Popen(
                launch.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=launch.environment,
                start_new_session=True,  # a group of its own: what it started ends with it
            )
            child = cls(side, process, log)
            try:
                child.ask(codec.to_text(launch.work))
                yield child
                child.release()
                child.wait()
            finally:
                child.end()

    def ask(self, line: str) -> None:
        try:
            self._stdin.write(line.encode() + b"\n")
            self._stdin.flush()
        except BrokenPipeError as error:
            raise self._gone() from error

    def block(self, cpu: int | None) -> float:
        """Return the median of one block on a CPU, seconds per call."""
        self.ask(json.dumps(cpu))
        return float(np.median(self.answer("samples_s")))

    def answer(self, name: str) -> Any:
        file = self._stdout.fileno()
        while b"\n" not in self._pending:
            ready, _, _ = select.select([file], [], [], SILENCE_S)
            if not ready:
                raise SideError(self._side, f"timed out: no answer for {SILENCE_S:g} s")
            chunk = os.read(file, 1 << 16)
            if not chunk:
                raise self._gone()
            self._pending += chunk
        line, self._pending = self._pending.split(b"\n", 1)
        found = json.loads(line)
        if "error" in found:
            raise SideError(self._side, found["error"])
        return found[name]

    def release(self) -> None:
        """Let it end: its work is done."""
        with suppress(BrokenPipeError):
            self._stdin.close()

    def wait(self) -> None:
        """Wait a little for its end."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=5)

    def end(self) -> None:
        """Kill the process and all its group, as far as they have not ended by themselves."""
        self.release()
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._stdout.close()

    def _gone(self) -> SideError:
        self._log.seek(0)
        lines = self._log.read().decode(errors="replace").strip().splitlines()
        return SideError(self._side, f"its process went away: {lines[-1] if lines else 'no word'}")
