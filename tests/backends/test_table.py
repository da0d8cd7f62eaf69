from benchmarks.backends import table
from seqbench import Cell, Kind, Record, Status


def record(kind: Kind, runtime: str, batch_size: int | None, **fields: object) -> Record:
    cell = Cell(model="m", kind=kind, runtime=runtime, batch_size=batch_size)
    return Record(**{"cell": cell, "status": Status.PASS, **fields})  # type: ignore[arg-type]


def once(sample_s: float) -> dict[str, object]:
    return {"samples_s": (sample_s,), "samples_per_process": (1,)}


def test_a_row_says_what_was_measured_and_what_was_not() -> None:
    found = table.markdown(
        [
            record(
                Kind.TRAIN,
                "keras-jax",
                8,
                samples_s=(1e-3, 2e-3, 3e-3),
                samples_per_process=(3,),
                first_call_s=2.0,
                metrics={"loss": 0.5},
            ),
            record(Kind.INFER, "keras-jax", 32, **once(9e-3), first_call_s=9.0),
            record(Kind.INFER, "keras-jax", 1, **once(1e-5), first_call_s=0.25),
            record(Kind.VERIFY, "keras-jax", None, max_abs_error=1e-7, tolerance=1e-6),
            record(Kind.TRAIN, "keras-torch", 8, status=Status.UNAVAILABLE, reason="no torch"),
        ],
        "it",
    )
    assert "| m | jax | 2.00 ms | 2.00 s | 10.0 µs | 250 ms | pass, 10 % | loss 0.5000 |" in found
    assert "| m | torch | unavailable | unavailable | - | - | - | - |" in found
