"""Cards as JSON values: numbers with their units in their names; what is not known is null."""

from collections.abc import Sequence
from typing import Any

from seqbench.reports.card.budgets import Compliance
from seqbench.reports.card.candidates import Candidate
from seqbench.reports.card.places import Card, Choice, Place

UNITS = {"size": "size_bytes", "latency": "latency_s", "memory": "peak_memory_bytes"}
"""What a measure's value is called; an accuracy drop, a part of one, has no unit."""


def values(cards: Sequence[Card]) -> list[dict[str, Any]]:
    """Return each model's card."""
    return [
        {
            "model": card.model,
            "budget": {UNITS.get(it.measure, it.measure): it.most for it in card.limits} or None,
            "budget_met": card.met if card.limits else None,
            "places": [_choice(choice) for choice in card.choices],
        }
        for card in cards
    ]


def _choice(choice: Choice) -> dict[str, Any]:
    ranked = [choice.best, *choice.tied, *choice.others, *choice.refused]
    held = {id(one.candidate): one for one in choice.compliance}
    chip = choice.place is Place.MICROCONTROLLER
    found = [
        _candidate(it, choice, held.get(id(it)), untimed=chip) for it in ranked if it is not None
    ]
    return {
        "place": choice.place.value,
        "best": found[0] if choice.best else None,
        "reason": choice.reason,
        "command": choice.command or None,
        "measured_on": choice.host,
        "tied_with": [it.name for it in choice.tied],
        "candidates": found,
    }


def _candidate(
    it: Candidate, choice: Choice, held: Compliance | None, *, untimed: bool
) -> dict[str, Any]:
    latency = None if untimed else it.latency
    return {
        "name": it.name,
        "target": it.cell.target,
        "variant": it.cell.variant,
        "runtime": it.cell.runtime,
        "device": it.cell.device,
        "artifact": it.artifact,
        "verdict": it.status.value,
        "max_abs_error": it.error,
        "size_bytes": it.size_bytes,
        "latency_s": latency.value if latency else None,
        "latency_low_s": latency.low if latency else None,
        "latency_high_s": latency.high if latency else None,
        "times_faster_than_keras": None if untimed else it.faster,
        "throughput_rows_per_s": None if untimed else it.throughput,
        "throughput_batch_size": None if untimed else it.throughput_batch,
        "peak_memory_bytes": None if untimed else it.peak_memory_bytes,
        "load_s": None if untimed else it.load_s,
        "first_call_s": None if untimed else it.first_call_s,
        "accuracy_drop": it.accuracy_drop,
        "accuracy_basis": it.accuracy_basis,
        "foreign_cpus": None if latency is None else it.foreign_cpus,
        "warm_up_settled": None if latency is None else not it.unsettled,
        "on_pareto_front": it in choice.front,
        "budget_met": None if held is None else held.met,
        "budget_missed_by": {
            UNITS.get(miss.limit.measure, miss.limit.measure): miss.over for miss in held.misses
        }
        if held
        else None,
    }
