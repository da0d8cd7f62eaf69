"""Where a model can live, and what to choose there: the best that passed, why, and what is close.

Places are no rivals of each other. What is faster beyond the intervals is better; among ties the
smaller file is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from seqbench.core import stats, units
from seqbench.core.limits import Limits
from seqbench.core.record import Cell, Kind, Record, Status
from seqbench.reports.card.budgets import Compliance, check_limits, pareto_front
from seqbench.reports.card.candidates import Candidate
from seqbench.reports.problems import Repeat, command_to_decide


class Place(StrEnum):
    """Where a model can live."""

    SERVER = "server"
    PHONE = "phone"
    BROWSER = "browser"
    MICROCONTROLLER = "microcontroller"


LIVES: Mapping[Place, Mapping[str, tuple[str, ...]]] = {
    Place.SERVER: {
        "tflite": ("litert",),
        "onnx": ("onnxruntime",),
        "saved_model": ("tensorflow",),
    },
    Place.PHONE: {"tflite": ("litert",), "onnx": ("onnxruntime",)},
    Place.BROWSER: {"tfjs": ("tfjs-wasm", "tfjs-cpu", "tfjs-webgl")},
    Place.MICROCONTROLLER: {"tflite": ("litert",)},
}
"""Which formats run at a place, and in which runtimes; the usual ones come first. None of the
runtimes is one of microcontrollers: what is judged there is the file, in LiteRT."""

INT8 = "int8"
"""The variant that microcontrollers take best: whole numbers throughout."""

ALL = (Kind.EXPORT, Kind.VERIFY, Kind.INFER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What to choose at one place.

    Attributes:
        place: the place.
        best: what is recommended; None where nothing can be.
        reason: why, or why nothing.
        command: what would say more; empty where nothing is open.
        tied: what is as fast as the best, as far as its interval tells.
        others: all else that passed there, fastest first.
        refused: what did not pass.
        compliance: how each that passed meets the budget; empty without one.
        front: those that no other beats in size, latency and error at once.
        host: where the figures come from, as `this x86 host`.

    """

    place: Place
    best: Candidate | None
    reason: str
    command: str = ""
    tied: tuple[Candidate, ...] = ()
    others: tuple[Candidate, ...] = ()
    refused: tuple[Candidate, ...] = ()
    compliance: tuple[Compliance, ...] = ()
    front: tuple[Candidate, ...] = ()
    host: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The card of one model: a choice for each place, and the budget it was made under."""

    model: str
    choices: tuple[Choice, ...]
    limits: Limits = ()

    @property
    def met(self) -> bool:
        """Whether something meets the budget somewhere; True without one."""
        held = [one for choice in self.choices for one in choice.compliance]
        return not self.limits or any(one.met for one in held)


def cards(
    records: Sequence[Record],
    found: Sequence[Candidate],
    repeat: Repeat,
    limits: Mapping[str, Limits],
) -> tuple[Card, ...]:
    """Return the card of each model of which something was exported or judged.

    Args:
        records: all of them.
        found: what was judged.
        repeat: what commands take over from the run.
        limits: the budget of each model that has one.

    """
    kinds = (Kind.EXPORT, Kind.VERIFY)
    models = dict.fromkeys(
        record.cell.model for record in records if record.cell.kind in kinds and record.cell.target
    )
    made = []
    for model in models:
        mine = [record for record in records if record.cell.model == model]
        asked = limits.get(model, ())
        own = [it for it in found if it.cell.model == model]
        chosen = (
            _choose(
                _Seen(
                    place=place,
                    records=mine,
                    there=[it for it in own if _lives(it, place)],
                    repeat=repeat,
                    limits=asked,
                )
            )
            for place in Place
        )
        made.append(Card(model=model, choices=tuple(chosen), limits=asked))
    return tuple(made)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What a choice at one place is made from: records and candidates of one model."""

    place: Place
    records: Sequence[Record]
    there: Sequence[Candidate]
    repeat: Repeat
    limits: Limits

    @property
    def on_a_chip(self) -> bool:
        return self.place is Place.MICROCONTROLLER

    def command(self, cell: Cell, kinds: Sequence[Kind]) -> str:
        """Return a command, with calls of one row; none where files were given."""
        return "" if self.repeat.artifacts else command_to_decide(cell, self.repeat, kinds)


def _choose(seen: _Seen) -> Choice:
    chip = seen.on_a_chip
    passed = [it for it in seen.there if it.passed]
    held = (
        tuple(check_limits(it, seen.limits, untimed=chip) for it in passed) if seen.limits else ()
    )
    within = [one.candidate for one in held if one.met] if seen.limits else passed
    order = _by_size if chip else _by_speed
    ranked = sorted(within, key=order)
    alike = (*ranked[:1], *(() if chip else _ties(ranked)))
    best = min(alike, key=_by_size, default=None)
    tied = tuple(it for it in alike if it is not best)
    others = tuple(it for it in sorted(passed, key=order) if it is not best and it not in tied)
    if best is None:
        reason, command = _why_nothing(seen, others)
    elif chip:
        reason, command = _on_a_chip(seen, best, others)
    else:
        reason, command = _explain(seen, best, tied, others)
    return Choice(
        place=seen.place,
        best=best,
        reason=reason,
        command=command,
        tied=tied,
        others=others,
        refused=tuple(it for it in seen.there if not it.passed),
        compliance=held,
        front=() if chip else pareto_front(passed),
        host=host(seen.records),
    )


