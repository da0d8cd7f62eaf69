"""Find a Chromium-family browser and run it without a window."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Self

from seqbench.core.errors import Unavailable
from seqbench.core.files import remove_soon
from seqbench.machine import tether

VARIABLE = "SEQBENCH_BROWSER"
"""The environment variable that names the browser's program."""

_PROGRAMS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "brave-browser",
)
_MAC_APPS = ("Google Chrome", "Chromium", "Microsoft Edge", "Brave Browser")
_FLAGS = (
    "--headless",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-unsafe-swiftshader",  # WebGL also where there is no GPU, by a software renderer
)
LONGEST = 60
"""Longest name of a temporary folder in which Chromium's socket fits: Linux allows 107 bytes for
both, and Chromium's own part is 46."""

SHORT = "/tmp"  # noqa: S108 - a folder of our own is made in it, as tempfile does
"""Where the browser keeps its files when the temporary folder's name is too long."""


def find() -> Path | None:
    """Return the browser's program: $SEQBENCH_BROWSER, else the first known one; None without one.

    Raises:
        Unavailable: $SEQBENCH_BROWSER names no program.

    """
    if chosen := os.environ.get(VARIABLE):
        if found := shutil.which(chosen):
            return Path(found)
        msg = f"${VARIABLE} is {chosen}, which is no program: correct or unset it"
        raise Unavailable(msg)
    on_path = (shutil.which(name) for name in _PROGRAMS)
    apps = (f"/Applications/{name}.app/Contents/MacOS/{name}" for name in _MAC_APPS)
    found = next(filter(None, (*on_path, *map(shutil.which, apps))), None)
    return None if found is None else Path(found)


def require() -> Path:
    """Return the browser's program.

    Raises:
        Unavailable: there is none; the message says how to get it.

    """
    if found := find():
        return found
    msg = (
        f"no Chromium-family browser is here (looked for {', '.join(_PROGRAMS)}): run "
        f"`seqbench setup` or `apt-get install chromium`, or name its program in ${VARIABLE}"
    )
    raise Unavailable(msg)


def flags() -> list[str]:
    """Return the options that a headless browser is started with."""
    # Chromium's sandbox refuses to run for root, and a container often has no other user. The page
    # is our own, and its Content-Security-Policy keeps all others away.
    return [*_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]


class Browser:
    """A headless browser on one page; a context manager that leaves no process and no file.

    Start it from a thread that outlives it: on Linux it is killed when that thread ends.

    Args:
        program: the browser's program.
        url: the page to open.
        more: options beyond `flags()`.

    """

    def __init__(self, program: Path, url: str, more: Sequence[str] = ()) -> None:
        # Chromium makes a socket in the temporary folder, and a socket's name is short.
        place = None if len(os.environ.get("TMPDIR", "")) <= LONGEST else SHORT
        self._folder = tempfile.TemporaryDirectory(
            prefix="seqbench-browser-", dir=place, ignore_cleanup_errors=True
        )
        home = Path(self._folder.name)
        # Crash reports and caches of graphics drivers go there, whatever the profile is.
        own = {"XDG_CONFIG_HOME": str(home), "XDG_CACHE_HOME": str(home)}
        if len(str(home)) <= LONGEST:  # else its socket stays in the temporary folder
            own["TMPDIR"] = str(home)
        # Every user of the machine can read a command line, and the page's address holds its token:
        # only this file, in a folder of our own, names it.
        start = home / "start.html"
        start.write_text(
            f'<meta charset="utf-8"><meta http-equiv="refresh" content="0;url={escape(url)}">'
        )
        self._log = home / "stderr.txt"
        options = [*flags(), *more, f"--user-data-dir={home / 'profile'}"]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                tether.tether_command(str(program), *options, start.as_uri()),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                env=os.environ | own,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The id of its first process, and of the group that all its processes are in."""
        return self._process.pid

    def ended(self, within_s: float = 0.0) -> bool:
        """Say whether it has ended by itself, or does so within some seconds."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(within_s)
        return self._process.returncode is not None

    def last_words(self) -> str:
        """Return the last line that it wrote to stderr, empty if none."""
        lines = self._log.read_text(errors="replace").strip().splitlines()
        # A machine without a desktop has no message bus, and Chromium says so many times over.
        told = [line for line in lines if ":ERROR:dbus/" not in line]
        return told[-1] if told else ""

    def lacks_sandbox(self) -> bool:
        """Say whether it ended because the machine lets an ordinary user have no sandbox."""
        return "No usable sandbox" in self._log.read_text(errors="replace")

    def close(self) -> None:
        """Kill all its processes and remove its files."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        remove_soon(Path(self._folder.name))
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
