"""The cases of the walk: one file a family, listed here in the order of the table."""

from pathlib import Path

from studies.layers.case import Case
from studies.layers.cases import (
    activations,
    bidirectional,
    branches,
    convlstm,
    convolution,
    core,
    dtypes,
    features,
    images,
    normalization,
    open_sizes,
    pooling,
    recurrent,
    reshaping,
    transposed,
    wrappers,
)

FAMILIES = (
    core,
    activations,
    convolution,
    transposed,
    pooling,
    recurrent,
    bidirectional,
    convlstm,
    normalization,
    reshaping,
    wrappers,
    branches,
    images,
    features,
    dtypes,
    open_sizes,
)
"""Every file of this folder."""


def all_cases() -> list[tuple[Path, Case]]:
    """Return every case with the file that `file.py:NAME` finds it in."""
    return [(Path(str(family.__file__)), case) for family in FAMILIES for case in family.CASES]