def _lives(candidate: Candidate, place: Place) -> bool:
    """Whether a candidate can be at a place: servers have GPUs, and so have browsers."""
    cell = candidate.cell
    at = cell.runtime in LIVES[place].get(cell.target or "", ())
    return at and (cell.device == "cpu" or place in (Place.SERVER, Place.BROWSER))


def host(records: Sequence[Record]) -> str:
    """Return what to call the machine that the figures come from, as `this x86 host`."""
    for record in records:
        words = str(record.machine.get("os", "")).split()
        if words:
            known = {"x86_64": "x86", "AMD64": "x86", "aarch64": "ARM", "arm64": "ARM"}
            return f"this {known[words[-1]]} host" if words[-1] in known else "this host"
    return "this host"


def _by_speed(candidate: Candidate) -> tuple[float, float]:
    latency = candidate.latency.value if candidate.latency else float("inf")
    return latency, _by_size(candidate)


def _by_size(candidate: Candidate) -> float:
    return float("inf") if candidate.size_bytes is None else candidate.size_bytes


def _ties(ranked: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Return those that the fastest cannot be told apart from."""
    if not ranked or ranked[0].latency is None:
        return ()
    first = ranked[0]
    return tuple(
        it
        for it in ranked[1:]
        if it.latency
        and first.latency
        and not stats.told_apart(first.latency, it.latency, lone=first.lone or it.lone)
    )


def _explain(
    seen: _Seen, best: Candidate, tied: Sequence[Candidate], others: Sequence[Candidate]
) -> tuple[str, str]:
    """Return why something is chosen, and the command that would say more; empty where none."""
    if best.latency is None:
        many = len(others) + 1
        why = f"The smallest of {many} that passed" if many > 1 else "The only one that passed"
        untimed = best.untimed or "not timed: what is fastest here is not known"
        return f"{why}; {untimed}.", seen.command(replace(best.cell, batch_size=1), ALL)
    if tied:
        names = " and ".join(f"{it.name} ({_time(it)})" for it in tied)
        lone = best.lone or any(it.lone for it in tied)
        hint = "; a full run can tell more" if lone else ""
        smaller = all(_by_size(it) > _by_size(best) for it in tied)
        chosen = " This file is the smaller one." if smaller else ""
        why = f"A tie with {names}: the difference is smaller than the timings can tell{hint}."
        return why + chosen, ""
    slower = [it for it in others if it.latency and it.latency.value > best.latency.value]
    if not slower:
        which = "that meets the budget" if seen.limits and others else "that passed and was timed"
        return f"The only one {which} for this place.", ""
    second = slower[0].latency
    ratio = units.times(second.value / best.latency.value) if second else ""
    within = " of what meets the budget" if seen.limits else " that passed"
    return f"The fastest{within}: {ratio} faster than {slower[0].name} ({_time(slower[0])}).", ""


def _on_a_chip(seen: _Seen, best: Candidate, others: Sequence[Candidate]) -> tuple[str, str]:
    first = f"The smallest of {len(others) + 1} TFLite files" if others else "A TFLite file"
    why = (
        f"{first} that passed, judged in LiteRT on {host(seen.records)}. No microcontroller ran "
        "it: its time and memory there are not known."
    )
    if any(it.cell.target == "tflite" and it.cell.variant == INT8 for it in seen.records):
        return why, ""
    command = seen.command(replace(best.cell, variant=INT8), ALL[:2])
    return f"{why} {INT8} was not tried.", command


def _why_nothing(seen: _Seen, passed: Sequence[Candidate]) -> tuple[str, str]:
    """Say why nothing can be recommended at a place, and with what command something could."""
    if passed:
        return "Nothing that passed meets the budget.", ""
    there = [it for it in seen.there if it.status is not Status.UNAVAILABLE]
    if there:
        return f"Nothing passed: {'; '.join(f'{it.name} is {it.status}' for it in there)}.", ""
    if seen.there:
        return f"Not judged here: {seen.there[0].reason}", "seqbench doctor"
    files = LIVES[seen.place]
    made = [it for it in seen.records if it.cell.kind is Kind.EXPORT and it.cell.target in files]
    lost = next((it for it in made if it.status is not Status.PASS), None)
    if lost is not None:
        return f"The export to {lost.cell.target} is {lost.status}: {lost.reason}", ""
    target, runtimes = next(iter(files.items()))
    model = seen.records[0].cell.model
    cell = Cell(model=model, kind=Kind.VERIFY, target=target, runtime=runtimes[0], batch_size=1)
    what = "Exported, and not judged" if made else "Nothing was made for this place"
    return f"{what}.", seen.command(cell, ALL[:2] if seen.on_a_chip else ALL)


def _time(candidate: Candidate) -> str:
    return units.seconds(candidate.latency.value if candidate.latency else None)
