"""Find a Chromium-family browser and run it without a window."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from html import escape
from pathlib import Path
from types import TracebackType
from typing import Self

from seqbench.errors import Unavailable

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
_CLEANUP_TIMEOUT_S = 5

# On Linux the kernel kills the browser when the thread that started it ends, however that ends.
# The signal is asked for after the fork and before the exec; the check closes the gap in between.
_LONGEST = 60
"""Longest name of a temporary folder in which Chromium's socket fits: Linux allows 107 bytes for
both, and Chromium's own part is 46."""

_SHORT = "/tmp"  # noqa: S108 - a folder of our own is made in it, as tempfile does
"""Where the browser keeps its files when the temporary folder's name is too long."""

_TETHER = """
import ctypes, os, signal, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
if os.getppid() != int(sys.argv[1]):
    sys.exit(1)
os.execv(sys.argv[2], sys.argv[2:])
"""


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


def version(program: Path) -> str:
    """Return what the browser calls itself, such as `Chromium 156.0.8078.79`.

    Raises:
        Unavailable: the program does not start.

    """
    try:
        done = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=60, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        msg = f"{program} does not start: {error}"
        raise Unavailable(msg) from error
    return done.stdout.strip()


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
        place = None if len(os.environ.get("TMPDIR", "")) <= _LONGEST else _SHORT
        self._folder = tempfile.TemporaryDirectory(
            prefix="seqbench-browser-", dir=place, ignore_cleanup_errors=True
        )
        home = Path(self._folder.name)
        # Crash reports and caches of graphics drivers go there, whatever the profile is.
        own = {"XDG_CONFIG_HOME": str(home), "XDG_CACHE_HOME": str(home)}
        own |= {"TMPDIR": str(home)} if place else {}
        # Every user of the machine can read a command line, and the page's address holds its token:
        # only this file, in a folder of our own, names it.
        start = home / "start.html"
        start.write_text(
            f'<meta charset="utf-8"><meta http-equiv="refresh" content="0;url={escape(url)}">'
        )
        self._log = home / "stderr.txt"
        tether = [sys.executable, "-I", "-S", "-c", _TETHER, str(os.getpid())]
        options = [*flags(), *more, f"--user-data-dir={home / 'profile'}"]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [*tether, str(program), *options, start.as_uri()],
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

    def ended(self) -> bool:
        """Say whether it has ended by itself."""
        return self._process.poll() is not None

    def last_words(self) -> str:
        """Return the last line that it wrote to stderr, empty if none."""
        lines = self._log.read_text(errors="replace").strip().splitlines()
        # A machine without a desktop has no message bus, and Chromium says so many times over.
        told = [line for line in lines if ":ERROR:dbus/" not in line]
        return told[-1] if told else ""

    def close(self) -> None:
        """Kill all its processes and remove its files."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        deadline = time.monotonic() + _CLEANUP_TIMEOUT_S
        while time.monotonic() < deadline:
            self._folder.cleanup()
            if not Path(self._folder.name).exists():
                break
            time.sleep(0.02)  # a process of the killed group was still writing its last file

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()
