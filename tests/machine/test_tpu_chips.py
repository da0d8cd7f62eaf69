import sys

import pytest

from seqbench.machine import tpu_chips
from seqbench.machine.devices import DEVICES, environment, missing_reason


def test_no_chip_is_a_device_that_runs_anything() -> None:
    assert not set(tpu_chips.CHIPS) & set(DEVICES)
    assert all(name.startswith("tpu:") for name in tpu_chips.CHIPS)


@pytest.mark.parametrize("chip", tpu_chips.CHIPS.values(), ids=lambda chip: chip.name)
def test_figures_are_in_base_units_and_have_a_source(chip: tpu_chips.Chip) -> None:
    assert 100e12 < chip.peak_flops_per_s < 2e15
    assert 16 * 2**30 <= chip.hbm_bytes < 200 * 2**30
    assert 0.5e12 < chip.hbm_bytes_per_s < 8e12
    assert chip.source.startswith("https://")


def test_a_process_that_compiles_leaves_a_real_tpu_alone() -> None:
    found = environment("tpu:v5e", None)
    assert (found["KERAS_BACKEND"], found["JAX_PLATFORMS"]) == ("jax", "cpu")
    assert found["TPU_SKIP_MDS_QUERY"] == "1"


def test_without_libtpu_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert missing_reason("tpu:v5e") is None
    monkeypatch.setitem(sys.modules, "libtpu", None)
    expected = (
        "libtpu not installed; to compile for a TPU without one: `pip install 'seqbench[tpu]'`"
    )
    assert missing_reason("tpu:v6e") == expected
