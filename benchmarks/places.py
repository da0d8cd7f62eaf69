"""Where a study's table is written."""

import argparse
from pathlib import Path

from seqbench import files
from seqbench.errors import InputError


def place(text: str) -> Path:
    """Return a file's place; argparse refuses at once one that cannot be written."""
    path = Path(text)
    try:
        files.check_place(path)
    except InputError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return path
