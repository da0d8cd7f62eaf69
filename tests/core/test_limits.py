from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqbench.core.errors import InputError
from seqbench.core.limits import (
    MEASURES,
    Limit,
    Limits,
    parse_limits,
    read_project_limits,
    write_limits,
)

LIMITS = st.dictionaries(
    st.sampled_from(sorted(MEASURES)),
    st.floats(min_value=0, max_value=1e12, allow_subnormal=False),
    max_size=4,
    min_size=1,
).map(lambda found: tuple(Limit(measure=name, most=most) for name, most in found.items()))


def test_a_budget_has_a_limit_for_each_part() -> None:
    found = parse_limits("size<=1MB, latency<=5ms, accuracy_drop<=1%, memory<=2 MiB")
    assert found == (
        Limit(measure="size", most=1_000_000),
        Limit(measure="latency", most=0.005),
        Limit(measure="accuracy_drop", most=0.01),
        Limit(measure="memory", most=2 * 1024 * 1024),
    )
    assert [str(it) for it in found[1:3]] == ["latency<=5.00 ms", "accuracy_drop<=1 %"]


@given(LIMITS)
def test_a_budget_that_is_written_is_read_as_the_same(limits: Limits) -> None:
    assert parse_limits(write_limits(limits)) == limits


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("size<=1", "budget 'size<=1': '1' is no value here, expected a size with its unit "),
        ("latency<=5", "budget 'latency<=5': '5' is no value here, expected a time with its unit "),
        ("latency<=5MB", "'5MB' is no value here, expected a time with its unit (ns, us, ms, s)"),
        ("latency<=nans", "'nans' is no value here"),
        ("latency<=-5ms", "'-5ms' is no value here"),
        ("size<=1e999MB", "'1e999MB' is no value here"),
        ("accuracy_drop<=x%", "expected a percentage or a part of one, such as accuracy_drop<=1%"),
        (
            "speed<=5ms",
            "unknown budget measure 'speed': expected one of size, latency, memory, accuracy_drop",
        ),
        ("size=1MB", "budget 'size=1MB': expected MEASURE<=VALUE, such as size<=1MB"),
        ("size<=1MB,size<=2MB", "budget 'size<=2MB': size is limited twice"),
        (" , ", "expected limits between commas, such as"),
        ("size<=", "budget 'size<=': '' is no value here"),
    ],
)
def test_a_bad_budget_is_refused_in_one_line_that_names_the_part(text: str, why: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_limits(text)
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_project_has_a_budget(tmp_path: Path) -> None:
    assert read_project_limits(tmp_path) == ()
    path = tmp_path / "pyproject.toml"
    path.write_text('[tool.seqbench]\nbudget = "size<=2kB"\n')
    assert read_project_limits(tmp_path) == (Limit(measure="size", most=2000),)
    path.write_text("[tool.other]\n")
    assert read_project_limits(tmp_path) == ()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[tool.seqbench]\nbudget = 5\n", r"expected a text such as .*, found 5"),
        ('[tool.seqbench]\nbudget = "x"\n', r"budget 'x': expected MEASURE<=VALUE"),
        ("[tool.seqbench\n", "cannot read"),
    ],
)
def test_a_bad_project_is_refused_by_its_path(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=why) as caught:
        read_project_limits(tmp_path)
    assert str(path) in str(caught.value)
