import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from seqbench.machine import nvidia


def test_without_the_package_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert nvidia.facts() == {"problem": nvidia.HOW_TO_GET}
    assert nvidia.used_bytes() is None


def test_a_card_is_described_where_there_is_one_and_else_the_reason_is_given() -> None:
    found = nvidia.facts()
    if not list(Path("/dev").glob("nvidia[0-9]*")):
        assert nvidia.used_bytes() is None
        assert found["problem"].startswith("NVML says: NVMLError_LibraryNotFound")
        return
    assert found["memory_bytes"] > 1e9
    assert 1e8 < found["clocks_hz"]["sm"] < 1e10
    assert 0 <= found["busy_share"] <= 1


def test_the_memory_of_this_process_is_its_own() -> None:
    def process(pid: int, size: int | None) -> SimpleNamespace:
        return SimpleNamespace(pid=pid, usedGpuMemory=size)

    def card(*processes: SimpleNamespace) -> SimpleNamespace:
        return SimpleNamespace(nvmlDeviceGetComputeRunningProcesses=lambda _: list(processes))

    other, mine = process(os.getpid() + 1, 1 << 20), process(os.getpid(), 1 << 30)
    assert nvidia._used(card(other, mine), None) == {"used_bytes": 1 << 30}
    assert nvidia._used(card(other), None) == {"used_bytes": None}
