"""Two other tools on the same models, each run as its own documentation says."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

PYPERF_PROCESSES = 10

_SESSION = """
import os
import numpy, onnxruntime
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(os.environ["MODEL"], options)
feed = {"input": numpy.load(os.environ["INPUTS"])[0]}
"""

_PYTEST = _SESSION + "def test_call(benchmark):\n    benchmark(session.run, None, feed)\n"

_PYPERF = (
    "import pyperf\n" + _SESSION + "pyperf.Runner().bench_func('call', session.run, None, feed)\n"
)


def pytest_benchmark(base: Path, head: Path, inputs: Path) -> tuple[bool, float]:
    """Return whether the head's median is over 5 % above the base's, and the ratio."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "test_call.py").write_text(_PYTEST)
        words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "test_call.py"]
        _run(folder, base, inputs, [*words, "--benchmark-json=base.json"])
        done = _run(
            folder,
            head,
            inputs,
            [
                *words,
                "--benchmark-json=head.json",
                "--benchmark-compare=base.json",
                "--benchmark-compare-fail=median:5%",
            ],
            fails=True,
        )
        medians = [
            json.loads((folder / f"{side}.json").read_text())["benchmarks"][0]["stats"]["median"]
            for side in ("base", "head")
        ]
    flagged = "Performance has regressed" in done.stdout + done.stderr
    if flagged != (done.returncode != 0):
        msg = f"pytest ended with {done.returncode}: {done.stdout}{done.stderr}"
        raise RuntimeError(msg)
    return flagged, medians[1] / medians[0]


def pyperf(base: Path, head: Path, inputs: Path) -> tuple[str, float]:
    """Return `worse`, `better` or `not significant`, and the ratio of means."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "call.py").write_text(_PYPERF)
        for side, model in (("base", base), ("head", head)):
            words = ["call.py", "-q", "-o", f"{side}.json", "--inherit-environ=MODEL,INPUTS"]
            _run(folder, model, inputs, [*words, f"--processes={PYPERF_PROCESSES}"])
        told = _run(folder, base, inputs, ["-m", "pyperf", "compare_to", "base.json", "head.json"])
        means = [_mean(folder / f"{side}.json") for side in ("base", "head")]
    words_ = {"slower": "worse", "faster": "better", "not significant": "not significant"}
    found = [word for said, word in words_.items() if said in told.stdout]
    if len(found) != 1:
        msg = f"pyperf says {told.stdout!r}"
        raise RuntimeError(msg)
    return found[0], means[1] / means[0]


def _mean(file: Path) -> float:
    runs = json.loads(file.read_text())["benchmarks"][0]["runs"]
    values = [value for run in runs for value in run.get("values", ())]
    return float(sum(values)) / len(values)


def _run(
    folder: Path, model: Path, inputs: Path, words: list[str], *, fails: bool = False
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env={**os.environ, "MODEL": str(model), "INPUTS": str(inputs)},
        capture_output=True,
        text=True,
        check=not fails,
    )
