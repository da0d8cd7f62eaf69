"""How much a model is asked: less of one whose answers cost more."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seqbench.models.arithmetic import estimate_flops
from seqbench.verdict.inputs.suite import MOST_COVER_ROWS, ROWS
from seqbench.verdict.perturb.weights import ROUNDINGS

if TYPE_CHECKING:
    import keras

BATCH_FLOPS = 4e9
"""The arithmetic of a batch of the input suite beyond which it gets fewer rows.

A suite has about ten batches, which the model is run on once and its float64 twin, four times as
slow, six times: a TFLOP or so altogether, and two cores do that in some ten seconds.
"""

COVER_FLOPS = 10 * BATCH_FLOPS
"""The same of the batch that a vocabulary's every token is in; rounded runs see less of it."""

LEAST_ROWS = 2
"""The rows that every model is asked: with one alone, none would be asked without the others."""

FEWEST_ROUNDINGS = 2
"""Rounded runs of a model that is asked no more than the least rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """How much a model is asked.

    Attributes:
        rows: the most rows of a batch.
        cover_rows: the most rows of the batch that every token of a vocabulary is in.
        roundings: how often its twin is run with weights that are moved as sums move them.
        rounded_rows: the most rows of a batch in these runs; None for all. Its own error is that
            of all rows.

    """

    rows: int = ROWS
    cover_rows: int = MOST_COVER_ROWS
    roundings: int = ROUNDINGS
    rounded_rows: int | None = None

    @property
    def fewer(self) -> bool:
        """Whether it is less than most models are asked."""
        return self.rows < ROWS


LEAST = Questions(
    rows=LEAST_ROWS, cover_rows=ROWS, roundings=FEWEST_ROUNDINGS, rounded_rows=LEAST_ROWS
)
"""What a model is asked that costs most."""


def affordable(model: "keras.Sequential") -> Questions:
    """Return how much a built model can be asked by what a row costs."""
    flops = max(estimate_flops(model), 1)
    many = int(max(BATCH_FLOPS // flops, LEAST_ROWS))
    rows = min(many, ROWS)
    return Questions(
        rows=rows,
        cover_rows=int(min(max(COVER_FLOPS // flops, ROWS), MOST_COVER_ROWS)),
        roundings=ROUNDINGS if rows > LEAST_ROWS else FEWEST_ROUNDINGS,
        rounded_rows=many if many < MOST_COVER_ROWS else None,
    )
