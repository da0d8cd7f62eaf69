"""Compiling for a TPU that is not here: does a program compile, does it fit, what bounds it?

This shows "compiles and fits", never "runs in": nothing runs.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seqbench.core.errors import Unsupported, one_line
from seqbench.machine.clock import clock
from seqbench.machine.tpu_chips import Chip
from seqbench.measurement.tpu.programs import Program, single_layer, unrolled

if TYPE_CHECKING:
    import keras

_SIZES = re.compile(
    r"\((?P<needed>[\d.]+[KMGT]?)\) exceeds available HBM \((?P<there>[\d.]+[KMGT]?)\)"
)
"""How libtpu says that a program is too large, as of 0.0.42."""


class TooLargeError(Exception):
    """The program does not fit into the chip's memory; the message has both sizes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """What the compiler says of a program, and what follows from the chip's published figures.

    Attributes:
        flops: floating-point operations of a call, as XLA counts them before it optimises, with
            recurrent layers written out step by step: XLA counts the body of a loop once.
        loops: whether a loop is left all the same, so that `flops` is too few.
        bytes_accessed: bytes that the compiled program's operations read and write, as XLA counts
            them; a loop's body is counted once.
        moved_bytes: what at least goes through the memory: arguments and results.
        argument_bytes, output_bytes, temporary_bytes, code_bytes: the program's memory on the chip.
        peak_bytes: its largest memory at a time.
        hbm_bytes: the chip's memory, of which the compiler keeps a part.
        trace_s, compile_s: seconds that tracing and compiling took on this machine.
        bound_s: seconds that a call takes at least: the larger of flops over the chip's peak and
            moved_bytes over its memory's speed.
        bound_by: which of the two it is, `compute` or `memory`.
        source: where the chip's figures are published.

    """

    flops: float
    loops: bool
    bytes_accessed: float
    moved_bytes: int
    argument_bytes: int
    output_bytes: int
    temporary_bytes: int
    code_bytes: int
    peak_bytes: int
    hbm_bytes: int
    trace_s: float
    compile_s: float
    bound_s: float
    bound_by: str
    source: str


def compile_for(chip: Chip, model: "keras.Sequential", program: Program) -> Compiled:
    """Compile a program of a model for a chip.

    Raises:
        TooLargeError: it does not fit into the chip's memory.
        Unsupported: JAX or XLA:TPU refuses an operation; the message names the layer.

    """
    start = clock()
    try:
        lowered = _lowered(chip, program)
        traced = clock()
        compiled = lowered.compile()
    except Exception as error:
        _translate(chip, model, program, error)
        raise
    compile_s = clock() - traced
    flops, loops = count(model, program)
    memory = compiled.memory_analysis()
    compute_s = flops / chip.peak_flops_per_s
    memory_s = program.moved_bytes / chip.hbm_bytes_per_s
    return Compiled(
        flops=flops,
        loops=loops,
        bytes_accessed=compiled.cost_analysis()["bytes accessed"],
        moved_bytes=program.moved_bytes,
        argument_bytes=memory.argument_size_in_bytes,
        output_bytes=memory.output_size_in_bytes,
        temporary_bytes=memory.temp_size_in_bytes,
        code_bytes=memory.generated_code_size_in_bytes,
        peak_bytes=memory.peak_memory_in_bytes,
        hbm_bytes=chip.hbm_bytes,
        trace_s=traced - start,
        compile_s=compile_s,
        bound_s=max(compute_s, memory_s),
        bound_by="compute" if compute_s > memory_s else "memory",
        source=chip.source,
    )


def count(model: "keras.Sequential", program: Program) -> tuple[float, bool]:
    """Return the floating-point operations of a call, and whether a loop in it hides some."""
    import jax

    with unrolled(model):
        traced = jax.jit(program.function()).trace(*program.arguments)
    written = str(traced.jaxpr)
    loops = any(f" {loop}[" in written for loop in ("scan", "while"))
    return float(traced.lower().cost_analysis()["flops"]), loops


def _lowered(chip: Chip, program: Program) -> Any:
    import jax
    from jax.experimental import topologies

    topology = topologies.get_topology_desc(
        platform="tpu", topology_name=chip.topology, chips_per_host_bounds=(1, 1, 1)
    )
    sharding = jax.sharding.SingleDeviceSharding(topology.devices[0])
    placed = jax.tree.map(
        lambda leaf: jax.ShapeDtypeStruct(leaf.shape, leaf.dtype, sharding=sharding),
        program.arguments,
    )
    return jax.jit(program.function(), donate_argnums=program.donated).lower(*placed)


def _translate(chip: Chip, model: "keras.Sequential", program: Program, error: Exception) -> None:
    """Raise what the exception of JAX or of the compiler means, where that is known."""
    import jax

    text = str(error)
    if "RESOURCE_EXHAUSTED" in text:
        sizes = _SIZES.search(text)
        if sizes is None:
            raise TooLargeError(one_line(error)) from error
        msg = f"needs {_size(sizes['needed'])} of memory, {chip.name} has {_size(sizes['there'])}"
        raise TooLargeError(msg) from error
    refused = (NotImplementedError, jax.errors.JAXTypeError, jax.errors.JaxRuntimeError)
    if isinstance(error, refused) and not text.startswith("INTERNAL"):
        found = _culprit(chip, model, program, refused)
        where, why = found or (f"model {model.name!r}", error)
        raise Unsupported(f"{where}: {chip.name} refuses it: {one_line(why)}") from error


def _culprit(
    chip: Chip, model: "keras.Sequential", program: Program, refused: tuple[type[Exception], ...]
) -> tuple[str, Exception] | None:
    """Compile each layer alone, and return the name of the first that is refused, and why."""
    for layer in model.layers:
        part = single_layer(layer, 1, differentiated=bool(program.donated))
        try:
            if part is not None:
                _lowered(chip, part).compile()
        except refused as error:
            return f"layer {layer.name!r} ({type(layer).__name__})", error
    return None


def _size(text: str) -> str:
    """Return libtpu's `15.87G` as `15.87 GiB`."""
    unit = text[-1]
    return f"{text[:-1]} {unit}iB" if unit in "KMGT" else f"{text} B"
