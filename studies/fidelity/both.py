"""One artifact by both sides: `python -m studies.fidelity.both TOOL WAY ARTIFACT ROWS FILE`.

Both measure in this process, on one CPU: a tool's loop pauses after some calls for ours to make as
many. Writes the rounds to FILE.
"""

import os
import sys
from pathlib import Path

import numpy as np

from seqbench.comparison.ab import cpus
from studies.fidelity import tools, ways
from studies.fidelity.turns import Turns


def main(tool: str, way: str, artifact: Path, rows: int, file: Path) -> None:
    """Let both measure one artifact, on the CPU that other programs leave alone."""
    cpu = cpus.choose_quiet_cpu(np.random.default_rng())
    if cpu is not None:
        os.sched_setaffinity(0, {cpu})  # before a runtime has its threads
    turns = Turns()
    if way in ways.WAYS:  # else the tool's own session is ours too, and begins when it is there
        turns.begin(ways.WAYS[way](artifact, rows))
    turns.held(tools.TOOLS[tool](artifact, rows, turns)).write(file)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]), Path(sys.argv[5]))
