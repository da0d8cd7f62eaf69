"""A model in bfloat16 is judged by bfloat16's places, also where float32 stands for it."""

import ml_dtypes
import numpy as np
import pytest

from seqbench.verdict import Case, compare_outputs

EXACT = np.linspace(-1, 1, 64).reshape(32, 2)


def case(dtype: type) -> Case:
    return Case(
        name="random",
        x=EXACT,
        exact=EXACT,
        own=EXACT.astype(dtype),
        error=np.zeros(2),
        scale=np.ones(2),
    )


@pytest.mark.parametrize("dtype", [ml_dtypes.bfloat16, np.float32])
def test_bfloat16_or_float32_passes_within_its_places(dtype: type) -> None:
    assert compare_outputs(case(ml_dtypes.bfloat16), EXACT.astype(dtype)).reason is None
    wrong = compare_outputs(
        case(ml_dtypes.bfloat16), (EXACT + 0.05).astype(dtype)
    )  # 4 / 128 is allowed
    assert wrong.reason is not None
    assert wrong.tolerance == 4 / 128 < 0.05


@pytest.mark.parametrize(
    ("model", "export"),
    [
        ("bfloat16", "float16"),
        ("bfloat16", "float64"),
        ("float16", "float32"),
        ("float32", "float64"),
    ],
)
def test_no_other_dtype_stands_for_another(model: str, export: str) -> None:
    found = compare_outputs(case(np.dtype(model).type), EXACT.astype(export))
    assert found.reason == (
        f"on random inputs: output dtype is {export} where the model gives {model}"
    )
