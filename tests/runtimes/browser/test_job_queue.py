import struct
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqbench.runtimes.browser.job_queue import JobQueue, PageGone, pack, unpack

VALUES = st.dictionaries(st.text(), st.integers() | st.text() | st.none())


@given(VALUES, st.binary())
def test_frame_keeps_values_and_bytes(fields: dict[str, object], blob: bytes) -> None:
    assert unpack(pack(fields, blob)) == (fields, blob)


@pytest.mark.parametrize(
    ("frame", "text"),
    [
        (b"abc", "at least 4 bytes, got 3"),
        (struct.pack("<I", 2) + b"[]", "JSON object, got list"),
        (struct.pack("<I", 9) + b"{}x", "Extra data"),
    ],
)
def test_what_is_no_frame_is_refused(frame: bytes, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        unpack(frame)


def test_job_without_a_page_fails_at_once() -> None:
    with pytest.raises(PageGone, match="no page is open"):
        JobQueue().ask(b"job", 60)


def test_wait_for_page_gives_up() -> None:
    assert not JobQueue().wait_for_page(0.01)


def test_second_page_is_refused_until_the_first_leaves() -> None:
    job_queue = JobQueue()
    first = job_queue.attach()
    assert first is not None
    assert job_queue.attach() is None
    job_queue.detach(first)
    second = job_queue.attach()
    assert second is not None
    job_queue.detach(first)  # a late farewell does not send the second away
    assert job_queue.wait_for_page(0)
    job_queue.detach()
    first.close()
    second.close()


def test_answer_must_be_to_the_job_at_hand() -> None:
    job_queue = JobQueue()
    page = job_queue.attach()
    assert page is not None
    seen: list[bool | bytes | None] = []

    def work() -> None:
        number = page.recv(100).decode().removeprefix("data: ").strip()
        seen.extend([job_queue.job(number), job_queue.job("77"), job_queue.answer("77", b"wrong")])
        seen.extend([job_queue.answer(number, b"right"), job_queue.answer(number, b"again")])

    thread = threading.Thread(target=work)
    thread.start()
    assert job_queue.ask(b"job", 60) == b"right"
    thread.join()
    assert seen == [b"job", None, False, True, False]
    assert not job_queue.answer("1", b"late")
    job_queue.detach()
    page.close()


def test_page_that_leaves_fails_its_job() -> None:
    job_queue = JobQueue()
    page = job_queue.attach()
    assert page is not None
    with page:
        threading.Timer(0.05, job_queue.detach, [page]).start()
        with pytest.raises(PageGone, match="went away"):
            job_queue.ask(b"job", 60)


def test_page_that_never_answers_runs_out_of_time() -> None:
    job_queue = JobQueue()
    page = job_queue.attach()
    assert page is not None
    with page, pytest.raises(TimeoutError, match=r"no answer in 0\.05 s"):
        job_queue.ask(b"job", 0.05)
    job_queue.detach()
