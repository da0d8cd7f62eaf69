"""Fixtures that many tests share. Frameworks are imported where a test needs them."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from seqbench.engine.workers import fork_servers
from tests.support.scenarios import TINY

# Before TensorFlow is imported anywhere: no GPU in tests, and errors only in its log.
os.environ.update(CUDA_VISIBLE_DEVICES="-1", TF_CPP_MIN_LOG_LEVEL="3", KERAS_BACKEND="tensorflow")

# A busy machine is no fault of what is tested: no property is held to a time, nor is the making of
# its examples.
settings.register_profile("seqbench", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("seqbench")


@pytest.fixture(scope="session", autouse=True)
def _shared_fork_servers() -> Iterator[None]:
    """Let all runs in this process fork their workers from the same servers."""
    with fork_servers.share():
        yield


@pytest.fixture(scope="session")
def small_cnn() -> Any:
    """A convolutional model whose weights are not fresh."""
    import keras
    from keras import layers

    from seqbench.models.weights import perturb

    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(6, 3, activation="relu", name="first"),
            layers.BatchNormalization(name="norm"),
            layers.Conv2D(6, 3, activation="gelu", name="second"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(4, activation="softmax", name="last"),
        ],
        name="small_cnn",
    )
    perturb(model, 3)
    return model


@pytest.fixture(scope="session")
def small_rnn() -> Any:
    """A masked, bidirectional recurrent model on tokens, with dropout in its cells."""
    import keras
    from keras import layers

    from seqbench.models.weights import perturb

    keras.utils.set_random_seed(4)
    cell = layers.GRU(5, dropout=0.2, recurrent_dropout=0.2)
    model = keras.Sequential(
        [
            keras.Input((7,), dtype="int32"),
            layers.Embedding(11, 4, mask_zero=True),
            layers.Bidirectional(cell),
            layers.Dense(3, activation="softmax"),
        ],
        name="small_rnn",
    )
    perturb(model, 4)
    return model


@pytest.fixture
def case() -> Callable[..., Any]:
    """Make a case of the input suite from outputs, as if float32 cost `error` everywhere."""
    from seqbench.verdict.tolerance import Case, largest

    def make(exact: np.ndarray, error: float = 1e-7, name: str = "random") -> Case:
        return Case(
            name=name,
            x=np.zeros((len(exact), 1), np.float32),
            exact=exact.astype(np.float64),
            own=exact.astype(np.float32),
            error=np.full(exact.shape[-1], error),
            scale=largest(exact),
        )

    return make


@pytest.fixture
def tiny_scenario(tmp_path: Path) -> Path:
    """A scenario file that trains in well under a second."""
    path = tmp_path / "tiny.py"
    path.write_text(TINY)
    return path
