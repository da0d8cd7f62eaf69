"""Whether one file is right: `python -m studies.speed.judge RUNTIME ARTIFACT ANSWERS`.

A process of its own, without TensorFlow but for a SavedModel; it ends with status 0 where the
file passes, else with 1 and the reason as its last line. The verdict is seqbench's: the error
against the float64 twin, at most 8 times what float32 costs the model itself.
"""

import sys
from pathlib import Path

from seqbench.machine.host import available_threads
from seqbench.runtimes import RUNTIMES
from seqbench.verdict import reference
from seqbench.verdict.judge import judge


def reason(runtime: str, artifact: Path, answers: Path) -> str | None:
    """Return what is wrong with a file; None where it is right."""
    with RUNTIMES[runtime].start() as load:
        try:
            session = load(artifact, "cpu", available_threads())
            cases = reference.load(answers)
            found = judge(session, cases)
        except Exception as error:  # noqa: BLE001 - runtimes raise what they like
            return " ".join(str(error).split())[:200]
    return found.reason


if __name__ == "__main__":
    found = reason(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
    sys.exit(found)
