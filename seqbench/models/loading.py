"""From what a MODEL argument names to a Scenario whose `build` gives a plain, built stack."""

import inspect
import sys
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import TYPE_CHECKING, Any

from seqbench.core.errors import InputError
from seqbench.core.scenario import Scenario
from seqbench.models.compiled import read_metrics
from seqbench.models.legacy import register_hard_sigmoid
from seqbench.models.model_file import load_file
from seqbench.models.python_file import run_file, translate_errors
from seqbench.models.source import Source
from seqbench.models.stack import plain_stack

if TYPE_CHECKING:
    import keras

_BUILDERS = ("model", "build")
"""Functions that make a file's model where nothing else in it says which."""

_MANY = "MODELS"
"""A file of many models may hold them in a dict: functions that make them, by name."""


def load(source: Source, *, allow_code: bool = False) -> Scenario:
    """Return the scenario that `source` is; a model alone becomes one without data or training.

    Its name is the source's. Its `build` raises InputError, in one line, for what the user's own
    function raises and for a model that is no plain stack. A model that comes as an object (a
    file's, or a name bound to a model) is the same object at each `build`.

    Args:
        source: what to load.
        allow_code: let code from a saved model run (Lambda layers). Python files always run.

    Raises:
        InputError: the file cannot be loaded, or holds no model.

    """
    if source.form == "keras":
        model = plain_stack(load_file(source.path, allow_code=allow_code), str(source.path))
        return Scenario(
            name=source.name,
            summary=f"from {source.path.name}",
            build=lambda: model,
            metrics=read_metrics(source.path),
        )
    module = run_file(source)
    name, found = _pick(module, source)
    place = f"{source.path}:{name}"
    if isinstance(found, Scenario):
        data = found.data and translate_errors(found.data, source)
        build = _guarded(found.build, source, place)
        return replace(found, name=source.name, build=build, data=data)
    summary = f"from {source.path.name}"
    if _is_layer(found):
        model = plain_stack(found, place)
        return Scenario(name=source.name, summary=summary, build=lambda: model)
    return Scenario(name=source.name, summary=summary, build=_guarded(found, source, place))


def define(source: Source) -> None:
    """Make known to Keras what a model saved from `source` may hold that Keras has not.

    A process that loads such a model again, and has not called `load`, calls this before.

    Raises:
        InputError: the Python file raises.

    """
    if source.form == "keras":
        register_hard_sigmoid()
    else:
        run_file(source)


def _pick(module: ModuleType, source: Source) -> tuple[str, Any]:
    """Return the name and value of what the file gives as its model."""
    names = vars(module)
    name = source.attribute or ("SCENARIO" if "SCENARIO" in names else None)
    if name is not None:
        builders = names.get(_MANY, {})
        if name not in names and name in builders:
            return name, builders[name]
        if name not in names:
            raise InputError(f"{source.path}: has no {name!r}; {_candidates(module, source)}")
        found = names[name]
        if not isinstance(found, Scenario) and not callable(found):
            raise InputError(
                f"{source.path}:{name}: is a {type(found).__name__}, expected a Scenario, a "
                f"keras.Sequential or a function that returns one; {_candidates(module, source)}"
            )
        return name, found
    models = {id(value): name for name, value in reversed(names.items()) if is_model(value)}
    if len(models) == 1:
        name = next(iter(models.values()))
        return name, names[name]
    for name in _BUILDERS:
        if is_model(names.get(name)) or inspect.isfunction(names.get(name)):
            return name, names[name]
    problem = "holds several models" if models else "holds no SCENARIO and no model"
    raise InputError(f"{source.path}: {problem}; {_candidates(module, source)}")


def _candidates(module: ModuleType, source: Source) -> str:
    """Say what in a file could be meant."""
    found = [
        name
        for name, value in vars(module).items()
        if isinstance(value, Scenario)
        or is_model(value)
        or (inspect.isfunction(value) and value.__module__ == module.__name__)
    ]
    if not found:
        return "define SCENARIO = Scenario(...), a keras.Sequential, or build() that returns one"
    return "say which: " + ", ".join(f"{source.path.name}:{name}" for name in found)


def _is_layer(value: Any, kind: str = "Layer") -> bool:
    keras = sys.modules.get("keras")  # no object is Keras's before it is imported
    return keras is not None and isinstance(value, getattr(keras, kind))


def is_model(value: Any) -> bool:
    """Whether a value is a model of Keras; imports nothing to tell."""
    return _is_layer(value, "Model")


def _guarded(
    build: Callable[[], Any], source: Source, place: str
) -> "Callable[[], keras.Sequential]":
    """Return `build` with its exceptions as InputErrors and its model as a plain stack."""
    required = [
        name
        for name, parameter in inspect.signature(build).parameters.items()
        if parameter.default is parameter.empty
        and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]
    if required:
        raise InputError(
            f"{place}: expected a function of no arguments, it needs {', '.join(required)}"
        )
    made = translate_errors(build, source)
    return lambda: plain_stack(made(), place)
