"""`python -m benchmarks.comparison [OUT]`: make the study and write its table to OUT."""

import argparse
import importlib.util
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.comparison import study, subject, table, truth
from benchmarks.comparison.conditions import CONDITIONS
from benchmarks.comparison.gates import GATES
from benchmarks.places import place
from seqbench import files


def main() -> int:
    """Make the study; return 1 where seqbench's gate does not do what is asked of it."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.comparison", description=study.__doc__
    )
    parser.add_argument("out", nargs="?", type=place, default="results/comparison.md")
    parser.add_argument("--pairs", type=int, default=100, help="seqbench's, of each kind (100)")
    parser.add_argument("--rivals", type=int, default=10, help="each other gate's (10)")
    parser.add_argument("--seconds", type=float, default=20, help="the most for a pair (20)")
    parser.add_argument("--truth", type=float, default=40, help="seconds for the true ratios (40)")
    parser.add_argument("--condition", choices=CONDITIONS, help="one of them only")
    told = parser.parse_args()
    told.out.parent.mkdir(parents=True, exist_ok=True)
    file = told.out.with_suffix(".jsonl")
    start = time.monotonic()

    def say(line: str) -> None:
        print(f"{time.monotonic() - start:5.0f} s  {line}", file=sys.stderr, flush=True)

    own, *others = GATES
    counts = {own: told.pairs, **dict.fromkeys(others, told.rivals)}
    if told.rivals and importlib.util.find_spec("pyperf") is None:
        parser.error("pyperf is not here: `make setup`, or --rivals 0")
    with tempfile.TemporaryDirectory() as folder:
        models = subject.make(Path(folder))
        true = truth.kept(
            file.with_suffix(".truth.json"), lambda: subject.measured(models, told.truth / 2)
        )
        say(f"the true ratios are {true}")
        conditions = [told.condition] if told.condition else CONDITIONS
        study.make(models, file, counts, conditions, told.seconds, say)
    seen = study.read(file)
    text = table.markdown(seen, true, " ".join(["python -m benchmarks.comparison", *sys.argv[1:]]))
    files.write_text(told.out, text)
    print(text)
    for line in table.short_of(seen):
        print(f"short of what is asked: {line}", file=sys.stderr)
    return 1 if table.short_of(seen) else 0


if __name__ == "__main__":
    sys.exit(main())
