"""What a MODEL argument names: a scenario, a saved model or a Python file. Loads nothing.

MODEL is a scenario's name, `x.keras`, `x.h5`, `x.hdf5` or `file.py[:name]`.
"""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from seqbench.core.errors import InputError
from seqbench.models.catalogue import ScenarioEntry, available, read_entry

Form = Literal["scenario", "keras", "python"]

_FORMS: dict[str, Form] = {".keras": "keras", ".h5": "keras", ".hdf5": "keras", ".py": "python"}
_EXPECTED = "a scenario's name, x.keras, x.h5 or file.py[:name]"
_PYTHON_SPEC = re.compile(r"(?P<path>.+\.py)(?::(?P<attribute>[^:/]*))?", re.DOTALL)
_SAFE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*")
_GENERIC_ATTRIBUTES = ("SCENARIO", "model", "build")
"""Names that say nothing of which model it is: the file's own name does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a model comes from.

    Attributes:
        name: the model's name in records and file names: letters, digits, `_`, `-` and `.`.
        path: the file, absolute.
        attribute: the name within a Python file; None where `loading` is to find it.
        form: `scenario` and `python` are Python files, `keras` a saved model (.keras or HDF5).

    """

    name: str
    path: Path
    attribute: str | None
    form: Form

    @property
    def spec(self) -> str:
        """What to type for this model on the command line."""
        return self.name if self.form == "scenario" else self.place

    @property
    def place(self) -> str:
        """Its file, and the name in it where there is one."""
        return f"{self.path}:{self.attribute}" if self.attribute else str(self.path)


def resolve(spec: str) -> Source:
    """Return what `spec` names.

    Raises:
        InputError: there is no such scenario or file, it cannot be read, or its kind or name
            cannot be used.

    """
    python = _PYTHON_SPEC.fullmatch(spec)
    path = Path(python["path"] if python else spec)
    attribute = python["attribute"] if python else None
    if path.suffix.lower() in _FORMS:
        return _file(path, attribute)
    if "/" not in spec:
        for entry in available():
            if entry.name == spec:
                return _scenario(entry, "scenario")
    if path.is_dir():
        raise InputError(f"{spec}: is a folder; expected {_EXPECTED}")
    if path.exists():
        found = f"a file of kind {path.suffix}" if path.suffix else "a file without a suffix"
        raise InputError(f"{spec}: is {found}; expected {_EXPECTED}")
    if "/" in spec:
        raise InputError(f"{spec}: no such file; expected {_EXPECTED}")
    near = difflib.get_close_matches(spec, [entry.name for entry in available()])
    meant = f"did you mean {' or '.join(near)}? " if near else ""
    raise InputError(
        f"{spec}: no such scenario or file; {meant}`seqbench list` shows the scenarios"
    )


def resolve_all(specs: Iterable[str]) -> list[Source]:
    """Return what each of `specs` names, in order; what is named twice is taken once.

    Raises:
        InputError: as `resolve`, a line each, or two different models have the same name.

    """
    by_name: dict[str, Source] = {}
    sources, problems = [], []
    for spec in specs:
        try:
            sources.append(resolve(spec))
        except InputError as error:
            problems.append(str(error))
    if problems:
        raise InputError("\n".join(problems))
    for source in sources:
        other = by_name.setdefault(source.name, source)
        if (other.path.resolve(), other.attribute) != (source.path.resolve(), source.attribute):
            raise InputError(
                f"two models are called {source.name!r}: {other.place} and {source.place}; "
                "rename one of the files"
            )
    return list(by_name.values())


def _scenario(entry: ScenarioEntry, form: Form) -> Source:
    name = safe_name(entry.name) if entry.name == entry.path.stem else entry.name
    if not _SAFE_NAME.fullmatch(name):
        raise InputError(
            f"{entry.path}: the scenario's name {name!r} cannot be a file name; "
            "use letters, digits, _, - and . (not first)"
        )
    return Source(name=name, path=entry.path, attribute=None, form=form)


def _file(path: Path, attribute: str | None) -> Source:
    if attribute is not None and not _SAFE_NAME.fullmatch(attribute):
        raise InputError(f"{path}:{attribute}: {attribute!r} cannot be a model's name")
    form = _FORMS[path.suffix.lower()]
    _check_readable(path, form)
    if form == "python" and attribute is None:
        return _scenario(read_entry(path), form)
    name = path.stem if attribute in (None, *_GENERIC_ATTRIBUTES) else attribute
    return Source(name=safe_name(name), path=path.absolute(), attribute=attribute, form=form)


def safe_name(name: str) -> str:
    """Return a name with `_` in the place of what cannot stand in a file's name."""
    name = re.sub(r"[^A-Za-z0-9_.-]", "_", name)
    return "_" + name[1:] if name.startswith(".") else name


def _check_readable(path: Path, form: Form) -> None:
    """Refuse what is no file or cannot be read; into saved models their loader looks."""
    try:
        if path.is_dir():
            raise InputError(f"{path}: is a folder; expected {_EXPECTED}")
        with path.open("rb") as file:
            if not file.read(1) and form == "python":
                raise InputError(f"{path}: is empty")
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file; expected {_EXPECTED}") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path}: cannot be read: {reason}") from error
