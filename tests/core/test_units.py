import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqbench.core import units


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, units.NOTHING),
        (0.0, "0 s"),
        (7.04e-10, "0.704 ns"),
        (5.614e-5, "56.1 µs"),
        (9.996e-4, "1.00 ms"),
        (9.994e-4, "999 µs"),
        (0.0382, "38.2 ms"),
        (1.306, "1.31 s"),
        (1234.0, "1230 s"),
        (math.nan, "NaN"),
    ],
)
def test_seconds(value: float | None, text: str) -> None:
    assert units.seconds(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, units.NOTHING),
        (812, "812 B"),
        (1023, "0.999 KiB"),
        (5745, "5.61 KiB"),
        (1_310_000, "1.25 MiB"),
        (8_232_116_224, "7.67 GiB"),
    ],
)
def test_size(value: float | None, text: str) -> None:
    assert units.size(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(None, units.NOTHING), (26.1, "26.1"), (17_812, "17.8k"), (1.02e6, "1.02M")]
)
def test_rate(value: float | None, text: str) -> None:
    assert units.rate(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, units.NOTHING), (0.0, "0"), (8.94e-8, "8.9e-8"), (math.inf, "∞"), (math.nan, "NaN")],
)
def test_error(value: float | None, text: str) -> None:
    assert units.error(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, units.NOTHING),
        (0.0, "0 %"),
        (0.0012, "0.120 %"),
        (0.118, "12 %"),
        (1.5, "150 %"),
        (7380.95, f"7380{units.TIMES}"),
        (math.inf, "∞"),
    ],
)
def test_share(value: float | None, text: str) -> None:
    assert units.share(value) == text


def test_duration_and_moment() -> None:
    assert units.duration(32.81) == "32.8 s"
    assert units.duration(361) == "6 min 1 s"
    assert units.duration(7384) == "2 h 3 min"
    assert units.moment("2026-11-20T10:04:05+01:00") == "2026-11-20 09:04 UTC"
    assert units.moment("yesterday") == "yesterday"
    assert units.moment(None) == units.NOTHING


@given(st.floats(1e-9, 999))
def test_a_duration_is_written_to_three_digits(value: float) -> None:
    number, unit = units.seconds(value).split()
    factor = {"ns": 1e-9, "µs": 1e-6, "ms": 1e-3, "s": 1.0}[unit]
    assert float(number) * factor == pytest.approx(value, rel=5.1e-3)
    assert len(number.replace(".", "").lstrip("0")) <= 3


@given(st.floats(min_value=1e-9, max_value=900.0))
def test_a_time_is_read_as_it_was_written(value: float) -> None:
    assert units.parse_seconds(units.seconds(value)) == pytest.approx(value, rel=0.0051)


@given(st.integers(min_value=0, max_value=10**12))
def test_a_size_is_read_as_it_was_written(value: int) -> None:
    assert units.parse_size(units.size(value)) == pytest.approx(value, rel=0.0051)


@given(st.floats(min_value=1e-3, max_value=9.0))
def test_a_percentage_is_read_as_it_was_written(value: float) -> None:
    assert units.parse_share(units.percentage(value)) == pytest.approx(value, rel=0.00051)
