"""`python -m benchmarks.backends [OUT]`: run three scenarios, and write the table to OUT."""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.backends import table
from benchmarks.places import place
from seqbench import Status, api, files
from seqbench.runtimes import BACKENDS

MODELS = ("digits_cnn", "conv1d_audio", "lstm_series")


def main() -> int:
    """Run; return 1 where a cell neither passed nor is unavailable here."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.backends")
    parser.add_argument("out", nargs="?", type=place, default="results/backends.md")
    parser.add_argument("--run", type=Path, help="the run's folder; one begun there goes on")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        records = api.run(
            MODELS,
            out=told.run or temporary,
            kinds=("train", "infer", "verify"),
            targets=(),
            devices=("cpu",),
            backends=tuple(BACKENDS),
        )
    text = table.markdown(records, " ".join(["python -m benchmarks.backends", *sys.argv[1:]]))
    files.write_text(told.out, text)
    print(text)
    return int(any(r.status not in (Status.PASS, Status.UNAVAILABLE) for r in records))


if __name__ == "__main__":
    sys.exit(main())
