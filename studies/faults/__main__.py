"""`python -m studies.faults [--quick] [OUT]`: make the study and write its tables to OUT."""

import argparse
import logging
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before TensorFlow is imported

from seqbench.backends.patches.registry import RUNNABLE, in_place
from seqbench.core import files
from seqbench.verdict.questions import LEAST
from studies.faults import study, table
from studies.faults.judge import DEFAULT, judging
from studies.faults.models import names, walked
from studies.places import place

QUICK = ("three_class", "bigru_text", "leaky", "masked_rnn")


def main() -> int:
    """Make the study; return 1 where a fault was missed or a correct export failed."""
    parser = argparse.ArgumentParser(prog="python -m studies.faults", description=study.__doc__)
    parser.add_argument("out", nargs="?", type=place, default="results/faults.md")
    parser.add_argument("--quick", action="store_true", help="four models and two seeds")
    parser.add_argument("--only", choices=("faults", "correct"), help="one half of it")
    parser.add_argument("--model", action="append", choices=names(), help="may be repeated")
    parser.add_argument("--target", action="append", choices=tuple(DEFAULT), help="may be repeated")
    parser.add_argument("--seeds", type=int, help="seeds for correct exports (20)")
    parser.add_argument("--walk", type=int, default=0, help="so many models of the walk as well")
    parser.add_argument(
        "--least", action="store_true", help="ask no more than is asked of models that cost most"
    )
    told = parser.parse_args()
    logging.disable(logging.WARNING)  # the converters' own, some for each file
    models = told.model or (QUICK if told.quick else names())
    seeds = range(told.seeds or (2 if told.quick else 20))
    questions = LEAST if told.least else None
    start = time.monotonic()

    def say(line: str) -> None:
        print(f"{time.monotonic() - start:5.0f} s  {line}", file=sys.stderr, flush=True)

    seen: list[study.Seen] = []
    with judging(told.target or tuple(DEFAULT)) as judge, in_place(RUNNABLE):
        if told.only != "correct":
            seen += study.faults(judge, models, say, questions)
        if told.only != "faults":
            seen += study.correct(judge, (*models, *walked(told.walk)), seeds, say, questions)
    text = table.markdown(seen, " ".join(["python -m studies.faults", *sys.argv[1:]]))
    files.write_text(told.out, text)
    print(text)
    return 1 if table.missed(seen) or table.alarms(seen) else 0


if __name__ == "__main__":
    sys.exit(main())
