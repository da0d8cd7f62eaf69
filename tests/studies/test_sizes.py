"""The study of sizes: what grows is found from numbers, and processes are counted whole."""

import sys
from pathlib import Path

import pytest

from studies.sizes import table
from studies.sizes.models import LARGE, SERIES, find
from studies.sizes.study import ALL, KERAS, Exported, Sized
from studies.speed.clock import Clocked, clocked

BURN = "import time\nwhile time.process_time() < 1.0: pass\n"
FORK = f"""
import os, signal, sys, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits, as for the workers of a fork server
if os.fork() == 0:
    {BURN.strip().replace(chr(10), chr(10) + "    ")}
    time.sleep(1.0)
    os._exit(0)
time.sleep(3.0)
"""


@pytest.mark.parametrize("power", [0.5, 1.0, 2.0])
def test_the_exponent_is_that_of_the_growth_beyond_the_constant(power: float) -> None:
    extents = [1e5, 4e5, 1.6e6, 6.4e6]
    costs = [7 + 30 * (extent / 6.4e6) ** power for extent in extents]
    assert table.exponent(extents, costs) == pytest.approx(power, abs=0.06)


def test_the_models_are_as_large_as_they_say() -> None:
    for name, (weights, _) in SERIES["weights"].items():
        if weights < 2e6:
            assert find(name)().count_params() == weights
    for name, (count, _) in SERIES["layers"].items():
        if count < 30:
            kinds = [type(layer).__name__ for layer in find(name)().layers]
            assert kinds.count("Conv2D") == count
    assert find("mobilenet")().count_params() == 4_253_864  # Howard et al. 2017: 4.2 million
    assert set(LARGE) >= {"vgg16", "c3d", "dense_100m"}


@pytest.mark.parametrize("code", [BURN, FORK], ids=["itself", "a child that nobody waits for"])
def test_the_cpu_time_of_all_processes_is_counted(code: str, tmp_path: Path) -> None:
    found = clocked([sys.executable, "-c", code], tmp_path / "log")
    assert found.status == 0
    assert 0.8 < found.cpu_s < 3  # a second, and starting Python
    assert 1 << 20 < found.together_bytes < 200 << 20


def test_a_table_says_what_is_missing_and_how_cost_grows() -> None:
    def one(name: str, extent: int) -> Sized:
        ours = Clocked(wall_s=1, cpu_s=5 + extent / 1e6, together_bytes=extent, status=0)
        keras = Clocked(wall_s=1, cpu_s=4, together_bytes=2 * extent, status=1)
        ways = {
            ALL: Exported(clock=ours, passed=3, asked=4),
            KERAS: Exported(clock=keras, passed=None, asked=3),
        }
        return Sized(name=name, file_bytes=4 * extent, ways=ways)

    found = [one(name, extent) for name, (extent, _) in SERIES["weights"].items()]
    text = table.markdown(found, "a machine", "a command")
    assert "3 of 4" in text
    assert "stopped, 0.5 memory" in text
    assert "| all | 1.00 | 1.00 |" in text
