"""`python -m studies.architectures [OUT]`: export them all, verify, and write a table to OUT."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from seqbench import api
from seqbench.cli.progress import show_progress
from seqbench.core import files
from studies.architectures import table
from studies.places import place

FIELDS = tuple(
    path.stem for path in sorted(Path(__file__).parent.glob("[a-z]*.py")) if path.stem != "table"
)


def specs(fields: Sequence[str] = FIELDS) -> list[str]:
    """Return the MODEL arguments of the architectures of some fields."""
    here = Path(__file__).parent
    return [
        f"{here / field}.py:{name}"
        for field in fields
        for name in import_module(f"studies.architectures.{field}").MODELS
    ]


def main() -> int:
    """Export and verify; return 1 where a target of any does not pass."""
    parser = argparse.ArgumentParser(prog="python -m studies.architectures")
    parser.add_argument("out", nargs="?", type=place, default="results/architectures.md")
    parser.add_argument("--field", action="append", choices=FIELDS, help="may be repeated")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, show_progress() as observer:
        records = api.export(specs(told.field or FIELDS), out=folder, observer=observer)
    command = " ".join(["python -m studies.architectures", *sys.argv[1:]])
    text = table.markdown(records, command)
    files.write_text(told.out, text)
    print(text)
    return 0 if all(record.status == "pass" for record in records) else 1


if __name__ == "__main__":
    sys.exit(main())
