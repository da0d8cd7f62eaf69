"""`python -m studies.fidelity [OUT]`: compare medians, and write the table to OUT."""

import argparse
import sys
import tempfile
from pathlib import Path

from seqbench import api
from seqbench.core import files
from seqbench.measurement.other_programs import foreign_cpus, read_usage
from studies.fidelity import study, table
from studies.places import place


def main() -> int:
    """Compare; return 1 where a median of the same call differs by more than the aim."""
    parser = argparse.ArgumentParser(prog="python -m studies.fidelity")
    parser.add_argument("out", nargs="?", type=place, default="results/fidelity.md")
    told = parser.parse_args()

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        say("exporting")
        api.export(study.MODELS, out=folder, targets=("tflite", "onnx"))
        before = read_usage()
        found = study.measure(folder, say)
        after = read_usage()
    command = " ".join(["python -m studies.fidelity", *sys.argv[1:]])
    text = table.markdown(found, foreign_cpus(before, after), command)
    files.write_text(told.out, text)
    print(text)
    return 1 if table.missed(found) else 0


if __name__ == "__main__":
    sys.exit(main())
