"""Files whose axes stand in another order than the model's: asked through a transposition.

A converter may move an image's channels before its height and width, as PyTorch and many ONNX tools
have them (tf2onnx's `inputs_as_nchw` and `outputs_as_nchw`).
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from seqbench.core.errors import LoadError
from seqbench.runtimes.session import LocalSession, Session, Tensor


def in_models_order(session: Session, x: np.ndarray, own: np.ndarray) -> Session:
    """Return a session that takes and gives the axes in the model's order.

    Where the declared sizes fit both orders, the file is in that whose answer is nearer to the
    model's.

    Args:
        session: the loaded artifact.
        x: a batch in the model's order, shape (rows, ...).
        own: the model's answer to it, shape (rows, ...).

    Raises:
        LoadError: the input that the artifact declares fits the model in neither order.

    """
    ways = list(_ways(session, x.shape, own.shape))
    if not ways:
        shape, moved = x.shape[1:], _moved(x.shape)[1:]
        also = f", nor {(None, *moved)}, its channels first" if moved != shape else ""
        msg = (
            f"contract: the input's shape is {session.input.shape}, which is not the model's "
            f"{(None, *shape)}{also}"
        )
        raise LoadError(msg)
    if len(ways) > 1:
        ways.sort(key=lambda way: _distance(way, x, own))
    return ways[0]


def _ways(session: Session, x: tuple[int, ...], own: tuple[int, ...]) -> Iterator[Session]:
    """Yield the session as it is, and with channels moved, as far as declared sizes allow."""
    outputs = _orders(session.output.shape, own) or [False]  # the answer itself is judged later
    for input_first in _orders(session.input.shape, x):
        for output_first in outputs:
            if not (input_first or output_first):
                yield session
            elif isinstance(session, LocalSession):
                yield _transposing(session, input_first=input_first, output_first=output_first)
            else:
                raise LoadError(f"contract: {_say(session.input)}, which is judged of files alone")


def _orders(declared: tuple[int | None, ...], shape: tuple[int, ...]) -> list[bool]:
    """Return whether channels come first, each answer that the sizes behind the batch allow."""
    if not declared:  # TensorFlow does not know
        return [False]
    orders = [(False, shape), *([(True, _moved(shape))] if len(shape) > 2 else [])]
    return [first for first, sizes in orders if fits(declared, sizes)]


def fits(declared: tuple[int | None, ...], shape: tuple[int, ...]) -> bool:
    """Whether a batch of any number of rows has the sizes that an artifact declares."""
    return len(declared) == len(shape) and all(
        size in (None, found) for size, found in zip(declared[1:], shape[1:], strict=True)
    )


def _moved(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return a shape with its channels behind the batch; one of two axes as it is."""
    return (*shape[:1], *shape[-1:], *shape[1:-1]) if len(shape) > 2 else shape


def _transposing(session: LocalSession, *, input_first: bool, output_first: bool) -> Session:
    """Return a session of which the input, the output or both are moved."""

    def to_file(x: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(np.moveaxis(x, -1, 1)) if input_first else x

    def from_file(y: np.ndarray) -> np.ndarray:
        return np.moveaxis(y, 1, -1) if output_first and y.ndim > 2 else y

    sides = [("input", session.input)] * input_first + [("output", session.output)] * output_first
    told = " and ".join(f"the {side} has {_say(tensor)}" for side, tensor in sides)
    return replace(
        session,
        input=_last(session.input) if input_first else session.input,
        output=_last(session.output) if output_first else session.output,
        prepare=lambda x: session.prepare(to_file(x)),
        call=lambda feed: from_file(session.call(feed)),
        all_tensors=lambda x: session.all_tensors(to_file(x)),
        notes=(*session.notes, f"{told}: it is asked through a transposition"),
    )


def _say(tensor: Tensor) -> str:
    return f"its channels first, {tensor.shape}, where the model's are last"


def _last(tensor: Tensor) -> Tensor:
    first, channels, *others = tensor.shape
    return replace(tensor, shape=(first, *others, channels))


def _distance(session: Session, x: np.ndarray, own: np.ndarray) -> float:
    """Return how far an answer is from the model's; infinite where there is none to compare."""
    try:
        found = session.run(x.astype(session.input.dtype))
    except Exception:  # noqa: BLE001 - a runtime refuses the wrong order in words of its own
        return float("inf")
    if found.shape != own.shape:
        return float("inf")
    apart = np.abs(found.astype(np.float64) - own.astype(np.float64))
    return float(np.nan_to_num(apart, nan=np.inf).max(initial=0.0))
