"""The pairs: each gate on the same thing twice, and with 2 % and 5 % more work."""

import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from studies.comparison.conditions import condition
from studies.comparison.gates import GATES
from studies.comparison.subject import NODES, Subject

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One pair as one gate saw it.

    Attributes:
        condition: of the machine.
        gate: the gate's name.
        percent: the work that the head has more.
        number: the pair's number, from 0.
        verdict: the gate's word.
        ratio: head over base as the gate has it.
        processes: of each side.
        elapsed_s: how long it took.
        load: the system's load average when it ended, over one minute.

    """

    condition: str
    gate: str
    percent: int
    number: int
    verdict: str
    ratio: float | None
    processes: int
    elapsed_s: float
    load: float

    @property
    def flagged(self) -> bool:
        """Whether the gate says that something changed."""
        return self.verdict in ("worse", "better") if not self.percent else self.verdict == "worse"


def read(file: Path) -> list[Seen]:
    """Return the pairs that a file holds; none where there is no file."""
    if not file.exists():
        return []
    return [Seen(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]


def make(
    subject: Subject,
    file: Path,
    counts: dict[str, int],
    conditions: Sequence[str],
    seconds: float,
    say: Say,
) -> None:
    """Compare pairs and append each to the file; those that it holds are not made again.

    Args:
        subject: what is compared.
        file: where the pairs are kept.
        counts: how many pairs of each percentage each gate gets, by its name.
        conditions: of the machine, by name.
        seconds: the most that a pair of seqbench's may take.
        say: is told how it goes on.

    """
    done = {(one.condition, one.gate, one.percent, one.number) for one in read(file)}
    for name in conditions:
        todo = [
            (gate, percent, number)
            for number in range(max(counts.values()))
            for gate, count in counts.items()
            for percent in NODES
            if number < count and (name, gate, percent, number) not in done
        ]
        with condition(name):
            for gate, percent, number in todo:
                began = time.monotonic()
                flag = GATES[gate](subject, percent, seconds)
                seen = Seen(
                    condition=name,
                    gate=gate,
                    percent=percent,
                    number=number,
                    elapsed_s=time.monotonic() - began,
                    load=os.getloadavg()[0],
                    **asdict(flag),
                )
                with file.open("a", encoding="utf-8") as lines:
                    lines.write(json.dumps(asdict(seen)) + "\n")
                ratio = "" if seen.ratio is None else f", ratio {seen.ratio:.4f}"
                took = f"{seen.processes} processes, {seen.elapsed_s:.1f} s"
                say(f"{name}, {gate}, +{percent} %, {number}: {seen.verdict}{ratio}, {took}")
