"""Jobs for the page in the browser: their form on the wire, and the queue where they change hands.

A job and its answer are frames: 4 bytes length (little endian), JSON of that length, raw bytes.
Arrays travel as raw bytes, so that they arrive bit for bit, NaN and infinities included.
"""

import json
import socket
import struct
import threading
from typing import Any


class PageGone(Exception):  # noqa: N818 - says what happened
    """There is no page (any more) to do the job."""


def pack(fields: dict[str, Any], blob: bytes = b"") -> bytes:
    """Return a frame of JSON values and raw bytes."""
    header = json.dumps(fields).encode()
    return struct.pack("<I", len(header)) + header + blob


def unpack(frame: bytes) -> tuple[dict[str, Any], bytes]:
    """Return the JSON values and the raw bytes of a frame.

    Raises:
        ValueError: it is no frame.

    """
    if len(frame) < 4:
        msg = f"a frame has at least 4 bytes, got {len(frame)}"
        raise ValueError(msg)
    end = 4 + struct.unpack_from("<I", frame)[0]
    fields = json.loads(frame[4:end])
    if not isinstance(fields, dict):
        msg = f"a frame starts with a JSON object, got {type(fields).__name__}"
        raise ValueError(msg)  # noqa: TRY004 - the content is wrong, not an argument's type
    return fields, frame[end:]


class JobQueue:
    """Where one page takes jobs, one at a time, and leaves answers; safe between threads.

    The page holds a stream open for as long as it lives. Through a pair of sockets a job's number
    goes into that stream, so that its thread can wait for a job and for the page's end at once.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._page: tuple[socket.socket, socket.socket] | None = None
        self._number = 0
        self._job: bytes | None = None
        self._answer: bytes | None = None

    def attach(self) -> socket.socket | None:
        """Let a page in: what the socket gives goes into its stream. None: the place is taken."""
        with self._changed:
            if self._page is not None:
                return None
            self._page = socket.socketpair()
            self._changed.notify_all()
            return self._page[1]

    def detach(self, page: socket.socket | None = None) -> None:
        """Let the page go (this one, or whichever is there); a job in its hands fails."""
        with self._changed:
            if self._page is None or page not in (None, self._page[1]):
                return
            self._page[0].close()  # ends the other side, which its stream's thread closes
            self._page = None
            self._changed.notify_all()

    def wait_for_page(self, timeout_s: float) -> bool:
        """Wait until a page is there; False where none came in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._page is not None, timeout_s)

    def ask(self, job: bytes, timeout_s: float) -> bytes:
        """Give the page a job and return its answer, both as frames.

        Raises:
            PageGone: there is no page, or it went away before it answered.
            TimeoutError: it did not answer in time.

        """
        with self._changed:
            page = self._page
            if page is None:
                msg = "no page is open"
                raise PageGone(msg)
            self._number += 1
            self._job, self._answer = job, None
            page[0].sendall(f"data: {self._number}\n\n".encode())
            try:
                self._changed.wait_for(
                    lambda: self._answer is not None or self._page is not page, timeout_s
                )
            finally:
                answer, self._answer, self._job = self._answer, None, None
            if answer is not None:
                return answer
            if self._page is not page:
                msg = "the page went away"
                raise PageGone(msg)
            msg = f"the page gave no answer in {timeout_s:g} s"
            raise TimeoutError(msg)

    def job(self, number: str) -> bytes | None:
        """Return the job of this number; None where it is not the one to do now."""
        with self._changed:
            return self._job if number == str(self._number) else None

    def answer(self, number: str, frame: bytes) -> bool:
        """Take the answer to the job of this number; False where nobody waits for it."""
        with self._changed:
            if self._job is None or self._answer is not None or number != str(self._number):
                return False
            self._answer = frame
            self._changed.notify_all()
            return True
