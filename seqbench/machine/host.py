"""Facts of the machine that a record carries, read without any framework."""

import importlib.metadata
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

_facts: dict[str, Any] = {}


def host_facts() -> dict[str, Any]:
    """Return what stays the same for all records of this machine: CPU, memory, system, commit."""
    if not _facts:
        _facts.update(_find_facts())
    return dict(_facts)


def take_host_facts(found: Mapping[str, Any]) -> None:
    """Take over what another process has found: to look for it takes a program and a while."""
    _facts.clear()
    _facts.update(found)


def _find_facts() -> dict[str, Any]:
    return {
        "cpu": _cpu_name(),
        "cores": psutil.cpu_count(logical=False),
        "cpus": available_threads(),
        "memory_bytes": psutil.virtual_memory().total,
        "os": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "git_commit": git_commit(Path.cwd()),
    }


def available_threads() -> int:
    """Return the number of CPUs that this process may use: the threads that a runtime is given."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def record_facts(packages: tuple[str, ...], seed: int, given: int | None = None) -> dict[str, Any]:
    """Return the host's facts with the versions of `packages` and what this record was run with.

    `given` is the number of threads that a cell asks for, None for the usual one.
    """
    used = available_threads() if given is None else given
    return {**host_facts(), "versions": versions(packages), "threads": used, "seed": seed}


def versions(packages: tuple[str, ...]) -> dict[str, str]:
    """Return the installed version of each distribution, seqbench's own first."""
    found = {}
    for package in ("seqbench", *packages):
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


def git_commit(folder: Path) -> str | None:
    """Return the commit checked out in `folder`, `-dirty` where files differ; None outside git."""
    try:
        described = subprocess.run(
            ["git", "-C", str(folder), "describe", "--always", "--dirty", "--abbrev=12"],
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return described.stdout.strip() or None


def reset_peak_memory() -> None:
    """Let `peak_memory_bytes` start from what is resident now, on systems that can."""
    with suppress(OSError):  # not Linux, or a sandbox that forbids it: the peak is the process's
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def peak_memory_bytes() -> int:
    """Return this process's largest resident memory since `reset_peak_memory`, else since ever.

    The kernel keeps the mark by itself: to read it later disturbs nothing that is timed before.
    """
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    import resource  # noqa: PLC0415 - exists on POSIX only, where workers run

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def limit_memory() -> None:
    """Let this process ask for nine tenths of the memory that is free now, and be denied more.

    Without a limit the kernel grants more than there is, and then ends whichever process it likes.
    """
    import resource  # noqa: PLC0415 - exists on POSIX only, where workers run

    free = psutil.virtual_memory().available * 9 // 10 + psutil.Process().memory_info().vms
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    limit = free if most == resource.RLIM_INFINITY else min(free, most)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, most))


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
