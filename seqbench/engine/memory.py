"""What work on a model takes in memory, said before it is tried.

Weights are what grows. A process that prepares a model has them in float32, in the twin's float64,
as they were before rounded runs, and while the largest is moved: nine times. TensorFlow has them
more often where they are constants of a graph.
"""

from collections.abc import Sequence

from seqbench.core.units import size
from seqbench.models.snapshot import Origin

FRAMEWORK_BYTES = 1 << 30
"""What a process has before it knows a model, and a small model takes: 0.6 to 1 GiB."""

TIMES = 18
"""How many times its weights work on a model takes at most: what the largest process had of a dense
model of 100 million weights (7.6 GB for 400 MB) on its way to SavedModel, TFLite and ONNX."""


def needed_bytes(weight_bytes: int) -> int:
    """Return about how much memory work on a model takes, by the size of its float32 weights."""
    return FRAMEWORK_BYTES + TIMES * weight_bytes


def leave_out_too_large(
    sources: Sequence[Origin], memory_bytes: int
) -> tuple[tuple[Origin, ...], list[str]]:
    """Return the models that fit into memory, and what is to be said of each that does not.

    Only a saved model tells how large it is before it is loaded: by its file, which is that of its
    weights and little more.
    """
    fitting, refusals = [], []
    for source in sources:
        needed = needed_bytes(_file_bytes(source))
        if needed <= memory_bytes:
            fitting.append(source)
            continue
        refusals.append(
            f"{source.place}: work on a file of {size(_file_bytes(source))} takes about "
            f"{size(needed)} of memory, and there are {size(memory_bytes)}: use a machine with more"
        )
    return tuple(fitting), refusals


def affordable_lanes(sources: Sequence[Origin], memory_bytes: int, wanted: int) -> int:
    """Return how many models, the largest of them, can be worked on at a time; 1 at least."""
    needed = sorted((needed_bytes(_file_bytes(source)) for source in sources), reverse=True)
    return max(
        (lanes for lanes in range(1, wanted + 1) if sum(needed[:lanes]) <= memory_bytes), default=1
    )


def _file_bytes(source: Origin) -> int:
    return source.path.stat().st_size if source.form == "keras" else 0
