"""Cards as elements of a document: answers for one model, a table for several."""

from collections.abc import Sequence

from seqbench.core import units
from seqbench.core.record import PLAIN
from seqbench.reports.card.candidates import Candidate
from seqbench.reports.card.places import Card, Choice, Place
from seqbench.reports.cells import DISTURBED, MARKS, UNSETTLED
from seqbench.reports.document import (
    Answer,
    Answers,
    Block,
    Column,
    Cost,
    Details,
    Item,
    Mark,
    Row,
    Shape,
    Table,
    Tone,
)
from seqbench.reports.fields import Field, number, tabulate, text

NONE = Mark(word="none yet", shape=Shape.RING, tone=Tone.QUIET)
MISSED = Mark(word="over budget", shape=Shape.CROSS, tone=Tone.BAD)
SHOWN = 4
"""How many others are named."""


def title(cards: Sequence[Card]) -> str:
    """Return the question that cards answer."""
    return f"Which target for {cards[0].model}?" if len(cards) == 1 else "Which target?"


def blocks(cards: Sequence[Card], *, brief: bool = False) -> tuple[Block, ...]:
    """Return answers for one model; of several a table, and unless `brief` all their figures."""
    if len(cards) <= 1:
        return tuple(map(_answers, cards))
    rows = [(card, choice) for card in cards for choice in card.choices]
    fields = _FIELDS if any(card.limits for card in cards) else _FIELDS[:-1]
    full = tabulate(
        "What to ship at each place, at what cost and why; latency of a call of one row",
        fields,
        [(row[0].model, row) for row in rows],
    )
    return (_overview(cards), *(() if brief else (Details(summary="Every place", table=full),)))


def _answers(card: Card) -> Answers:
    budget = f"Budget: {', '.join(map(str, card.limits))}" if card.limits else ""
    return Answers(title=budget, answers=tuple(map(_answer, card.choices)))


def _answer(choice: Choice) -> Answer:
    return Answer(
        place=choice.place.value,
        answer=_chosen_name(choice),
        mark=_mark(choice),
        costs=costs(choice),
        minor=minor_costs(choice),
        cautions=cautions(choice),
        reason=choice.reason,
        notes=_notes(choice),
        commands=(choice.command,) if choice.command else (),
    )


def _mark(choice: Choice) -> Mark:
    if choice.best:
        return MARKS[choice.best.status]
    return MISSED if choice.compliance else NONE


def cautions(choice: Choice) -> tuple[str, ...]:
    """Return what disturbed the timing of the best, where one is shown."""
    best = choice.best
    if best is None or choice.place is Place.MICROCONTROLLER:
        return ()
    loud = f"{DISTURBED}: other programs used up to {best.foreign_cpus:.1f} CPUs"
    found = ((loud, best.foreign_cpus), (f"{UNSETTLED}: its warm-up went on", best.unsettled))
    return tuple(line for line, told in found if told)


def costs(choice: Choice) -> tuple[Cost, ...]:
    """Return what matters most of the best, as far as it is known.

    Of a microcontroller nothing was timed, and whatever was elsewhere would mislead.
    """
    best = choice.best
    if best is None:
        return ()
    timed = [("latency", _latency(best)), ("speed", _faster(best))]
    of_file = [("size", _known(units.size, best.size_bytes)), ("accuracy kept", _accuracy(best))]
    return (*(_timed(choice, timed)), *(Cost(name=name, value=it) for name, it in of_file if it))


def minor_costs(choice: Choice) -> tuple[Cost, ...]:
    """Return what else is known of the best."""
    best = choice.best
    if best is None:
        return ()
    rate = f"{units.rate(best.throughput)} rows/s, batch {best.throughput_batch}"
    timed = [
        ("throughput", rate if best.throughput else ""),
        ("memory", _known(units.size, best.peak_memory_bytes)),
        ("load", _known(units.seconds, best.load_s)),
        ("first call", _known(units.seconds, best.first_call_s)),
    ]
    return _timed(choice, timed)


def _timed(choice: Choice, found: Sequence[tuple[str, str]]) -> tuple[Cost, ...]:
    """Return what was timed here, with the machine beside it; nothing of a microcontroller."""
    if choice.place is Place.MICROCONTROLLER:
        return ()
    where = f"on {choice.host}"
    return tuple(Cost(name=name, value=value, where=where) for name, value in found if value)


def _known(write: units.Written, value: float | None) -> str:
    return "" if value is None else write(value)


def _chosen_name(choice: Choice) -> str:
    if choice.best is None:
        return "nothing to recommend yet"
    return choice.best.file if choice.place is Place.MICROCONTROLLER else choice.best.name


def _latency(candidate: Candidate) -> str:
    found = candidate.latency
    if found is None:
        return ""
    if found.low is None or found.high is None:
        return units.seconds(found.value)
    ends = f"{units.seconds(found.low)} to {units.seconds(found.high)}"
    return f"{units.seconds(found.value)} ({ends})"


