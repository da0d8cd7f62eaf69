"""`python -m benchmarks.speed [OUT]`: measure, and write the tables to OUT."""

import argparse
import sys
import tempfile
from multiprocessing import get_context
from pathlib import Path

from benchmarks.places import place
from benchmarks.speed import study, table
from benchmarks.speed.models import MODELS, save
from benchmarks.speed.stages import stages
from seqbench import files


def main() -> int:
    """Measure; return 1 where a file of seqbench's is missing or wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed")
    parser.add_argument("out", nargs="?", type=place, default="results/speed.md")
    told = parser.parse_args()
    names = tuple(MODELS)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        saving = get_context("spawn").Process(target=save, args=[folder])  # its memory goes with it
        saving.start()
        saving.join()
        ways = study.measure(folder, names, lambda line: print(line, file=sys.stderr, flush=True))
        models = [folder / f"{name}.keras" for name in names]
        again_s, took = stages(models, folder / "again")
    command = " ".join(["python -m benchmarks.speed", *sys.argv[1:]])
    text = table.markdown(names, ways, again_s, took, command)
    files.write_text(told.out, text)
    print(text)
    return 1 if ways[0].wrong else 0


if __name__ == "__main__":
    sys.exit(main())
