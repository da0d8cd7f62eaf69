"""Counts what a run of seqbench really does, in all its processes: Python imports this by itself.

Each event is a line of the file that COUNTED names: the process, what happened, and to what. It is
outside of seqbench: audit events of Python, and wrapped functions of Keras and TensorFlow.
"""

import importlib.abc
import importlib.util
import os
import sys
from collections.abc import Callable
from functools import wraps
from types import ModuleType
from typing import Any

HEAVY = {"tensorflow", "tf2onnx", "jax", "scipy", "sklearn"}
"""Packages whose imports are counted."""

WRAPPED: dict[str, tuple[tuple[str, str, Callable[..., object]], ...]] = {
    "keras.src.saving.saving_lib": (("load_model", "load", lambda path, *_, **__: path),),
    "keras.src.models.functional": (("Functional.__init__", "build", lambda *_, **__: ""),),
    "tensorflow.python.eager.polymorphic_function.polymorphic_function": (
        ("Function.get_concrete_function", "trace", lambda *_, **__: ""),
    ),
    "tensorflow.python.framework.convert_to_constants": (
        ("convert_variables_to_constants_v2", "freeze", lambda *_, **__: ""),
    ),
}
"""Functions that are counted, by their module: name, event, and what of their arguments."""


def note(event: str, what: object) -> None:
    with open(os.environ["COUNTED"], "a", encoding="utf-8") as file:  # noqa: PTH123 - imports nothing
        file.write(f"{os.getpid()}\t{event}\t{what}\n")


def audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "os.fork":
        note("fork", "")
    elif event == "subprocess.Popen":
        note("start", " ".join(map(os.fspath, arguments[1])))


def wrap(module: ModuleType) -> None:
    if module.__name__ in HEAVY:
        note("import", module.__name__)
    for path, event, what in WRAPPED.get(module.__name__, ()):
        *owners, name = path.split(".")
        owner: Any = module
        for each in owners:
            owner = getattr(owner, each)
        setattr(owner, name, counted(getattr(owner, name), event, what))


def counted(function: Any, event: str, what: Callable[..., object]) -> Any:
    @wraps(function)
    def call(*given: Any, **named: Any) -> Any:
        note(event, what(*given, **named))
        return function(*given, **named)

    return call


class Finder(importlib.abc.MetaPathFinder):
    """Counts imports, and wraps functions of a module as soon as it is imported."""

    def find_spec(self, name: str, *_: Any) -> Any:
        if name not in WRAPPED and name not in HEAVY:
            return None
        sys.meta_path.remove(self)
        try:
            spec = importlib.util.find_spec(name)
        finally:
            sys.meta_path.insert(0, self)
        if spec is None or spec.loader is None:
            return None
        execute = spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            execute(module)
            wrap(module)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


if "COUNTED" in os.environ:
    sys.addaudithook(audit)
    sys.meta_path.insert(0, Finder())
