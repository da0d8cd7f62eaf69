"""What every runtime gives back when it has loaded a model."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from seqbench.measurement.loop import Budget, Timing, in_blocks, measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensor:
    """An input or output as the artifact declares it.

    Attributes:
        name: its name in the artifact.
        shape: its dimensions, batch first; None where it can vary.
        dtype: numpy's name of its element type, `string` for text.

    """

    name: str
    shape: tuple[int | None, ...]
    dtype: str


def dtype_name(dtype: Any) -> str:
    """Return how a numpy type is called here: TensorFlow's text is made of Python objects."""
    found = np.dtype(dtype)
    return "string" if found.kind == "O" else found.name


def say_judged(kind: str, names: Sequence[str], judged: str) -> tuple[str, ...]:
    """Return which of several signatures or outputs is judged; nothing where there is one."""
    if len(names) < 2:
        return ()
    return (f"of its {len(names)} {kind} ({', '.join(names)}) {judged!r} is judged",)


def tensor(flat: Mapping[str, Any]) -> Tensor:
    """Return the tensor that `dataclasses.asdict` and JSON made of one."""
    return Tensor(**{**flat, "shape": tuple(flat["shape"])})


class Session(Protocol):
    """A loaded model in its runtime."""

    @property
    def input(self) -> Tensor:
        """The model's one input."""

    @property
    def output(self) -> Tensor:
        """The model's one output."""

    @property
    def ran_on(self) -> str:
        """The device on which the last batch really ran: `cpu`, `gpu` or `tpu`."""

    @property
    def facts(self) -> Mapping[str, Any]:
        """What the runtime says of itself here, as JSON values; it goes into records."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the verdict should know of how the artifact is asked, a line each."""

    @property
    def device_memory_bytes(self) -> int | None:
        """The most of a device's own memory that was in use; None where it has or tells none."""

    def run(self, x: np.ndarray) -> np.ndarray:
        """Return the output for one batch; a fixed batch size is served in several calls."""

    def measure(self, xs: Sequence[np.ndarray], budget: Budget) -> Timing:
        """Time calls on the batches `xs` (of one shape) in turn, each to its end at the host."""

    def in_blocks(
        self, xs: Sequence[np.ndarray], warmup_s: float
    ) -> Callable[[float], Sequence[float]]:
        """Warm up; return what times one block of about so many seconds: see `loop.in_blocks`."""

    def tensors(self, x: np.ndarray) -> list[np.ndarray]:
        """Return every tensor of numbers that the runtime shows on its way to the output.

        `x` is one batch of the size that the artifact takes. Loops and functions show only what
        comes out of them.
        """

    def close(self) -> None:
        """Free what the session holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalSession:
    """A session in this process.

    Attributes:
        input: the model's one input.
        output: the model's one output.
        device_used: tells, once a batch has run, on which device it did.
        prepare: makes of one batch what `call` is fed; what can be done before the call is. It
            can be fed until a batch of another shape is prepared.
        call: runs one batch and returns its output as an array at the host.
        all_tensors: returns every tensor on the way from one batch to its output; none where the
            runtime shows none.
        memory: returns the most of the device's own memory that was in use, once a batch has run;
            None where it has or tells none.
        facts: what the runtime says of itself here.
        around: makes the context of calls, which says of an exception what it means.
        notes: what a reader of the verdict should know of how the artifact is asked.

    """

    input: Tensor
    output: Tensor
    device_used: Callable[[], str]
    prepare: Callable[[np.ndarray], Any]
    call: Callable[[Any], np.ndarray]
    all_tensors: Callable[[np.ndarray], list[np.ndarray]] = lambda _: []
    memory: Callable[[], int | None] = lambda: None
    facts: Mapping[str, Any] = field(default_factory=dict)
    around: Callable[[], AbstractContextManager[None]] = nullcontext
    notes: tuple[str, ...] = ()

    @property
    def ran_on(self) -> str:
        """The device on which the last batch really ran."""
        return self.device_used()

    @property
    def device_memory_bytes(self) -> int | None:
        """The most of the device's own memory that was in use."""
        return self.memory()

    def run(self, x: np.ndarray) -> np.ndarray:
        """Return the output for one batch."""
        with self.around():
            call, (feed,) = self.bound([x])
            return call(feed)

    def measure(self, xs: Sequence[np.ndarray], budget: Budget) -> Timing:
        """Time calls on the batches `xs` in turn."""
        with self.around():
            return measure(*self.bound(xs), budget)

    def in_blocks(
        self, xs: Sequence[np.ndarray], warmup_s: float
    ) -> Callable[[float], Sequence[float]]:
        """Warm up; return what times one block of calls on the batches `xs` in turn."""
        with self.around():
            return in_blocks(*self.bound(xs), warmup_s)

    def tensors(self, x: np.ndarray) -> list[np.ndarray]:
        """Return every tensor on the way to the output."""
        return self.all_tensors(x)

    def close(self) -> None:
        """Free nothing: the process ends with its session."""

    def bound(self, xs: Sequence[np.ndarray]) -> tuple[Callable[[Any], np.ndarray], list[Any]]:
        """Return a call and what to feed it for each of the batches `xs` (of one shape).

        A batch is run in parts where the artifact's size is fixed.
        """
        size, rows = self.input.shape[0], len(xs[0])
        if size in (None, rows):
            return self.call, [self.prepare(x) for x in xs]

        def call(parts: Sequence[Any]) -> np.ndarray:
            return np.concatenate([self.call(part) for part in parts])[:rows]

        return call, [[self.prepare(part) for part in in_batches(x, size)] for x in xs]


def in_batches(x: np.ndarray, size: int | None) -> list[np.ndarray]:
    """Cut `x` into batches of a fixed size, the last filled up by its last row; None: no cut."""
    if size is None or size == len(x):
        return [x]
    padding = -len(x) % size
    padded = np.concatenate([x, np.repeat(x[-1:], padding, axis=0)]) if padding else x
    return [padded[i : i + size] for i in range(0, len(padded), size)]
