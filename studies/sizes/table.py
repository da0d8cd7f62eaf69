"""What was measured, as Markdown, and how cost grows."""

from collections.abc import Sequence

import numpy as np

from seqbench.core import units
from studies.sizes.models import SERIES
from studies.sizes.study import ALL, KERAS, Exported, Sized

POWERS = np.arange(0.2, 3.01, 0.05)
"""The exponents that are tried."""


def markdown(found: Sequence[Sized], machine: str, command: str) -> str:
    """Return the whole report."""
    grown = {name for series in SERIES.values() for name in series}
    large = [one for one in found if one.name not in grown]
    parts = ["# What an export costs as models grow", f"Made by `{command}` on {machine}.", _WHAT]
    if large:
        parts += ["## Large models", _table(large)]
    for way, series in SERIES.items():
        mine = [one for one in found if one.name in series]
        if mine:
            parts += [f"## More {way}", _table(mine)]
        if len(mine) >= 3:
            parts.append(_growth(mine, [series[one.name][0] for one in mine], way))
    return "\n\n".join(parts) + "\n"


def exponent(extents: Sequence[float], costs: Sequence[float]) -> float:
    """Return the p that fits costs best by a + b * extent ** p, a and b not below 0.

    The constant is what an export costs however small a model is: imports, a browser. It is at
    most the least cost.
    """
    x, y = np.asarray(extents, float) / max(extents), np.asarray(costs, float)
    best, found = np.inf, float("nan")
    for power in POWERS:
        columns = np.stack([np.ones_like(x), x**power], axis=1)
        (constant, slope), *_ = np.linalg.lstsq(columns, y, rcond=None)
        constant = min(max(constant, 0.0), y.min())
        slope = max(((y - constant) * x**power).sum() / (x ** (2 * power)).sum(), 0.0)
        off = float(((y - constant - slope * x**power) ** 2).sum())
        if off < best:
            best, found = off, float(power)
    return found


_WHAT = (
    "One command for each cell, in a fresh process, one after another: `seqbench export`, which "
    "makes, runs and judges the files of a target, or of all; and Keras's three exports (no TF.js) "
    "in one process, which checks nothing. CPU seconds and the largest memory, each of all "
    "processes together; a page that several share counts once. `n of m` where not all files are "
    "right."
)


def _table(found: Sequence[Sized]) -> str:
    ways = list(dict.fromkeys(way for one in found for way in one.ways))
    head = ["model", "file", *ways, f"{ALL} / {KERAS}"]
    rows = []
    for one in found:
        cells = [_cell(one.ways[way]) if way in one.ways else "" for way in ways]
        ours, keras = one.ways[ALL].clock, one.ways[KERAS].clock
        share = f"{ours.cpu_s / keras.cpu_s:.1f} CPU, " if keras.status == 0 else "stopped, "
        share += f"{ours.together_bytes / max(keras.together_bytes, 1):.1f} memory"
        rows.append([one.name, units.size(one.file_bytes), *cells, share])
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _cell(found: Exported) -> str:
    cell = f"{found.clock.cpu_s:.0f} s, {units.size(found.clock.together_bytes)}"
    if found.passed is not None and found.passed != found.asked:
        cell += f", {found.passed} of {found.asked}"
    elif found.passed is None and found.clock.status != 0:
        cell += ", stopped"
    return cell


def _growth(found: Sequence[Sized], extents: Sequence[int], way: str) -> str:
    """Say with which power of what grows each cost grows, beyond what is always paid."""
    rows = []
    for name in dict.fromkeys(name for one in found for name in one.ways):
        clocks = [one.ways[name].clock for one in found]
        cpu = exponent(extents, [clock.cpu_s for clock in clocks])
        memory = exponent(extents, [float(clock.together_bytes) for clock in clocks])
        rows.append(f"| {name} | {cpu:.2f} | {memory:.2f} |")
    head = f"| exponent of {way} | CPU | memory |\n|---|--:|--:|"
    return "\n".join([head, *rows])
