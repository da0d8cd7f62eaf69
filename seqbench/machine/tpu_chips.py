"""TPUs that may be absent: what is published of each, to bound what is compiled for it."""

import importlib.util
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """One device of JAX on a TPU: a whole chip, or one TensorCore of it.

    Attributes:
        name: the device's name, as `tpu:v5e`.
        topology: the smallest slice of its kind, as libtpu calls it.
        of_chip: the part of a chip that one device of JAX is; the figures below are that part's.
        peak_flops_per_s: multiplications and additions a second in bfloat16, which is also how
            XLA multiplies float32 on a TPU unless told otherwise.
        hbm_bytes: size of its memory.
        hbm_bytes_per_s: how fast that memory is read and written.
        source: where these figures are published.

    """

    name: str
    topology: str
    of_chip: float
    peak_flops_per_s: float
    hbm_bytes: int
    hbm_bytes_per_s: float
    source: str


def _chip(
    kind: str, slice_: str, cores: int, flops_per_s: float, hbm_gib: int, hbm_bytes_per_s: float
) -> Chip:
    """Return one TensorCore of a chip, from the published figures of the whole chip."""
    return Chip(
        name=f"tpu:{kind}",
        topology=f"{kind}:{slice_}",
        of_chip=1 / cores,
        peak_flops_per_s=flops_per_s / cores,
        hbm_bytes=hbm_gib * 2**30 // cores,
        hbm_bytes_per_s=hbm_bytes_per_s / cores,
        source=f"https://docs.cloud.google.com/tpu/docs/{kind}",
    )


CHIPS: dict[str, Chip] = {
    chip.name: chip
    for chip in (
        _chip("v4", "1x1x1", 2, flops_per_s=275e12, hbm_gib=32, hbm_bytes_per_s=1200e9),
        _chip("v5e", "1x1", 1, flops_per_s=197e12, hbm_gib=16, hbm_bytes_per_s=819e9),
        _chip("v5p", "1x1x1", 1, flops_per_s=459e12, hbm_gib=95, hbm_bytes_per_s=2765e9),
        _chip("v6e", "1x1", 1, flops_per_s=918e12, hbm_gib=32, hbm_bytes_per_s=1638e9),
        _chip("tpu7x", "1x1x1", 2, flops_per_s=2307e12, hbm_gib=192, hbm_bytes_per_s=7380e9),
    )
}
"""Every chip that libtpu compiles for, by its device's name, oldest first.

The figures are those of "Key chip specifications" on the pages in `source`: peak compute per chip
(bf16), HBM capacity and HBM bandwidth. A v4 and a TPU7x chip have two TensorCores, each a device
of its own to the compiler with half of the chip's memory. The compiler keeps a part of the memory
for itself (it has 15.75 of v5e's 16 GiB) and says how much where a program does not fit.
"""

ENVIRONMENT = {
    "KERAS_BACKEND": "jax",
    "JAX_PLATFORMS": "cpu",  # a real TPU is left alone: here programs are only compiled
    "TPU_SKIP_MDS_QUERY": "1",  # libtpu else waits for Google Cloud's metadata server
    "TPU_WORKER_HOSTNAMES": "localhost",
    "TPU_ACCELERATOR_TYPE": "v5litepod-1",  # any: what is compiled for is the topology's
    "ALLOW_MULTIPLE_LIBTPU_LOAD": "1",  # it holds no chip, so two processes may have it
}
"""Variables of a process that compiles for a chip."""

HOW_TO_GET = "to compile for a TPU without one: `pip install 'seqbench[tpu]'`"


def missing_compiler_reason() -> str | None:
    """Return why nothing can be compiled for a TPU here; None where it can. Loads nothing."""
    lacking = [name for name in ("jax", "libtpu") if importlib.util.find_spec(name) is None]
    return f"{' and '.join(lacking)} not installed; {HOW_TO_GET}" if lacking else None
