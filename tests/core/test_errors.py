"""The tree of errors, and foreign exceptions in one line."""

import importlib
import inspect
import pkgutil
from typing import Any

import pytest

import seqbench
from seqbench.core import errors
from seqbench.core.errors import LIMIT, SeqbenchError, one_line
from seqbench.core.record import Status

TREE: dict[str, Any] = {
    name: kind
    for name, kind in vars(errors).items()
    if inspect.isclass(kind) and kind.__module__ == errors.__name__
}


def test_every_error_says_how_a_command_and_a_cell_end() -> None:
    assert all(issubclass(kind, SeqbenchError) for kind in TREE.values())
    ends = {name: (kind.exit_code, Status(kind.status)) for name, kind in TREE.items()}
    assert ends == {
        "SeqbenchError": (1, Status.ERROR),
        "InputError": (2, Status.ERROR),
        "PartialInputError": (2, Status.ERROR),
        "StorageError": (2, Status.ERROR),
        "NotPassed": (1, Status.FAIL),
        "Unsupported": (1, Status.UNSUPPORTED),
        "Unavailable": (1, Status.UNAVAILABLE),
        "LoadError": (1, Status.FAIL),
    }


def test_no_other_module_adds_an_error_to_the_tree() -> None:
    for found in pkgutil.walk_packages(seqbench.__path__, "seqbench."):
        if found.name != "seqbench.__main__":
            importlib.import_module(found.name)
    pending, kinds = [SeqbenchError], set()
    while pending:
        kinds.add(pending[-1])
        pending += pending.pop().__subclasses__()
    assert kinds == set(TREE.values())


def test_type_and_message_in_one_line() -> None:
    assert one_line(ValueError("a\n  b\tc")) == "ValueError: a b c"
    assert one_line(KeyError()) == "KeyError"
    assert one_line(ValueError("\x1b[1mBold\x1b[0m word")) == "ValueError: Bold word"


def test_long_messages_are_cut() -> None:
    assert one_line(OSError("x" * 1000)) == f"OSError: {'x' * (LIMIT - 1)}…"
    assert one_line(OSError("x" * LIMIT)) == f"OSError: {'x' * LIMIT}"


def test_keras_s_appendices_are_left_out() -> None:
    text = "Input 0 is incompatible.\n\nArguments received by Dense.call():\n  • inputs=..."
    assert one_line(ValueError(text)) == "ValueError: Input 0 is incompatible."
    text = "Dense could not be deserialized.\n\nconfig={...}.\n\nException encountered: No units"
    assert one_line(TypeError(text)) == "TypeError: No units"


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (MemoryError(), "out of memory: MemoryError"),
        (MemoryError("Unable to allocate 1 TiB"), "out of memory: MemoryError: Unable to"),
        (RuntimeError("std::bad_alloc"), "out of memory: RuntimeError: std::bad_alloc"),
        (RuntimeError("RESOURCE_EXHAUSTED: 1 TiB"), "out of memory: RuntimeError: RESOURCE"),
        (ValueError("a memory of better days"), "ValueError: a memory"),
    ],
)
def test_a_lack_of_memory_is_named(error: Exception, line: str) -> None:
    assert one_line(error).startswith(line)
