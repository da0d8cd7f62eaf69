"""Programs compiled for chips that are not here, by the real compiler, in real processes."""

import pytest

from seqbench import Record, Status, api
from seqbench.engine.jobs import compiling
from seqbench.machine.tpu_chips import CHIPS
from seqbench.models import arithmetic

pytestmark = pytest.mark.slow

MODELS = '''
import keras
from seqbench import Scenario
from seqbench.core.scenario import Data, Training


class Eigen(keras.layers.Layer):
    """Eigenvalues of each example."""

    def call(self, x):
        return keras.ops.abs(keras.ops.eig(x)[0])


def wide():
    return keras.Sequential([keras.Input((64,)), keras.layers.Dense(8)])


def eigen():
    return keras.Sequential([keras.Input((4, 4)), Eigen(name="spectrum")])


def free():
    return keras.Sequential([keras.Input((None, 3)), keras.layers.GRU(4)])


def text():
    return keras.Sequential(
        [keras.Input((1,), dtype="string"), keras.layers.StringLookup(vocabulary=["a"])]
    )


huge = Scenario(name="huge", summary="", build=wide, batch_sizes=(2**28,))
'''

COUNTED = ("dense_64_10", "lstm_series", "bigru_text")
"""Scenarios whose arithmetic XLA and `models.arithmetic` count alike: they pad no convolution."""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Record]:
    folder = tmp_path_factory.mktemp("ahead")
    (folder / "models.py").write_text(MODELS)
    own = [f"{folder / 'models.py'}:{name}" for name in ("huge", "eigen", "free", "text")]
    records = api.run([*COUNTED, *own], out=folder / "run", devices=("tpu:v5e",))
    return {record.cell.key: record for record in records}


def of(found: dict[str, Record], model: str, kind: str, batch: int) -> Record:
    return found[f"{model}.{kind}.keras-jax.tpu-v5e.fp32.b{batch}"]


def test_a_program_that_fits_passes_and_is_no_timing(found: dict[str, Record]) -> None:
    record = of(found, "dense_64_10", "compile", 32)
    assert record.status is Status.PASS, record.reason
    assert record.samples_s == ()
    assert (record.first_call_s, record.ran_on) == (None, None)
    told = record.details["compiled"]
    weights = 4 * (64 * 100 + 100 + 100 * 10 + 10)
    assert weights < told["argument_bytes"] < told["peak_bytes"] * 4
    assert told["hbm_bytes"] == 16 * 2**30
    assert told["bytes_accessed"] > weights
    assert told["compile_s"] > 0
    assert record.machine["versions"]["libtpu"] != "not installed"


def test_the_bound_is_the_larger_of_compute_and_memory(found: dict[str, Record]) -> None:
    for record in found.values():
        if record.status is Status.PASS:
            told = record.details["compiled"]
            compute_s, memory_s = told["flops"] / 197e12, told["moved_bytes"] / 819e9
            assert told["bound_s"] == pytest.approx(max(compute_s, memory_s))
            assert told["bound_by"] == ("compute" if compute_s > memory_s else "memory")


@pytest.mark.parametrize("name", COUNTED)
def test_flops_count_every_step_of_a_loop(found: dict[str, Record], name: str) -> None:
    from seqbench.models.loading import load
    from seqbench.models.source import resolve

    ours = arithmetic.work(load(resolve(name)).build())
    assert ours is not None
    inferred = of(found, name, "compile", 32).details["compiled"]
    trained = of(found, name, "compile-train", 32).details["compiled"]
    assert not inferred["loops"]
    # XLA counts a sigmoid as several operations and a mask's choice as one; products are alike.
    assert inferred["flops"] == pytest.approx(32 * ours.flops, rel=0.04)
    # Backwards each product is two, but the first layer's input needs no gradient.
    assert 2 * 32 * ours.flops < trained["flops"] < 3.2 * 32 * ours.flops


def test_what_does_not_fit_fails_with_both_sizes(found: dict[str, Record]) -> None:
    record = of(found, "huge", "compile", 2**28)
    assert record.status is Status.FAIL
    assert record.reason is not None
    needed = float(record.reason.removeprefix("needs ").split(" GiB")[0])
    assert needed > 2**28 * 64 * 4 / 2**30
    assert record.reason.endswith("of memory, tpu:v5e has 15.75 GiB")


def test_what_the_compiler_refuses_is_unsupported_with_layer_and_operation(
    found: dict[str, Record],
) -> None:
    record = of(found, "eigen", "compile", 1)
    assert record.status is Status.UNSUPPORTED
    assert record.reason is not None
    assert record.reason.startswith("layer 'spectrum' (Eigen): tpu:v5e refuses it: ")
    assert "'eig'" in record.reason


def test_shapes_must_be_known(found: dict[str, Record]) -> None:
    record = of(found, "free", "compile", 1)
    assert record.status is Status.UNSUPPORTED
    assert record.reason is not None
    assert record.reason.startswith("the input's shape (None, 3) has free sizes")


def test_text_is_unsupported(found: dict[str, Record]) -> None:
    record = of(found, "text", "compile", 1)
    assert record.status is Status.UNSUPPORTED, record.reason


@pytest.mark.parametrize(("device", "noted"), [("tpu:v4", True), ("tpu:v6e", False)])
def test_a_part_of_a_chip_is_called_one(device: str, noted: bool) -> None:
    assert bool(compiling._notes(CHIPS[device])) is noted
