"""A browser that runs models: one server and one headless browser for many models in turn."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

from seqbench.core.errors import Unavailable
from seqbench.machine.clock import clock
from seqbench.runtimes.browser import browser, packages
from seqbench.runtimes.browser.browser import Browser
from seqbench.runtimes.browser.job_queue import PageGone, pack, unpack
from seqbench.runtimes.browser.server import WebServer

_START_TIMEOUT_S = 60.0
_PAGE = ("index.html", "page.css", "page.js", "runner.html", "runner.js")


NO_SANDBOX = (
    "has no sandbox here, as this machine gives an ordinary user no namespaces: install the "
    "package chromium-sandbox or allow unprivileged user namespaces"
)
"""Why a browser that is here cannot be used."""


class JobError(Exception):
    """The page could not do a job.

    Attributes:
        stage: where it failed: `backend`, or the kind of the job.

    """

    def __init__(self, message: str, stage: str) -> None:
        super().__init__(message)
        self.stage = stage


class Host:
    """Runs jobs in a page of a headless browser; a context manager.

    The browser starts with the first job, and again after one that took it down. Use it from one
    thread, and one that outlives it (see `Browser`).

    Args:
        program: the browser's program; None looks for it.
        flags: options for the browser beyond those that it always gets.
        timeout_s: how long a job may take, beyond what it is told to measure.

    Raises:
        Unavailable: no browser or no TF.js is here; the message says how to get it.

    """

    def __init__(
        self, program: Path | None = None, flags: Iterable[str] = (), timeout_s: float = 300.0
    ) -> None:
        self._program = program or browser.require()
        scripts = {f"modules/{name}": path for name, path in packages.scripts().items()}
        self._server = WebServer({name: packages.PAGE / name for name in _PAGE} | scripts)
        self._flags = tuple(flags)
        self._timeout_s = timeout_s
        self._browser: Browser | None = None

    def share(self, folder: Path, names: Iterable[str]) -> str:
        """Let the page read files of a folder; return the prefix of their addresses.

        Raises:
            ValueError: a name leads out of the folder.

        """
        return self._server.share(folder, names)

    def withdraw(self, prefix: str) -> None:
        """Take back what `share` gave."""
        self._server.withdraw(prefix)

    def ask(
        self, job: dict[str, Any], blob: bytes = b"", extra_s: float = 0.0
    ) -> tuple[dict[str, Any], bytes]:
        """Give the page a job and return its answer, each as JSON values and raw bytes.

        `extra_s` is the time that the job is told to take.

        Raises:
            JobError: the page said that it failed, and why.
            RuntimeError: the page or the browser went away, as when it is out of memory.
            TimeoutError: the page did not answer in time; the browser is stopped.

        """
        running = self._running()
        try:
            frame = self._server.job_queue.ask(pack(job, blob), self._timeout_s + extra_s)
        except PageGone as gone:
            ended = running.ended(within_s=0.5)  # its connections go first
            what = "the browser went away" if ended else "the browser's page crashed"
            words = running.last_words()
            self._stop()
            msg = f"{what} in {job['kind']}" + (f": {words}" if words else "")
            raise RuntimeError(msg) from gone
        except BaseException:  # a time-out or Ctrl-C: the page is still at work, and not for us
            self._stop()
            raise
        answer, data = unpack(frame)
        if "error" in answer:
            raise JobError(" ".join(answer["error"].split())[:500], answer["stage"])
        return answer, data

    def start(self) -> None:
        """Start the browser ahead of the first job.

        Raises:
            Unavailable, RuntimeError: it does not start.

        """
        self._running()

    def stop(self) -> None:
        """End the browser; the next job starts another."""
        self._stop()

    def give_up(self) -> None:
        """End the job at hand, of which nobody wants the answer; from another thread."""
        self._server.job_queue.detach()

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()
        self._server.__exit__()

    def _running(self) -> Browser:
        """Start the browser unless it runs, and wait until its page is there."""
        if self._browser is not None:
            return self._browser
        started = self._browser = Browser(self._program, self._server.url, self._flags)
        deadline = clock() + _START_TIMEOUT_S
        while not self._server.job_queue.wait_for_page(0.1):
            if started.ended() or clock() > deadline:
                words, ended = started.last_words(), started.ended()
                boxless = started.lacks_sandbox()
                self._stop()
                if boxless:
                    raise Unavailable(f"{self._program} {NO_SANDBOX}")
                how = "ended at once" if ended else f"opened no page in {_START_TIMEOUT_S:g} s"
                msg = f"{self._program} {how}: {words}"
                raise RuntimeError(msg)
        return started

    def _stop(self) -> None:
        if self._browser is not None:
            self._browser.close()
            self._browser = None
        self._server.job_queue.detach()
