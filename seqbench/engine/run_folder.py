"""Names of runs."""

from datetime import UTC, datetime
from pathlib import Path

from seqbench.machine.host import git_commit


def new_run() -> Path:
    """Return a folder under `results/` named by the time and the commit; it is not made yet."""
    time = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    commit = git_commit(Path.cwd())
    name = f"{time}-{commit}" if commit else time
    path = Path("results") / name
    count = 1
    while path.exists():
        count += 1
        path = Path("results") / f"{name}-{count}"
    return path
