"""The runtimes in which studies judge files, from the table of all."""

from seqbench.runtimes import RUNTIMES, tfjs

JUDGES = tuple(
    name for name, runtime in RUNTIMES.items() if runtime.target and runtime is not tfjs.WEBGL
)
"""Every one that reads files but TF.js on WebGL, whose arithmetic is the graphics card's."""


def judges_of(target: str) -> tuple[str, ...]:
    """Return those that read files of a target."""
    return tuple(name for name in JUDGES if RUNTIMES[name].target == target)
