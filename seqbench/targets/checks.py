"""What an artifact that somebody else made is refused for before a runtime loads it.

It could run code or reach files beside it, or nobody said how it is to be judged.

Each target's own check is in its folder. It parses the artifact's own description; nothing is run,
and no runtime has loaded it yet. What a runtime merely cannot run is no matter of these: it says so
itself.
"""

from pathlib import Path

from seqbench.core.errors import InputError
from seqbench.core.record import PLAIN
from seqbench.targets.target import Target

_SHOWN = 6
"""How many dangers a message names."""

_SCHEME = "://"

_FOR_QUANTIZED = "int8"
"""The variant whose criterion is for whole numbers from input to output."""


def refuse_dangers(artifact: Path, target: Target) -> None:
    """Refuse an artifact that could run code or reach files beside it.

    Raises:
        InputError: it could; the message names the operations or paths.

    """
    found = sorted(set(target.check(artifact)))
    if not found:
        return
    text = ", ".join(found[:_SHOWN])
    named = "".join(letter if letter.isprintable() else "?" for letter in text)
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    msg = (
        f"{artifact}: could run code or reach files beside it by {named}{more}; "
        "pass --allow-code if you trust it"
    )
    raise InputError(msg)


def refuse_unsaid_variant(artifact: Path, target: Target, variant: str) -> None:
    """Refuse to judge an artifact as the plain one that is asked in whole numbers.

    Raises:
        InputError: it is, and the variant is the plain one; the message says what to give.

    """
    found = target.quantized(artifact) if variant == PLAIN else None
    if found is not None:
        msg = (
            f"{artifact} is quantized ({found}): it cannot answer as exactly as {PLAIN}, so it is "
            f"judged as what it is: give --variant {_FOR_QUANTIZED}"
        )
        raise InputError(msg)


def stays(name: str, folder: Path) -> bool:
    """Whether a path, taken from the folder, leads to something in it, through links too."""
    if not name or _SCHEME in name or "\0" in name:
        return False
    try:
        return (folder / name.replace("\\", "/")).resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # links in a circle
        return False
