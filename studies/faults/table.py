"""What the study saw, as Markdown."""

from collections.abc import Iterable, Sequence
from statistics import quantiles

from seqbench.verdict.tolerance import FACTOR
from studies.faults.study import Seen


def markdown(seen: Sequence[Seen], command: str) -> str:
    """Return the whole report."""
    faulty = [one for one in seen if one.fault is not None]
    correct = [one for one in seen if one.fault is None]
    parts = ["# What the verdict catches, and where it is wrong", f"Made by `{command}`."]
    if faulty:
        parts += ["## Faults", *_faults(faulty)]
    if correct:
        parts += ["## Correct exports", *_correct(correct)]
    return "\n\n".join(parts) + "\n"


def missed(seen: Iterable[Seen]) -> list[Seen]:
    """Return the faults that passed though they change the model."""
    return [one for one in seen if one.fault is not None and not one.judged.caught and not one.idle]


def alarms(seen: Iterable[Seen]) -> list[Seen]:
    """Return the correct exports that failed."""
    return [one for one in seen if one.fault is None and one.judged.caught]


def _faults(seen: Sequence[Seen]) -> list[str]:
    targets = list(dict.fromkeys(one.judged.target for one in seen))
    rows = []
    for fault in dict.fromkeys(one.fault for one in seen):
        mine = [one for one in seen if one.fault == fault]
        counts = []
        for target in targets:
            these = [one for one in mine if one.judged.target == target and not one.idle]
            caught = sum(one.judged.caught for one in these)
            counts.append(f"{caught} of {len(these)}" if these else "")
        smallest = min((one.judged.weight for one in mine if not one.idle), default=float("inf"))
        idle = len({(one.model, one.where) for one in mine if one.idle})
        rows.append([str(fault), *counts, f"{smallest:.3g}", str(idle or "")])
    models = len({one.model for one in seen})
    what = (
        f"{len(seen)} faulty artifacts of {models} models, each run in its target's runtime. A "
        f"weight is an error in units of its tolerance ({FACTOR:g} times what float32 costs the "
        "model there): above 1 fails; `inf` is a file that was refused, or NaN. Faults that change "
        "no bit of any output, also on a thousand further inputs, are counted apart."
    )
    found = [
        what,
        _table(["fault", *targets, "smallest weight", "without effect"], rows),
    ]
    found += _named(seen, targets)
    passed = missed(seen)
    found.append(f"Missed: {len(passed)}." if passed else "None was missed.")
    if passed:
        found.append(_table(["model", "fault", "where", *_HEAD], [_line(one) for one in passed]))
    return found


def _named(seen: Sequence[Seen], targets: Sequence[str]) -> list[str]:
    """How often the layer of a fault that is in one layer was named, once it was caught."""
    of_one = [one for one in seen if one.layer and one.judged.difference and one.judged.caught]
    counts = []
    for target in targets:
        mine = [one for one in of_one if one.judged.target == target]
        counts.append(f"{sum(one.named for one in mine)} of {len(mine)}")
    wrong = [
        [one.model, str(one.fault), one.where, one.judged.target, ", ".join(one.judged.parted)]
        for one in of_one
        if not one.named
    ]
    found = [
        "The layer at which the artifact parts from the model, of faults that are in one layer:",
        _table([*targets], [counts]),
    ]
    if wrong:
        found.append(_table(["model", "fault", "where", "target", "named instead"], wrong))
    return found


def _correct(seen: Sequence[Seen]) -> list[str]:
    rows = []
    for target in dict.fromkeys(one.judged.target for one in seen):
        mine = [one for one in seen if one.judged.target == target]
        weights = sorted(one.judged.weight for one in mine)
        percentiles = quantiles(weights, n=100, method="inclusive") if len(weights) > 1 else weights
        cells = [f"{percentiles[len(percentiles) // 2]:.2f}", f"{percentiles[-1]:.2f}"]
        rows.append([target, f"{len(alarms(mine))} of {len(mine)}", *cells, f"{weights[-1]:.2f}"])
    head = ["target", "false alarms", "median weight", "99th percentile", "largest"]
    models = len({one.model for one in seen})
    seeds = len({one.seed for one in seen})
    found = [f"{models} models, {seeds} seeds of weights and inputs.", _table(head, rows)]
    heaviest = sorted(seen, key=lambda one: -one.judged.weight)[:5]
    found += ["The nearest to an alarm:"]
    found += [_table(["model", "seed", "", *_HEAD], [_line(one) for one in heaviest])]
    return found


_HEAD = ("target", "case", "channel", "error", "allowed", "own error", "weight")


def _line(one: Seen) -> list[str]:
    what = [one.model, str(one.seed) if one.fault is None else one.fault, one.where]
    difference, weight = one.judged.difference, f"{one.judged.weight:.3g}"
    if difference is None:
        reduced = one.judged.reduced
        said = one.judged.refused if reduced is None else f"{reduced['details']['snr_db']:.1f} dB"
        return [*what, one.judged.target, str(said), "", "", "", "", weight]
    numbers = (difference.max_abs_error, difference.tolerance, difference.own_error)
    return [
        *what,
        one.judged.target,
        difference.case,
        str(difference.channel),
        *(f"{number:.3g}" for number in numbers),
        weight,
    ]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
