"""What `--base` and `--head` of `seqbench ab` mean.

HERE  `.`: the working tree, in this Python's environment.
RUN   the folder of a run: the files that it exported, in this environment.
ENV   a virtual environment's folder or a Python interpreter: the working tree, in that
      environment; seqbench must be installed there.
REV   a git revision of the repository around the current folder: the models' files as they were
      then, in this environment, seqbench included.

They are told apart in this order, so that a folder `main` with a run in it goes before a branch.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from seqbench.core.errors import InputError
from seqbench.core.files import temporary_folder
from seqbench.core.store import MARK
from seqbench.machine import tether
from seqbench.models.source import Source

Kind = Literal["HERE", "RUN", "ENV", "REV"]

WORKING_TREE = "."

ENDING_S = 5.0
"""How long a side's seqbench may take to clean up after Ctrl-C."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of the comparison.

    Attributes:
        spec: what the user typed.
        kind: what that is.
        python: the interpreter that exports and runs its models.
        run: the folder of its run, where it is one already.
        commit: the commit of a revision.

    """

    spec: str
    kind: Kind
    python: str
    run: Path | None = None
    commit: str | None = None

    @property
    def environment(self) -> dict[str, str]:
        """The variables of its processes; another environment gets none of this one's modules."""
        found = dict(os.environ)
        if self.kind == "ENV":
            found.pop("PYTHONPATH", None)
        return found


def resolve(option: str, spec: str) -> Side:
    """Return the side that `spec` names.

    Raises:
        InputError: it names none, or an environment that has no seqbench.

    """
    path = Path(spec)
    if spec == WORKING_TREE:
        return Side(spec=spec, kind="HERE", python=sys.executable)
    if (path / MARK).is_file():
        return Side(spec=spec, kind="RUN", python=sys.executable, run=path.resolve())
    python = _python(path)
    if python is not None:
        side = Side(spec=spec, kind="ENV", python=str(python))
        _check_environment(option, side)
        return side
    commit = _git(Path.cwd(), "rev-parse", "--verify", "--quiet", f"{spec}^{{commit}}")
    if commit:
        return Side(spec=spec, kind="REV", python=sys.executable, commit=commit)
    msg = (
        f"{option} {spec}: expected a git revision, the folder of a run (with run.json), a virtual "
        "environment's folder, a Python interpreter, or . for the working tree"
    )
    raise InputError(msg)


@contextmanager
def prepare_side(
    option: str,
    side: Side,
    sources: Sequence[Source],
    targets: Sequence[str],
    words: Sequence[str] = (),
) -> Iterator[Path]:
    """Give the folder of a run with the side's models, exported to `targets`.

    `words` are further options of the export.

    Raises:
        InputError: a model cannot be used on this side.

    """
    if side.run is not None:
        yield side.run
        return
    with temporary_folder() as folder:
        run = folder / "run"
        if side.kind == "REV":
            with _worktree(option, side, folder / "tree") as (top, tree):
                specs = [_within(option, side, source, top, tree) for source in sources]
                _export(option, side, specs, targets, run, words)
                yield run
        else:
            specs = [source.place for source in sources]
            _export(option, side, specs, targets, run, words)
            yield run


def _export(
    option: str,
    side: Side,
    specs: Sequence[str],
    targets: Sequence[str],
    run: Path,
    further: Sequence[str],
) -> None:
    """Build, train and export in a process of the side's own."""
    words = ["run", *specs, "--only", "export", "--device", "cpu", "--out", str(run)]
    words += ["--target", ",".join(targets), *further]
    status, stderr = _run_seqbench(side, words)
    if not (run / MARK).exists() or status > 1:
        lines = [line for line in stderr.splitlines() if line.strip()]
        reason = lines[-1].removeprefix("seqbench: ") if lines else f"status {status}"
        raise InputError(f"{option} {side.spec}: {reason}")


def _run_seqbench(side: Side, words: Sequence[str]) -> tuple[int, str]:
    """Return the exit status of a side's own seqbench and what it wrote to stderr."""
    with subprocess.Popen(
        # -P: the modules of the current folder are not this side's.
        tether.tether_command(side.python, "-P", "-m", "seqbench", *words),
        env=side.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            _, stderr = process.communicate()
        except BaseException:
            process.terminate()  # and not kill: it ends its own processes
            with suppress(subprocess.TimeoutExpired):
                process.communicate(timeout=ENDING_S)
            process.kill()
            raise
    return process.returncode, stderr


@contextmanager
def _worktree(option: str, side: Side, tree: Path) -> Iterator[tuple[Path, Path]]:
    """Check a revision out; give the repository's top folder and the checkout's."""
    top = Path(_git(Path.cwd(), "rev-parse", "--show-toplevel") or ".").resolve()
    commit = side.commit or ""
    words = ("worktree", "add", "--quiet", "--detach", str(tree), commit)
    done = _ended("git", "-C", str(top), *words)
    if done.returncode:
        raise InputError(f"{option} {side.spec}: {done.stderr.strip()}")
    try:
        yield top, tree
    finally:
        _git(top, "worktree", "remove", "--force", str(tree))


def _within(option: str, side: Side, source: Source, top: Path, tree: Path) -> str:
    """Return what to call a model in a checkout."""
    path = source.path.resolve()
    if not path.is_relative_to(top):
        msg = (
            f"{option} {side.spec}: {path} is not a file of the repository {top}, so that a "
            "revision says nothing of it"
        )
        raise InputError(msg)
    return replace(source, path=tree / path.relative_to(top)).place


def _python(path: Path) -> Path | None:
    """Return the interpreter that a path names or that an environment's folder holds."""
    if path.is_dir():
        found = path / "bin" / "python"
        return found.absolute() if found.exists() else None
    executable = path.is_file() and os.access(path, os.X_OK)
    return path.absolute() if executable and path.name.startswith("python") else None


def _check_environment(option: str, side: Side) -> None:
    """Refuse an environment without this seqbench.

    Raises:
        InputError: its Python cannot import what times a side.

    """
    code = "import seqbench.comparison.ab.child"
    done = _ended(side.python, "-P", "-c", code, environment=side.environment)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        msg = (
            f"{option} {side.spec}: its Python cannot import this seqbench ({last}): install it "
            f"there with `{side.python} -m pip install seqbench`"
        )
        raise InputError(msg)


def _ended(
    *command: str, environment: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end, with what it writes."""
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def _git(folder: Path, *words: str) -> str | None:
    """Return what git says; None where it fails or is not here."""
    try:
        done = _ended("git", "-C", str(folder), *words)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None
