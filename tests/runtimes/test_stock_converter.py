"""Our TF.js export against the stock converter's: the same numbers in the same browser."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import keras
import numpy as np
import pytest

from seqbench.models import loading
from seqbench.models.source import resolve
from seqbench.models.weights import perturb
from seqbench.runtimes import RUNTIMES, Load
from seqbench.targets import TARGETS
from seqbench.targets.frozen import freeze
from seqbench.verdict import reference, tolerance

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def convert() -> Any:
    """The stock converter, by way of package shells.

    Its packages' own `__init__` import what does not run beside TensorFlow 2.21, and its SavedModel
    module names two packages that graph models do not need.
    """
    spec = importlib.util.find_spec("tensorflowjs")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    home = Path(spec.submodule_search_locations[0])
    before = set(sys.modules)
    for name, folder in (("tensorflowjs", home), ("tensorflowjs.converters", home / "converters")):
        shell = ModuleType(name)
        shell.__path__ = [str(folder)]
        sys.modules[name] = shell
    for name in ("tensorflow_decision_forests", "tensorflow_hub"):
        sys.modules.setdefault(name, ModuleType(name))
    module = importlib.import_module("tensorflowjs.converters.tf_saved_model_conversion_v2")
    yield module.convert_tf_saved_model
    for name in set(sys.modules) - before:
        if name.startswith(("tensorflowjs", "tensorflow_decision_forests", "tensorflow_hub")):
            del sys.modules[name]


@pytest.fixture(scope="module")
def load() -> Iterator[Load]:
    """TF.js's cpu backend: wasm refuses the stock converter's autoencoder.

    (`FusedConv2D only supports rank-1 bias but got rank 4`; ours runs there.)
    """
    with RUNTIMES["tfjs-cpu"].start() as loader:
        yield loader


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(
    "scenario", ["three_layer", "digits_cnn", "batchnorm_cnn", "autoencoder", "regression"]
)
def test_both_converters_give_equal_outputs_in_the_browser(
    scenario: str, convert: Any, load: Load, tmp_path: Path
) -> None:
    keras.utils.set_random_seed(0)
    model = loading.load(resolve(scenario)).build()
    perturb(model, 0)
    frozen = freeze(model)
    TARGETS["saved_model"].export(frozen, tmp_path / "saved_model")
    TARGETS["tfjs"].export(frozen, tmp_path / "ours")
    convert(str(tmp_path / "saved_model"), str(tmp_path / "stock"))
    ours, stock = load(tmp_path / "ours", "cpu", 1), load(tmp_path / "stock", "cpu", 1)
    assert (ours.input.name, ours.output.name) == (stock.input.name, stock.output.name)
    for case in reference.build_cases(model, seed=0):
        mine, theirs = ours.run(case.x), stock.run(case.x)
        assert tolerance.compare_outputs(case, mine).reason is None
        assert tolerance.compare_outputs(case, theirs).reason is None
        assert (np.abs(mine - theirs) <= tolerance.tolerances(case)).all()
