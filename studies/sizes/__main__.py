"""`python -m studies.sizes [OUT]`: measure, and write the tables to OUT."""

import argparse
import sys

from seqbench.core import files
from seqbench.targets import TARGETS
from studies.places import place
from studies.sizes import study, table
from studies.sizes.models import LARGE, SERIES
from studies.speed.table import describe_machine


def main() -> int:
    """Measure; return 1 where a file is missing or wrong."""
    grown = [name for series in SERIES.values() for name in series]
    parser = argparse.ArgumentParser(prog="python -m studies.sizes")
    parser.add_argument("out", nargs="?", type=place, default="results/sizes.md")
    parser.add_argument(
        "--model", action="append", choices=[*LARGE, *grown], help="may be repeated"
    )
    parser.add_argument("--series", action="append", choices=tuple(SERIES), help="may be repeated")
    parser.add_argument("--target", action="append", choices=tuple(TARGETS), help="may be repeated")
    parser.add_argument(
        "--together", action="store_true", help="no target by itself, all at once alone"
    )
    told = parser.parse_args()
    names = [*(told.model or []), *(name for way in told.series or [] for name in SERIES[way])]
    found = study.measure(
        names or [*LARGE, *grown],
        told.target or tuple(TARGETS),
        lambda line: print(line, file=sys.stderr, flush=True),
        apart=not told.together,
    )
    command = " ".join(["python -m studies.sizes", *sys.argv[1:]])
    text = table.markdown(found, describe_machine(), command)
    files.write_text(told.out, text)
    print(text)
    return (
        0 if all(it.passed in (None, it.asked) for one in found for it in one.ways.values()) else 1
    )


if __name__ == "__main__":
    sys.exit(main())
