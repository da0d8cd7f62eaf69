import string

from hypothesis import given
from hypothesis import strategies as st

from seqbench.core.record import Cell, Kind, Record, Status
from seqbench.reports import clean


def test_colour_codes_go_and_lines_stay() -> None:
    assert clean.text("\x1b[31mred\x1b[0m\r\nnext\tcolumn") == "red\nnext    column"


def test_a_terminal_title_goes_whole() -> None:
    assert clean.text("a\x1b]0;title\x07b") == "ab"


def test_marks_that_turn_text_around_are_shown() -> None:
    assert clean.text("ab\u202ecd") == "ab\ufffdcd"


@given(st.text())
def test_no_control_character_is_left(raw: str) -> None:
    assert not [c for c in clean.text(raw) if (ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160]


@given(st.text(alphabet=string.ascii_letters + string.punctuation + " ", min_size=1))
def test_plain_text_stays(raw: str) -> None:
    assert clean.text(raw) == raw.strip()


def test_every_text_of_a_record_is_cleaned() -> None:
    bad = "\x1b[1mx\x00"
    record = Record(
        cell=Cell(model=bad, kind=Kind.INFER, target=bad, runtime=bad, device=bad, variant=bad),
        status=Status.ERROR,
        reason=bad,
        notes=(bad,),
        artifact=bad,
        ran_on=bad,
        metrics={bad: 1.0},
    )
    assert "\x1b" not in repr(clean.record(record)).replace("\\x1b", "\x1b")
    assert "\x00" not in repr(clean.record(record)).replace("\\x00", "\x00")
    assert clean.record(record).cell.kind == Kind.INFER
