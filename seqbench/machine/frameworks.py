"""The frameworks that Keras runs on: which are here, and how to get the others. Imports none."""

import importlib.util
from typing import Literal

Framework = Literal["tensorflow", "jax", "torch"]
"""One of Keras's back ends, as Keras names it."""

FRAMEWORKS: tuple[Framework, ...] = ("tensorflow", "jax", "torch")
"""All, in the order in which models are prepared on them: exports need TensorFlow."""

Needs = Framework | None
"""What a worker has imported before it forks: Keras on a framework, or nothing like it."""


def missing_framework_reason(name: str) -> str | None:
    """Return why there is no such framework here, and how to get it; None where there is one."""
    if importlib.util.find_spec(name) is not None:
        return None
    return f"the package {name} is not installed: run `pip install 'seqbench[{name}]'`"


def missing_exporter_reason() -> str | None:
    """Return why nothing can be exported here, and how to get it; None where it can."""
    reason = missing_framework_reason("tensorflow")
    return reason and f"exports are made by TensorFlow: {reason}"


def preparing_framework() -> Framework:
    """Return the framework on which models are loaded and prepared here: the first there is."""
    return next(
        (name for name in FRAMEWORKS if missing_framework_reason(name) is None), FRAMEWORKS[0]
    )
