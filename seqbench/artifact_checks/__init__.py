"""What in an artifact that somebody else made could run code or reach files beside it.

One file a format, listed here. Each parses the artifact's own description; nothing is run, and no
runtime has loaded it yet. What a runtime merely cannot run is no matter of these: it says so
itself.
"""

from collections.abc import Callable
from pathlib import Path

from seqbench.artifact_checks import onnx, saved_model, tfjs, tflite
from seqbench.errors import InputError

CHECKS: dict[str, Callable[[Path], tuple[str, ...]]] = {
    "saved_model": saved_model.dangers,
    "tflite": tflite.dangers,
    "onnx": onnx.dangers,
    "tfjs": tfjs.dangers,
}
"""By target: what names an artifact's dangers in plain words. In what is damaged none are found."""

_SHOWN = 6
"""How many dangers a message names."""


def refuse_dangers(artifact: Path, target: str) -> None:
    """Refuse an artifact that could run code or reach files beside it.

    Raises:
        InputError: it could; the message names the operations or paths.

    """
    found = sorted(set(CHECKS[target](artifact)))
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
