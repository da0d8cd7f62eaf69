"""A whole run on several virtual devices."""

from pathlib import Path

import pytest

from seqbench import Status, api
from seqbench.core.errors import InputError


@pytest.mark.slow
def test_only_training_is_done_on_several_devices(tmp_path: Path) -> None:
    records = api.run(
        ["three_class"],
        out=tmp_path / "run",
        devices=("2xcpu",),
        backends=("tensorflow", "jax", "torch"),
    )
    assert [record.cell.key for record in records] == [
        "three_class.train.keras.2xcpu.fp32.b16",
        "three_class.train.keras-jax.2xcpu.fp32.b16",
    ]
    for record in records:
        assert record.status is Status.PASS, record.reason
        assert record.ran_on == "2xcpu"
        told = record.details["parallel"]
        assert told["max_weight_difference"] <= told["allowed"] < 1e-5
        assert (told["devices"], told["virtual"]) == (2, True)
        assert len(told["single_samples_s"]) == len(record.samples_s) == 19


def test_a_count_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="unknown device '0xcpu': expected one of cpu, gpu, tpu"):
        api.run(["three_class"], out=tmp_path, devices=("0xcpu",))


@pytest.mark.slow
def test_a_run_that_would_do_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing to do: the kinds, targets"):
        api.run(["three_class"], out=tmp_path, devices=("tpu:v5e",), kinds=("infer",))
