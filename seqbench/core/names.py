"""Names and counts that a user gives: looked up in one place, refused in one wording."""

from collections.abc import Iterable, Sequence

from seqbench.core.errors import InputError


def known(what: str, names: str | Iterable[str], table: Iterable[str]) -> tuple[str, ...]:
    """Return the names, each once, in the table's order; a text is one name.

    Args:
        what: what the names are of, in the singular, for the message.
        names: what the user gave.
        table: every name that there is.

    Raises:
        InputError: a name is not in the table; the message lists the table.

    """
    asked = (names,) if isinstance(names, str) else tuple(names)
    there = tuple(table)
    for name in asked:
        if name not in there:
            raise InputError(f"unknown {what} {name!r}: expected one of {', '.join(there)}")
    return tuple(name for name in there if name in asked)


def check_count(what: str, count: int) -> int:
    """Return the number of what is counted.

    Raises:
        InputError: it is less than 1.

    """
    if count < 1:
        raise InputError(f"{what} {count}: expected 1 or more")
    return count


def check_counts(what: str, counts: Sequence[int]) -> tuple[int, ...]:
    """Return the numbers of what is counted, each once, in their order.

    Raises:
        InputError: one is less than 1.

    """
    return tuple(dict.fromkeys(check_count(what, count) for count in counts))
