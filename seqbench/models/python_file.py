"""Running a user's Python: a file as a module, and functions from it, with errors in one line."""

import contextlib
import functools
import importlib.util
import inspect
import re
import sys
import traceback
from collections.abc import Callable
from types import ModuleType
from typing import TypeVar

from seqbench.core.errors import InputError, one_line
from seqbench.models.source import Source

Made = TypeVar("Made")


def run_file(source: Source) -> ModuleType:
    """Run a Python file as a module of its own; what it prints goes to stderr."""
    name = "seqbench_user_" + re.sub(r"\W", "_", str(source.path))
    spec = importlib.util.spec_from_file_location(name, source.path)
    if spec is None or spec.loader is None:
        raise InputError(f"{source.path}: is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    folder = str(source.path.parent)
    if folder not in sys.path:
        sys.path.append(folder)  # the file's neighbours, last: they must hide no package
    try:
        translate_errors(functools.partial(spec.loader.exec_module, module), source)()
    except InputError:
        del sys.modules[name]
        raise
    _announce(module)
    return module


def _announce(module: ModuleType) -> None:
    """Tell Keras of the file's own layers and functions: it finds them by name in configs."""
    keras = sys.modules.get("keras")
    if keras is None:
        return
    for name, value in vars(module).items():
        layer = inspect.isclass(value) and issubclass(value, keras.Layer)
        function = inspect.isfunction(value) and inspect.signature(value).parameters
        if (layer or function) and value.__module__ == module.__name__:
            keras.saving.get_custom_objects().setdefault(name, value)


def translate_errors(function: Callable[[], Made], source: Source) -> Callable[[], Made]:
    """Return a user's function with what it raises as InputErrors and its prints to stderr."""

    def call() -> Made:
        try:
            with contextlib.redirect_stdout(sys.stderr):
                return function()
        except InputError:
            raise
        except (Exception, SystemExit) as error:
            problem = _unbracketed(error) or one_line(error)
            raise InputError(f"{_place(error, source)}: {source.name}: {problem}") from error

    return call


def _place(error: BaseException, source: Source) -> str:
    """Return the file and, where known, the line in it that an exception came through."""
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == str(source.path)
    ]
    if isinstance(error, SyntaxError) and error.filename == str(source.path):
        lines = [error.lineno]
    return f"{source.path}:{lines[-1]}" if lines else str(source.path)


def _unbracketed(error: BaseException) -> str | None:
    """Recognise `Sequential(Dense(2), Dense(3))`, of which Keras says something else."""
    keras = sys.modules.get("keras")
    if keras is None:
        return None
    expected = "keras.Sequential expected one list of layers, found"
    remedy = "write keras.Sequential([layer, layer, ...])"
    if re.search(r"Sequential\.__init__\(\) takes from \d+ to \d+ positional", str(error)):
        return f"{expected} several arguments; {remedy}"
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_code is keras.Sequential.__init__.__code__:
            first = frame.f_locals["layers"]
            if isinstance(first, keras.Layer | keras.KerasTensor):
                return f"{expected} {type(first).__name__} {first.name!r}; {remedy}"
    return None
