"""What NVIDIA's own library says of the GPU: its name, its clocks, and who else uses it."""

import os
from collections.abc import Callable
from typing import Any

from seqbench.core.errors import one_line

HOW_TO_GET = "nvidia-ml-py is not installed: run `pip install 'seqbench[gpu]'`"


def facts(index: int = 0) -> dict[str, Any]:
    """Return what is known of a GPU now, as JSON values; else only `problem`, with the reason.

    `name`, `driver`, `memory_bytes`, `clocks_hz` (now, by `sm` and `memory`), `busy_share` (of the
    last sample period, this process's own work included), and `other_processes`, by number.

    Source: the NVML API reference; clocks come in MHz, utilization in percent.
    """
    return _asked(_facts, index)


def used_bytes(index: int = 0) -> int | None:
    """Return how much of a GPU's memory this process has now; None where that is not told."""
    found: int | None = _asked(_used, index).get("used_bytes")
    return found


def _asked(question: Callable[[Any, Any], dict[str, Any]], index: int) -> dict[str, Any]:
    """Return what NVML answers of a card; `problem`, with the reason, where it cannot be asked."""
    try:
        import pynvml
    except ImportError:
        return {"problem": HOW_TO_GET}
    try:
        pynvml.nvmlInit()
        try:
            return question(pynvml, pynvml.nvmlDeviceGetHandleByIndex(index))
        finally:
            pynvml.nvmlShutdown()
    except pynvml.NVMLError as error:
        return {"problem": f"NVML says: {one_line(error)}"}


def _used(nvml: Any, card: Any) -> dict[str, Any]:
    mine = [
        process.usedGpuMemory
        for process in nvml.nvmlDeviceGetComputeRunningProcesses(card)
        if process.pid == os.getpid()
    ]
    return {"used_bytes": mine[0] if mine else None}


def _facts(nvml: Any, card: Any) -> dict[str, Any]:
    clocks = {"sm": nvml.NVML_CLOCK_SM, "memory": nvml.NVML_CLOCK_MEM}
    users = {process.pid for process in nvml.nvmlDeviceGetComputeRunningProcesses(card)}
    return {
        "name": nvml.nvmlDeviceGetName(card),
        "driver": nvml.nvmlSystemGetDriverVersion(),
        "memory_bytes": nvml.nvmlDeviceGetMemoryInfo(card).total,
        "clocks_hz": {
            name: nvml.nvmlDeviceGetClockInfo(card, kind) * 1_000_000
            for name, kind in clocks.items()
        },
        "busy_share": nvml.nvmlDeviceGetUtilizationRates(card).gpu / 100,
        "other_processes": sorted(users - {os.getpid()}),
    }
