"""A timed cell's test: real calls under pytest-benchmark's fixture."""

from contextlib import closing
from itertools import cycle
from typing import Any

from seqbench.core.record import Cell, Status
from seqbench.engine.jobs import timed
from seqbench.engine.jobs.context import explain_exception, refuse_elsewhere
from seqbench.machine.clock import clock
from seqbench.models.snapshot import Origin
from seqbench.pytest_plugin.outcomes import NotPassedError, conclude
from seqbench.pytest_plugin.runs import Runs
from seqbench.reports.pytest_benchmark import extra_info, fullname, group, parameter, params
from seqbench.runtimes import RUNTIMES, LocalSession, Session

_page_s = [0.0]
"""Seconds that all calls in pages have taken so far."""


def page_clock() -> float:
    """Return a time that goes by what browsers' pages have measured, the timer of their tests."""
    return _page_s[0]


def _replay(sample_s: float) -> None:
    """Let a call's time pass."""
    _page_s[0] += sample_s


def runs_in_page(cell: Cell) -> bool:
    """Return whether the cell's calls are timed in a browser."""
    runtime = RUNTIMES.get(cell.runtime or "")
    return runtime is not None and runtime.own_process


def infer(benchmark: Any, runs: Runs, source: Origin, cell: Cell) -> None:
    """Time a cell with the fixture; its name there is the one that exported runs have."""
    conclude(*(runs.hindrance(source, cell) or (Status.PASS, None)))
    benchmark.group, benchmark.fullname = group(cell), fullname(cell)
    benchmark.param, benchmark.params = parameter(cell), params(cell)
    benchmark.extra_info |= extra_info(cell, runs.records(source))
    try:
        load, artifact = runs.load(cell.runtime or ""), runs.artifact(source, cell)
        opened = timed.open_session(load, artifact, cell)
        benchmark.extra_info["load_s"] = opened.load_s
        with closing(opened.session) as session:
            _time(benchmark, session, runs, source, cell)
            ran_on = session.ran_on
    except NotPassedError:
        raise
    except Exception as error:  # noqa: BLE001 - any exception is a verdict, as in a run
        conclude(*explain_exception(error))
    else:
        benchmark.extra_info["ran_on"] = ran_on
        _pass_unless(refuse_elsewhere(cell, ran_on))


def _time(benchmark: Any, session: Session, runs: Runs, source: Origin, cell: Cell) -> None:
    """Time a session, and fail where what the timed calls give is wrong."""
    cases = timed.timed_cases(runs.answers(source), cell)
    xs = [case.x.astype(session.input.dtype) for case in cases]
    if isinstance(session, LocalSession):
        call, feeds = session.bound(xs)
        start = clock()
        call(feeds[0])
        benchmark.extra_info["first_call_s"] = clock() - start
        for feed in feeds:
            call(feed)
        turns = cycle(feeds)  # so that nothing caches an answer
        benchmark(lambda: call(next(turns)))
        outputs = tuple(call(feed) for feed in feeds)
    else:
        timing = session.measure(xs, runs.budget)
        benchmark.extra_info |= {
            "first_call_s": timing.first_call_s,
            "calls_per_sample": timing.calls_per_sample,
        }
        samples, count = iter(timing.samples_s), len(timing.samples_s)
        benchmark.pedantic(lambda: _replay(next(samples)), rounds=count, iterations=1)
        outputs = tuple(timing.outputs)
    _pass_unless(timed.find_fault(cases, outputs, cell.variant))


def _pass_unless(fault: str | None) -> None:
    conclude(Status.PASS if fault is None else Status.FAIL, fault)
