"""Values as people read them: about three significant digits and the unit that fits."""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime

NOTHING = "\N{EN DASH}"
"""Shown for a value that is not there."""

TIMES = "\N{MULTIPLICATION SIGN}"
"""Follows a ratio."""


Written = Callable[[float | None], str]
"""Writes a value in one unit."""


def seconds(value: float | None) -> str:
    """Return a duration given in seconds, as `56.1 µs`."""
    return _scaled(value, (("ns", 1e-9), ("µs", 1e-6), ("ms", 1e-3), ("s", 1.0)))


def duration(value: float) -> str:
    """Return a long time given in seconds, as `6 min 1 s`."""
    if not value >= 60:
        return seconds(value)
    minutes, rest = divmod(round(value), 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min {rest} s"


def moment(iso: str | None) -> str:
    """Return an ISO 8601 time, as `2026-11-20 09:04 UTC`; as it is where it is no such time."""
    if iso is None:
        return NOTHING
    try:
        return datetime.fromisoformat(iso).astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    except ValueError:
        return iso


def size(value: float | None) -> str:
    """Return a size given in bytes, as `5.61 KiB`."""
    if value is not None and abs(value) < 1000:
        return f"{value:.0f} B"
    return _scaled(value, tuple((unit, 1024.0**i) for i, unit in enumerate(_BYTES, start=1)))


def rate(value: float | None) -> str:
    """Return a number of things per second, as `17.8k`."""
    text = _scaled(value, (("", 1.0), ("k", 1e3), ("M", 1e6), ("G", 1e9)))
    return text.replace(" ", "")


def error(value: float | None) -> str:
    """Return a difference between numbers, as `8.9e-8`."""
    if value is None:
        return NOTHING
    if not math.isfinite(value):
        return _not_finite(value)
    if value == 0:
        return "0"
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa}e{int(exponent)}"


def share(value: float | None) -> str:
    """Return a part of one as a percentage, as `12 %`; from ten on as a multiple."""
    if value is None:
        return NOTHING
    if not math.isfinite(value):
        return _not_finite(value)
    if value >= 10:
        return times(value)
    return f"{_three(value * 100)} %" if value < 0.01 else f"{value * 100:.0f} %"


def percentage(value: float | None) -> str:
    """Return a part of one with four significant digits, as `99.61 %`."""
    if value is None:
        return NOTHING
    return f"{value * 100:.4g} %" if math.isfinite(value) else _not_finite(value)


def times(value: float | None) -> str:
    """Return a ratio, as `1.42` with the sign `TIMES`."""
    if value is None:
        return NOTHING
    return f"{_three(value)}{TIMES}" if math.isfinite(value) else _not_finite(value)


def metric(value: float) -> str:
    """Return a held-out metric with four significant digits, as `0.9722`."""
    return f"{value:.4g}" if math.isfinite(value) else _not_finite(value)


def parse_seconds(text: str) -> float:
    """Return the seconds of a duration with its unit, as `56.1 µs` or `5ms`.

    Raises:
        ValueError: it is none; the message says what was expected.

    """
    return _parsed(text, _SECONDS, "a time with its unit (ns, us, ms, s)")


def parse_size(text: str) -> float:
    """Return the bytes of a size with its unit, as `5.61 KiB` or `1MB`; MB are a million bytes.

    Raises:
        ValueError: it is none; the message says what was expected.

    """
    return _parsed(text, _SIZES, "a size with its unit (B, kB, MB, GB, KiB, MiB, GiB)")


def parse_share(text: str) -> float:
    """Return a part of one, from `1%` or `0.01`.

    Raises:
        ValueError: it is none; the message says what was expected.

    """
    return _parsed(text, _SHARES, "a percentage or a part of one")


def _parsed(text: str, factors: dict[str, float], expected: str) -> float:
    found = _NUMBER.fullmatch(text.strip())
    factor = factors.get(found["unit"]) if found else None
    value = float(found["number"]) * factor if found and factor is not None else math.inf
    if not math.isfinite(value):
        raise ValueError(f"{text!r} is no value here, expected {expected}")
    return value


_NUMBER = re.compile(
    r"(?P<number>\d+(?:\.\d*)?(?:e[-+]?\d+)?)\s*(?P<unit>\D*)", re.ASCII | re.IGNORECASE
)
_BYTES = ("KiB", "MiB", "GiB", "TiB")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0}
_DECIMAL = {"B": 1.0, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9}
_SIZES = {**_DECIMAL, **{unit: 1024.0**i for i, unit in enumerate(_BYTES, start=1)}}
_SHARES = {"%": 0.01, "": 1.0}


def _scaled(value: float | None, units: tuple[tuple[str, float], ...]) -> str:
    """Write `value` in the largest of `units` (ascending) in which it is at least one."""
    if value is None:
        return NOTHING
    if not math.isfinite(value):
        return _not_finite(value)
    if value == 0:
        return f"0 {units[-1][0]}".rstrip()
    found = ((_three(value / factor), unit) for unit, factor in units)
    fitting = (pair for pair in found if abs(float(pair[0])) < 1000)
    largest = (_three(value / units[-1][1]), units[-1][0])
    return " ".join(next(fitting, largest)).rstrip()


def _three(value: float) -> str:
    """Write with three significant digits, without an exponent where a page has room."""
    if value == 0:
        return "0"
    digits = 2 - math.floor(math.log10(abs(value)))
    rounded = round(value, digits)
    if abs(rounded) < 1e-4:
        return f"{value:.1e}"
    digits = 2 - math.floor(math.log10(abs(rounded)))
    return f"{rounded:.{max(digits, 0)}f}"


def _not_finite(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    return "∞" if value > 0 else "-∞"
