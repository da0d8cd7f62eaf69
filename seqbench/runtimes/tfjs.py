"""TF.js: runs its models in a real browser, on its `wasm`, `cpu` or `webgl` backend."""

import itertools
import math
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from seqbench.core.errors import LoadError, Unavailable
from seqbench.measurement.loop import Budget, Timing
from seqbench.runtimes.browser import browser, packages
from seqbench.runtimes.browser.host import Host, JobError
from seqbench.runtimes.browser.shared import SharedHost
from seqbench.runtimes.runtime import Load, Runtime, Start
from seqbench.runtimes.session import Session, Tensor, in_batches, tensor
from seqbench.runtimes.tfjs_model import describe

Backend = Literal["wasm", "cpu", "webgl"]

FLAGS = {"cpu": ("--use-angle=swiftshader",), "gpu": ()}
"""Flags of the browser for a device: on the CPU, WebGL means its software renderer."""

_SOFTWARE = re.compile(r"swiftshader|llvmpipe|softpipe|software|basic render", re.IGNORECASE)
_sessions = itertools.count(1)

BLOCK_S = 0.025
"""Shortest block: asking a page for one takes some milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TfjsSession:
    """A graph model or a layers model in a page of its own.

    Attributes:
        input: the model's one input.
        output: the model's one output.
        ran_on: `gpu` for webgl on a GPU, else `cpu`: also for webgl on a software renderer.
        facts: what the page found: user_agent, clock_step_s, for wasm simd and threads, for webgl
            the renderer.
        notes: what a reader of the verdict should know of how the artifact is asked.

    """

    input: Tensor
    output: Tensor
    ran_on: str
    facts: dict[str, Any]
    notes: tuple[str, ...] = ()
    _inner: tuple[str, ...] = field(repr=False)
    _host: Host | SharedHost = field(repr=False)
    _number: int = field(repr=False)
    _prefix: str = field(repr=False)

    @property
    def device_memory_bytes(self) -> None:
        """None: a page is not told what it takes of a device."""

    def run(self, x: np.ndarray) -> np.ndarray:
        """Return the output for one batch; a fixed batch size is served in several calls.

        Raises:
            ValueError: the batch is not of the input's shape and dtype.
            RuntimeError: the run failed; the message is TF.js's.
            TimeoutError: the page did not answer.

        """
        self._check(x)
        outputs = []
        for part in in_batches(x, self._batch):
            answer, data = self._ask("run", [part])
            outputs.append(np.frombuffer(data, answer["dtype"]).reshape(answer["shape"]))
        return np.concatenate(outputs)[: len(x)] if self.input.shape else outputs[0].copy()

    def measure(self, xs: Sequence[np.ndarray], budget: Budget) -> Timing:
        """Time calls on the batches `xs` (of one shape) in turn, each to its end at the host.

        The page does what `seqbench.measurement.loop.measure` does.

        Raises:
            ValueError, RuntimeError, TimeoutError: as `run`.

        """
        for x in xs:
            self._check(x)
        cut = [in_batches(x, self._batch) for x in xs]
        parts = [part for batches in cut for part in batches]
        limits = {name: getattr(budget, name) for name in Budget.__slots__}
        told_s = budget.warmup_s + budget.measure_s
        answer, data = self._ask("measure", parts, told_s, parts_per_call=len(cut[0]), **limits)
        told = answer.pop("output")
        found = np.frombuffer(data, told["dtype"]).reshape(len(xs), -1, *told["shape"][1:])
        return Timing(
            **{**answer, "samples_s": tuple(answer["samples_s"])},
            cpu_s=None,  # a browser's processes work for more than this call
            outputs=tuple(output[: len(x)] for x, output in zip(xs, found, strict=True)),
        )

    def in_blocks(
        self, xs: Sequence[np.ndarray], warmup_s: float
    ) -> Callable[[float], Sequence[float]]:
        """Warm up; return what times one block of at least `BLOCK_S` in the page.

        Raises:
            ValueError, RuntimeError, TimeoutError: as `run`; what is returned does so too.

        """
        once = Budget(warmup_s=warmup_s, measure_s=0, min_samples=1, max_samples=1)
        self.measure(xs, once)

        def block(block_s: float) -> Sequence[float]:
            time = max(block_s, BLOCK_S)
            budget = Budget(warmup_s=0, measure_s=time, min_samples=3, max_samples=10**9)
            return self.measure(xs, budget).samples_s

        return block

    def tensors(self, x: np.ndarray) -> list[np.ndarray]:
        """Return every tensor on the way to the output, those inside of loops left out.

        Raises:
            ValueError, RuntimeError, TimeoutError: as `run`.

        """
        self._check(x)
        answer, data = self._ask("tensors", [x], names=list(self._inner))
        found, start = [], 0
        for entry in answer["tensors"]:
            count = math.prod(entry["shape"])
            value = np.frombuffer(data, entry["dtype"], count, start)
            found.append(value.reshape(entry["shape"]))
            start += value.nbytes
        return found

    def close(self) -> None:
        """Remove the model's page."""
        self._host.withdraw(self._prefix)
        with suppress(JobError, RuntimeError):  # a page that crashed holds nothing any more
            self._host.ask({"kind": "close", "session": self._number})

    @property
    def _batch(self) -> int | None:
        return self.input.shape[0] if self.input.shape else None

    def _check(self, x: np.ndarray) -> None:
        """Refuse an array that is not as declared, but for the number of its rows."""
        want, have = self.input.shape, x.shape
        fits = len(want) == len(have) and all(
            size in (None, found) for size, found in zip(want[1:], have[1:], strict=True)
        )
        if not fits or x.dtype.name != self.input.dtype:
            msg = (
                f"input {self.input.name} takes {self.input.dtype} of shape {want}, "
                f"got {x.dtype.name} of shape {have}"
            )
            raise ValueError(msg)

    def _ask(
        self, kind: str, xs: Sequence[np.ndarray], told_s: float = 0.0, **values: object
    ) -> tuple[dict[str, Any], bytes]:
        job = {"kind": kind, "session": self._number, "count": len(xs), **values}
        job |= {"dtype": self.input.dtype, "shape": xs[0].shape}
        try:
            return self._host.ask(job, b"".join(x.tobytes() for x in xs), told_s)
        except JobError as error:
            msg = f"TF.js failed to {kind} the model: {error}"
            raise RuntimeError(msg) from error


