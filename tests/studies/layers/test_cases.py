"""The cases: all of Keras is in them or left out with a reason, and each is a model."""

import re
from pathlib import Path

import keras
import numpy as np
import pytest

from seqbench.models.loading import load
from seqbench.models.source import resolve
from seqbench.models.weights import fresh_weights
from studies.layers import cases, listing
from studies.layers.case import builders, case, grid, stack
from studies.layers.cases import all_cases

EVERY = [each for _, each in all_cases()]


def test_no_layer_and_no_activation_of_the_installed_keras_is_forgotten() -> None:
    assert listing.unlisted() == []


def test_a_new_layer_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Brandnew(keras.layers.Layer):  # type: ignore[misc] # mypy knows nothing of Keras
        pass

    monkeypatch.setattr(keras.layers, "Brandnew", Brandnew, raising=False)
    monkeypatch.setattr(keras.layers, "DenseAgain", keras.layers.Dense, raising=False)
    monkeypatch.setattr(keras.activations, "brandnew", lambda x: x, raising=False)
    assert listing.unlisted() == ["Brandnew", "brandnew"]


def test_what_is_listed_exists_and_is_not_both_covered_and_left_out() -> None:
    covered = {name for each in EVERY for name in each.covers}
    assert not covered & set(listing.EXCLUDED)
    for name in covered | set(listing.EXCLUDED):
        assert hasattr(keras.layers, name) or hasattr(keras.activations, name), name


def test_what_is_left_out_as_refused_by_keras_is_refused() -> None:
    with pytest.raises(ValueError, match="is part of a cycle"):
        keras.Sequential([keras.Input((4, 4, 3)), keras.layers.Equalization()])


def test_names_are_unique_and_can_be_file_names() -> None:
    names = [each.name for each in EVERY]
    assert len(set(names)) == len(names)
    assert len({name.lower() for name in names}) == len(names)
    for name in names:
        assert re.fullmatch(r"[A-Za-z0-9]+(-[A-Za-z0-9_]+)+", name), name


def test_every_file_of_cases_is_listed() -> None:
    files = {path.stem for path in Path(str(cases.__file__)).parent.glob("[a-z]*.py")}
    assert files == {family.__name__.rsplit(".", 1)[-1] for family in cases.FAMILIES}


def test_a_grid_is_a_case_for_each_configuration() -> None:
    found = grid("Dense", (3,), {"plain": {}, "five": {"units": 5}}, units=2)
    assert [each.name for each in found] == ["Dense-plain", "Dense-five"]
    assert [each.build().output_shape for each in found] == [(None, 2), (None, 5)]


def test_a_case_has_no_weight_that_hides_faults_and_is_new_each_time() -> None:
    made = case("Dense", "plain", (3,), units=2)
    assert fresh_weights(made.build()) == []
    assert made.build().layers[0] is not made.build().layers[0]


def test_a_stack_covers_what_it_says() -> None:
    made = stack("Dense", "two", (3,), lambda k: [k.Dense(2), k.ReLU()], batch=4, covers=("ReLU",))
    assert made.covers == ("Dense", "ReLU")
    assert made.build().output_shape == (4, 2)


def test_two_cases_of_one_name_are_refused() -> None:
    one = case("Dense", "plain", (3,), units=2)
    with pytest.raises(ValueError, match="two cases are called 'Dense-plain'"):
        builders([one, one])


def test_a_case_is_a_model_argument() -> None:
    path, _ = next((path, each) for path, each in all_cases() if each.name == "Dense-plain")
    model = load(resolve(f"{path}:Dense-plain")).build()
    assert model(np.ones((2, 5), np.float32)).shape == (2, 3)


@pytest.mark.slow
@pytest.mark.parametrize("family", cases.FAMILIES, ids=lambda family: family.__name__)
@pytest.mark.filterwarnings("ignore")  # Keras and numpy warn of some layers themselves
def test_every_case_builds(family: object) -> None:
    for each in family.CASES:  # type: ignore[attr-defined] # a module
        model = each.build()
        assert isinstance(model, keras.Sequential), each.name
        assert len(model.outputs) == 1, each.name
