"""Chromium for a user who is not root: with its sandbox, or with a word that there is none.

Root starts a process in mounts of its own, in which an ordinary user can read what the test needs
(Python may lie in root's home), and in a user namespace of its own where namespaces are used up.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from seqbench.web import packages
from seqbench.web.host import NO_SANDBOX

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        sys.platform != "linux" or os.geteuid() != 0, reason="only root can become another user"
    ),
]

ROOT = Path(__file__).parents[2]
DENSE = ROOT / "tests" / "data" / "tfjs" / "dense"
NOBODY = 65534

BECOME = """
import ctypes, json, os, subprocess, sys
from pathlib import Path

asked = json.loads(sys.argv[1])
libc = ctypes.CDLL(None, use_errno=True)
NEW_MOUNTS, NEW_USER = 0x20000, 0x10000000

def unshare(what):
    if libc.unshare(what):
        sys.exit(f"unshare: {os.strerror(ctypes.get_errno())}")

def mount(*words):
    subprocess.run(["mount", *words], check=True)

unshare(NEW_MOUNTS)
mount("--make-rprivate", "/")
held = {name: os.open(name, os.O_PATH) for name in asked["readable"]}
for name in held:
    for parent in reversed(Path(name).parents):
        if parent.exists() and parent.stat().st_mode & 1 == 0:  # others may not pass
            mount("-t", "tmpfs", "-o", "mode=755", "none", str(parent))
    Path(name).mkdir(parents=True, exist_ok=True)
    mount("--no-canonicalize", "--bind", f"/proc/{os.getpid()}/fd/{held[name]}", name)

ready, done = os.pipe(), os.pipe()
child = os.fork()
if child == 0:
    if not asked["sandbox"]:
        unshare(NEW_USER)
        os.write(ready[1], b".")
        os.read(done[0], 1)
        Path("/proc/sys/user/max_user_namespaces").write_text("0")
    os.setgroups([])
    os.setgid(asked["user"])
    os.setuid(asked["user"])
    os.chdir("/")
    os.execv(sys.executable, [sys.executable, "-c", asked["code"]])
if not asked["sandbox"]:
    os.read(ready[0], 1)
    for kind in ("uid", "gid"):
        Path(f"/proc/{child}/{kind}_map").write_text("0 0 65536")
    os.write(done[1], b".")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""

USE = f"""
import os, sys
import numpy as np, psutil
from pathlib import Path
from seqbench.errors import Unavailable
from seqbench.runtimes.tfjs import open_session
from seqbench.web.host import Host
dense = Path({str(DENSE)!r})
assert os.getuid() == {NOBODY}
with Host() as host:
    try:
        session = open_session(dense, "cpu", host)
    except Unavailable as error:
        print("unavailable:", error)
        sys.exit()
    y = session.run(np.load(dense / "x.npy"))
    print("right:", np.allclose(y, np.load(dense / "y.npy"), atol=1e-6))
    children = psutil.Process().children(recursive=True)
    children = [child for child in children if child.status() != psutil.STATUS_ZOMBIE]
    print("without:", any("--no-sandbox" in child.cmdline() for child in children))
    pages = [child.pid for child in children if "--type=renderer" in child.cmdline()]
    filters = [Path("/proc", str(pid), "status").read_text() for pid in pages]
    print("filtered:", bool(pages) and all("Seccomp:\\t2" in found for found in filters))
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """Return the home of an ordinary user: pytest's own folders are for their owner alone."""
    folder = Path(tempfile.mkdtemp())
    (folder / "tmp").mkdir()
    shutil.copytree(packages.web_modules(), folder / "seqbench" / packages.web_modules().name)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    yield folder
    shutil.rmtree(folder)


def use(home: Path, *, sandbox: bool) -> "subprocess.CompletedProcess[str]":
    """Run a model in a browser as an ordinary user."""
    readable = {str(Path(path).resolve()) for path in (sys.base_prefix, sys.prefix, ROOT)}
    asked = {"code": USE, "user": NOBODY, "sandbox": sandbox, "readable": sorted(readable)}
    done = subprocess.run(
        [sys.executable, "-c", BECOME, json.dumps(asked)],
        env={
            **os.environ,
            "HOME": str(home),
            "XDG_CACHE_HOME": str(home),
            "TMPDIR": str(home / "tmp"),
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if "unshare:" in done.stderr or "mount:" in done.stderr:
        pytest.skip(f"root may not do everything here: {done.stderr.strip()}")
    return done


def test_the_browser_of_an_ordinary_user_has_its_sandbox(home: Path) -> None:
    done = use(home, sandbox=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[:3] == ["right: True", "without: False", "filtered: True"]
    assert not list((home / "tmp").iterdir())


def test_a_machine_without_sandboxes_is_unavailable(home: Path) -> None:
    done = use(home, sandbox=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("unavailable: ")
    assert NO_SANDBOX in done.stdout
    assert not list((home / "tmp").iterdir())
