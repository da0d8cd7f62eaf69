"""Where the time of an export goes: what its workers say, and when."""

import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from seqbench import api
from seqbench.engine.state import Observer
from seqbench.engine.workers.messages import Message

STARTING = "starting workers, with their imports"


def stages(models: Sequence[Path], out: Path) -> tuple[float, dict[str, float]]:
    """Export once more; return the wall seconds, and those of each stage, largest first.

    A stage lasts from one word of a worker to the next that its lane hears. Lanes run side by
    side, so the stages' sum is more than the wall time.
    """
    took: dict[str, float] = defaultdict(float)
    heard: dict[int, tuple[str | None, float]] = {}  # by lane: what it does, None if nothing; since

    def hear(message: Message) -> None:
        lane, moment = threading.get_ident(), time.perf_counter()
        latest = max((since for _, since in heard.values()), default=start)
        doing, since = heard.get(lane, (None, latest))
        if message.event in ("pid", "say", "end"):
            took[doing or _before(message)] += moment - since
            said = str(message.value).partition(": ")[2] if message.event == "say" else None
            heard[lane] = (said, moment)

    start = time.perf_counter()
    api.export([str(model) for model in models], out=out, observer=Observer(message=hear))
    wall_s = time.perf_counter() - start
    return wall_s, dict(sorted(took.items(), key=lambda item: -item[1]))


def _before(message: Message) -> str:
    """Return what a worker did before it said a first thing."""
    if message.event == "pid":
        return STARTING
    _, running, runtime = str(message.value).rpartition(" in ")
    return f"starting {runtime}" if running else "loading models"
