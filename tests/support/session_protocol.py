"""Use sessions of runtimes as the engine does, and write down all that they give.

    python -m tests.support.session_protocol RUNTIME ARTIFACT FOLDER [RUNTIME ARTIFACT FOLDER]...

It runs in a process of its own: a runtime without a framework must work in one that has none.
Those that need the same framework share one, which imports it once.
"""

import importlib
import json
import shutil
import sys
import traceback
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from seqbench.machine.frameworks import FRAMEWORKS
from seqbench.measurement.loop import Budget
from seqbench.runtimes import RUNTIMES, Load

DAMAGES = {"empty": b"", "text": b"this is no model\n"}
"""What stands in each file of a damaged artifact."""

BUDGET = Budget(warmup_s=0.01, measure_s=0.02, min_samples=5, max_samples=50)


def ask(name: str, artifact: Path, folder: Path) -> None:
    """Write `seen.json` and `arrays.npz` into the folder, which holds the input as `x.npy`."""
    runtime = RUNTIMES[name]
    if runtime.needs is not None:  # as a worker does
        importlib.import_module("keras")
    x = np.load(folder / "x.npy", allow_pickle=False)
    with runtime.start() as load:
        session = load(artifact, "cpu", 1)
        arrays = {"one": session.run(x[:1]), "all": session.run(x)}
        timing = session.measure([x, x[::-1].copy()], BUDGET)
        inner = session.tensors(x)
        seen: dict[str, Any] = {
            "input": asdict(session.input),
            "output": asdict(session.output),
            "ran_on": session.ran_on,
            "facts": dict(session.facts),
            "device_memory_bytes": session.device_memory_bytes,
            "samples_s": list(timing.samples_s),
            "block_s": list(session.in_blocks([x], 0.01)(0.02)),
            "inner": [type(value).__name__ for value in inner],
        }
        arrays["timed"] = np.stack(timing.outputs)
        session.close()
        session.close()
        if runtime.target is not None:
            seen["damaged"] = dict(_damaged(load, artifact, folder))
    seen["frameworks"] = sorted(set(FRAMEWORKS) & set(sys.modules))
    (folder / "seen.json").write_text(json.dumps(seen, allow_nan=False))
    np.savez(folder / "arrays.npz", allow_pickle=False, **arrays)


def _damaged(load: Load, artifact: Path, folder: Path) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the class and message with which each kind of damage is refused."""
    for kind, content in DAMAGES.items():
        path = folder / kind / artifact.name
        path.parent.mkdir()
        if artifact.is_dir():
            shutil.copytree(artifact, path)
        else:
            shutil.copy(artifact, path)
        for file in [path, *path.rglob("*")]:
            if file.is_file():
                file.write_bytes(content)
        try:
            load(path, "cpu", 1)
        except Exception as error:  # noqa: BLE001 - its class is what is asked for
            yield kind, (type(error).__name__, str(error))
        else:
            yield kind, ("", "it was loaded")


def main(words: list[str]) -> None:
    """Ask one runtime after another; a failure of one is a `failed.txt` in its folder."""
    for name, artifact, folder in zip(words[::3], words[1::3], words[2::3], strict=True):
        try:
            ask(name, Path(artifact), Path(folder))
        except Exception:  # noqa: BLE001 - the test of this runtime shows it
            (Path(folder) / "failed.txt").write_text(traceback.format_exc())


if __name__ == "__main__":
    main(sys.argv[1:])
