"""How candidates meet a budget, what misses by how much, and the Pareto front."""

from collections.abc import Sequence
from dataclasses import dataclass

from seqbench.core.limits import MEASURES, Limit, Limits
from seqbench.core.units import percentage, times
from seqbench.reports.card.candidates import Candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """A limit that a candidate does not keep; its value is None where it is not known."""

    limit: Limit
    value: float | None

    @property
    def over(self) -> float | None:
        """By how much the value is over the limit, in the measure's unit."""
        return None if self.value is None else self.value - self.limit.most

    def __str__(self) -> str:
        name, most = self.limit.measure, self.limit.most
        write = MEASURES[name].write
        if self.value is None:
            return f"{name} is not known"
        over = write(self.value - most)
        if name == "accuracy_drop":
            return f"{name} {percentage(self.value)} is {over} over {write(most)}"
        ratio = f" ({times(self.value / most)})" if most > 0 else ""
        return f"{name} {write(self.value)} is {over} over {write(most)}{ratio}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compliance:
    """A candidate held against a budget."""

    candidate: Candidate
    misses: tuple[Miss, ...] = ()

    @property
    def met(self) -> bool:
        """Whether it keeps every limit; what is not known is not kept."""
        return not self.misses


def check_limits(candidate: Candidate, limits: Limits, *, untimed: bool = False) -> Compliance:
    """Hold what was measured of a candidate against limits.

    Args:
        candidate: the one.
        limits: the budget.
        untimed: whether its times and its memory here say nothing of the place.

    """
    misses = []
    for limit in limits:
        value = None if untimed and MEASURES[limit.measure].timed else _value(candidate, limit)
        if value is None or value > limit.most:
            misses.append(Miss(limit=limit, value=value))
    return Compliance(candidate=candidate, misses=tuple(misses))


def pareto_front(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Return those that no other is at most as large, as slow and as wrong as, and less in one.

    Those of which size, latency or error is not known are on no front.
    """
    known = [(it, point) for it in candidates if (point := _point(it)) is not None]
    return tuple(
        it
        for it, point in known
        if not any(
            other != point and all(a <= b for a, b in zip(other, point, strict=True))
            for _, other in known
        )
    )


def _point(candidate: Candidate) -> tuple[float, float, float] | None:
    latency = candidate.latency
    if candidate.size_bytes is None or latency is None or candidate.error is None:
        return None
    return candidate.size_bytes, latency.value, candidate.error


def _value(candidate: Candidate, limit: Limit) -> float | None:
    return {
        "size": candidate.size_bytes,
        "latency": candidate.latency.value if candidate.latency else None,
        "memory": candidate.peak_memory_bytes,
        "accuracy_drop": candidate.accuracy_drop,
    }[limit.measure]
