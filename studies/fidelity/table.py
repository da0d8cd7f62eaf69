"""What was measured, as Markdown."""

from collections.abc import Sequence
from statistics import median

from seqbench.core import units
from seqbench.machine import host as machine
from studies.fidelity.study import REPEATS, Found
from studies.fidelity.turns import ROUNDS, TURN_S

AIM = 0.02
"""By how much our median may differ where both time the same call."""

PACKAGES = ("ai-edge-litert", "onnxruntime", "openvino", "numpy")

WHAT = (
    f"Of the same artifact, one thread; both measure in one fresh process on one CPU, in "
    f"{ROUNDS} rounds of turns of {1000 * TURN_S:g} ms (one call where that takes longer), "
    f"{REPEATS} repeats. `deviation` is our median over the tool's, less one: of the rounds the "
    "median, of the repeats the median, beside it the least and the greatest.\n\n"
    "`litert-benchmark` times `run_by_name` of a compiled model and moves no data; `litert-call` "
    "is seqbench's loop around the same call, and the aim is for it. The cell that seqbench "
    "reports (`litert`) is another call: input in, `invoke`, output out; its row shows by how "
    "much. `timeit` is Python's own around ONNX Runtime's `run`, on the same inputs in turn. "
    "`benchmark_app` (`-api sync`, float32) reads its times inside the runtime, `openvino-call` is "
    "timed around the call from Python, on the tool's own compiled model: the aim is for batches "
    "whose call takes 10 to 20 ms, beside which Python's part is small; the rows of batch 1 show "
    "that part."
)


def markdown(found: Sequence[Found], foreign_cpus: float, command: str) -> str:
    """Return the whole report.

    Args:
        found: what was measured.
        foreign_cpus: how many CPUs other programs used meanwhile.
        command: what made it.

    """
    rows = ["| tool | ours | model | batch | tool's median | our median | deviation |"]
    rows += ["|---|---|---|--:|--:|--:|--:|", *map(_row, found)]
    parts = ["# Do our medians agree with the runtimes' own timers?"]
    parts += [f"Made by `{command}` on {_machine()}.", _load(foreign_cpus), WHAT, "\n".join(rows)]
    return "\n\n".join([*parts, _summary(found)]) + "\n"


def missed(found: Sequence[Found]) -> list[Found]:
    """Return the comparisons of the same call that do not meet the aim."""
    return [one for one in found if one.comparison.same and one.held and abs(one.deviation) > AIM]


def _row(found: Found) -> str:
    of = found.comparison
    who = f"| {of.tool} | {of.way} | {found.model} | {of.rows(found.model)} |"
    if found.reason is not None:
        return f"{who} {found.reason} | | |"
    deviations = [held.deviation for held in found.held]
    low, high = min(deviations), max(deviations)
    native_s = median(held.native_median_s for held in found.held)
    own_s = median(held.own_median_s for held in found.held)
    return (
        f"{who} {units.seconds(native_s)} | {units.seconds(own_s)} | "
        f"{found.deviation:+.1%} ({low:+.1%} to {high:+.1%}) |"
    )


def _summary(found: Sequence[Found]) -> str:
    done = [one for one in found if one.comparison.same and one.held]
    return (
        f"Within {AIM:.0%}: {len(done) - len(missed(done))} of {len(done)} that time the same call."
    )


def _load(foreign_cpus: float) -> str:
    return f"Other programs used {foreign_cpus:.1f} CPUs meanwhile."


def _machine() -> str:
    host = machine.host_facts()
    found = ", ".join(f"{name} {version}" for name, version in machine.versions(PACKAGES).items())
    return f"{host['cpus']} CPUs ({host['cpu']}), Python {host['python']}; {found}"
