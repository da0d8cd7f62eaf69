"""Foreign exceptions in one line."""

import pytest

from seqbench.core.errors import LIMIT, one_line


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