def open_session(artifact: Path, backend: Backend, host: Host | SharedHost) -> TfjsSession:
    """Load a model, its folder or its model.json, into a fresh page of the host's browser.

    Raises:
        LoadError: the artifact cannot be loaded.
        Unavailable: the browser has no such backend.
        RuntimeError, TimeoutError: the browser crashed, or does not answer.

    """
    described = describe(artifact)
    folder = artifact if artifact.is_dir() else artifact.parent
    try:
        prefix = host.share(folder, described.files)
    except ValueError as error:
        msg = f"{folder / described.file} names a weights file outside: {error}"
        raise LoadError(msg) from error
    number = next(_sessions)
    job = {
        "kind": "open",
        "session": number,
        "name": "/".join(folder.absolute().parts[-2:]),
        "backend": backend,
        "files": prefix,
        "file": described.file,
        "input": described.input and described.input.name,
        "asynchronous": described.asynchronous,
    }
    try:
        answer, _ = host.ask(job)
        source = described.input or _only(answer["inputs"], "inputs")
        sink = described.output or _only(answer["outputs"], "outputs")
    except BaseException as error:
        host.withdraw(prefix)
        if not isinstance(error, JobError):
            raise
        if error.stage == "backend":
            msg = f"the browser offers no {backend}: {error}"
            raise Unavailable(msg) from error
        msg = f"TF.js cannot load {artifact}: {error}"
        raise LoadError(msg) from error
    facts = answer["facts"]
    hardware = backend == "webgl" and not _SOFTWARE.search(facts["renderer"])
    return TfjsSession(
        input=source,
        output=sink,
        ran_on="gpu" if hardware else "cpu",
        facts=facts,
        notes=described.notes,
        _inner=described.inner,
        _host=host,
        _number=number,
        _prefix=prefix,
    )


def _only(told: Sequence[dict[str, Any]], kind: str) -> Tensor:
    """Return the one tensor among a layers model's inputs or outputs, as the page tells them.

    Raises:
        LoadError: there are several, or it is of no numbers that can be sent to the page.

    """
    if len(told) != 1:
        names = ", ".join(entry["name"] for entry in told)
        raise LoadError(f"the layers model has {len(told)} {kind} ({names}), expected one")
    found = tensor(told[0])
    if found.dtype not in ("float32", "int32", "bool"):
        raise LoadError(f"{found.name} is {found.dtype}, which is no type of numbers in TF.js")
    return found


def _start(backend: Backend) -> Start:
    """Return a runtime's `start`: one browser for all models, started when the first is loaded."""

    @contextmanager
    def start(shared: Path | None = None) -> Iterator[Load]:
        hosts: dict[str, Host | SharedHost] = {}
        with ExitStack() as stack:

            def load(artifact: Path, device: str, threads: int) -> Session:  # noqa: ARG001
                # TF.js picks its own number of threads, as it does for its users: see `facts`.
                if device not in hosts:
                    flags = FLAGS[device]
                    if shared is None:
                        hosts[device] = stack.enter_context(Host(flags=flags))
                    else:
                        hosts[device] = stack.enter_context(SharedHost(shared, flags))
                session = open_session(artifact, backend, hosts[device])
                if device == "gpu" and session.ran_on != "gpu":
                    session.close()
                    msg = f"WebGL has no GPU here, its renderer is {session.facts['renderer']}"
                    raise Unavailable(msg)
                return session

            yield load

    return start


def _missing_program() -> str | None:
    """Return why there is no browser with TF.js here, and how to get it; None where there is."""
    try:
        browser.require()
        packages.scripts()
    except Unavailable as error:
        return str(error)
    return None


def _runtime(backend: Backend, devices: tuple[str, ...]) -> Runtime:
    return Runtime(
        name=f"tfjs-{backend}",
        target="tfjs",
        summary=f"TF.js in a browser, {backend} backend",
        packages=("numpy",),
        needs=None,
        devices=devices,
        start=_start(backend),
        imports=None,
        default=backend == "wasm",
        own_process=True,
        missing_program=_missing_program,
    )


WASM = _runtime("wasm", ("cpu",))
CPU = _runtime("cpu", ("cpu",))
WEBGL = _runtime("webgl", ("cpu", "gpu"))
