"""Attributes of layers that are changed for a while."""

from types import SimpleNamespace

import pytest

from seqbench.models.attributes import override


def fail_with(layers: list[SimpleNamespace]) -> None:
    with override(layers, rate=0.0):
        assert [layer.rate for layer in layers] == [0.0, 0.0]
        raise ZeroDivisionError


def test_layers_have_their_own_again_also_after_an_error() -> None:
    layers = [SimpleNamespace(rate=0.5, name="one"), SimpleNamespace(rate=0.1, name="other")]
    with pytest.raises(ZeroDivisionError):
        fail_with(layers)
    assert [(layer.rate, layer.name) for layer in layers] == [(0.5, "one"), (0.1, "other")]