def _faster(candidate: Candidate) -> str:
    if candidate.faster is None:
        return ""
    if candidate.faster >= 1:
        return f"{units.times(candidate.faster)} faster than Keras here"
    return f"{units.times(1 / candidate.faster)} slower than Keras here"


def _accuracy(candidate: Candidate) -> str:
    drop, basis = candidate.accuracy_drop, candidate.accuracy_basis
    if drop is None or not drop:
        return basis
    return f"{basis} ({units.percentage(drop)} lost)"


def _notes(choice: Choice) -> tuple[str, ...]:
    """Return what else passed, what did not, and how the budget is missed."""
    found = []
    if choice.best and choice.others:
        names = [
            f"{it.name} {units.seconds(it.latency.value)}" if it.latency else it.name
            for it in choice.others[:SHOWN]
        ]
        more = len(choice.others) - SHOWN
        found.append(f"Also passed: {', '.join(names)}{f' and {more} more' if more > 0 else ''}.")
    if choice.refused:
        names = [f"{it.name} ({it.status})" for it in choice.refused[:SHOWN]]
        found.append(f"Not to be used: {', '.join(names)}.")
    found += [
        f"Over the budget: {one.candidate.name}: {'; '.join(map(str, one.misses))}."
        for one in choice.compliance
        if not one.met
    ]
    return tuple(found)


def _overview(cards: Sequence[Card]) -> Table:
    """Return model x place: the runtime to choose with its latency, and the file's size."""
    host = cards[0].choices[0].host
    return Table(
        caption=f"Of what passed its verdict the fastest for a call of one row, "
        f"timed on {host}: no phone ran anything. For a microcontroller the smallest file",
        columns=tuple(
            Column(name=place.value, sub="" if place is Place.MICROCONTROLLER else f"on {host}")
            for place in Place
        ),
        rows=tuple(Row(name=card.model, items=tuple(map(_brief, card.choices))) for card in cards),
    )


def _brief(choice: Choice) -> Item:
    best = choice.best
    if best is None:
        return Item(text=units.NOTHING, note=f"{choice.place}: {choice.reason}")
    size = _known(units.size, best.size_bytes)
    if choice.place is Place.MICROCONTROLLER:
        return Item(text=best.file, sub=size)
    variant = "" if best.cell.variant == PLAIN else best.cell.variant
    time = units.seconds(best.latency.value) if best.latency else "not timed"
    time = time.replace(" ", "\N{NO-BREAK SPACE}")  # a number stays with its unit
    doubts = [str(mark) for mark, told in _flags(best) if told]
    more = " · ".join(filter(None, (size, "tie" if choice.tied else "")))
    return Item(
        text=" ".join(filter(None, (best.cell.runtime, variant, time))),
        sub="\n".join(filter(None, (more, *doubts))),
    )


def _flags(best: Candidate) -> tuple[tuple[Mark, bool], ...]:
    return (DISTURBED, bool(best.foreign_cpus)), (UNSETTLED, best.unsettled)


_Shown = tuple[Card, Choice]


def _cost(name: str) -> Field[_Shown]:
    """Return a column of one cost, with where it was taken."""

    def write(shown: _Shown) -> Item:
        nothing = Cost(name=name, value=units.NOTHING)
        cost = next(
            (it for it in (*costs(shown[1]), *minor_costs(shown[1])) if it.name == name), nothing
        )
        value, _, interval = (
            cost.value.partition(" (") if name == "latency" else (cost.value, "", "")
        )
        return Item(text=value, sub="\n".join(filter(None, (interval.rstrip(")"), cost.where))))

    return number(name.capitalize(), write)


def _chosen(shown: _Shown) -> Item:
    choice = shown[1]
    name = _chosen_name(choice) if choice.best else ""
    return Item(text=name, mark=_mark(choice), sub="\n".join(cautions(choice)))


def _budget(shown: _Shown) -> Item:
    held = shown[1].compliance
    met = sum(one.met for one in held)
    misses = [
        f"{one.candidate.name}: {'; '.join(map(str, one.misses))}" for one in held if not one.met
    ]
    return Item(
        text=f"{met} of {len(held)} meet it" if held else units.NOTHING, sub="\n".join(misses)
    )


_FIELDS: tuple[Field[_Shown], ...] = (
    text("Place", lambda shown: shown[1].place.value),
    text("Best", _chosen),
    *map(_cost, ("latency", "speed", "size", "throughput", "memory", "load", "first call")),
    text("Accuracy kept", lambda shown: _accuracy(shown[1].best) if shown[1].best else ""),
    text("Why", lambda shown: Item(sub=" ".join([shown[1].reason, *_notes(shown[1])]))),
    text("Budget", _budget),
)
