import importlib.util

import pytest

from seqbench.machine import frameworks


def test_what_is_missing_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    there = importlib.util.find_spec("json")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: there if name == "jax" else None)
    assert frameworks.missing_framework_reason("jax") is None
    reason = frameworks.missing_framework_reason("torch")
    assert reason == "the package torch is not installed: run `pip install 'seqbench[torch]'`"
    assert frameworks.preparing_framework() == "jax"


def test_models_are_prepared_on_tensorflow_where_it_is() -> None:
    assert frameworks.preparing_framework() == "tensorflow"
