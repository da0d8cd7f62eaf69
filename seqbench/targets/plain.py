"""What a variant is made from."""

from dataclasses import dataclass
from pathlib import Path

from seqbench.targets.frozen import Frozen
from seqbench.targets.target import Exported


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """A model and its plain artifact of one target.

    Attributes:
        frozen: the model's inference graph.
        path: the artifact.
        exported: what was said of it when it was written.

    """

    frozen: Frozen
    path: Path
    exported: Exported
