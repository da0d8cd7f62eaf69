"""Tables: which columns are inputs and which labels, with and without names."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from seqbench.core.errors import InputError
from seqbench.models.data.tables import read_csv, read_parquet


def model(*shape: int | None, units: int = 3, dtype: str = "float32") -> Any:
    return keras.Sequential(
        [keras.Input(shape, dtype=dtype), layers.Flatten(), layers.Dense(units, name="last")]
    )


def csv(folder: Path, text: str) -> Path:
    (folder / "t.csv").write_text(text)
    return folder / "t.csv"


@pytest.mark.parametrize(
    "text",
    [
        "a,b,label\n1,2,0\n3,4,1\n5,6,2\n7,8,0\n",
        "label,a,b\n0,1,2\n1,3,4\n2,5,6\n0,7,8\n",  # wherever it stands
        ",a,b,kind\n0,1,2,0\n1,3,4,1\n2,5,6,2\n3,7,8,0\n",  # pandas writes row numbers first
        "1,2,0\n3,4,1\n5,6,2\n7,8,0\n",
        "a;b;kind\n1;2;0\n3;4;1\n5;6;2\n7;8;0\n",
        "1\t2\tx\n3\t4\ty\n5\t6\tz\n7\t8\tx\n",
        '"a, too",b,Class\n1,2,"x"\n3,4,y\n5,6,z\n7,8,x\n',
    ],
)
def test_columns_are_inputs_and_a_label(text: str, tmp_path: Path) -> None:
    found = read_csv(csv(tmp_path, text), model(2))
    assert found.y_test is not None
    assert found.y_train is not None
    assert (found.x_test.tolist(), found.x_train.tolist()) == ([[1, 2], [5, 6]], [[3, 4], [7, 8]])
    assert (found.y_test.tolist(), found.y_train.tolist()) == ([0, 2], [1, 0])


def test_a_row_fills_the_models_shape_and_may_come_without_a_label(tmp_path: Path) -> None:
    path = csv(tmp_path, "1,2,3,4\n5,6,7,8\n")
    found = read_csv(path, model(2, 2, 1))
    np.testing.assert_array_equal(found.x_test, [[[[1], [2]], [[3], [4]]]])
    assert found.y_test is None
    steps = keras.Sequential([keras.Input((None, 1)), layers.GRU(2)])  # of any number
    assert read_csv(path, steps).x_train.tolist() == [[[5], [6], [7]]]
    several = read_csv(path, model(2, units=2))  # as many over as the model has outputs
    assert several.y_test is not None
    assert (several.x_test.tolist(), several.y_test.tolist()) == ([[1, 2]], [[3, 4]])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", r"expects shape \(3\) each, a column .* found 2 columns; leave"),
        ("a,b,c,d,e\n1,2,3,4,5\n", r"found 5 columns; leave other columns out"),
        ("a,b,label\n1,2,0\n", r"found 2 columns beside label"),  # no label is an input
        ("a,b,c,label\n1,2,red,0\n", r"t\.csv: .*could not convert string 'red' to float64"),
        ("a,b,c,label\n1,2,,0\n", r"t\.csv: .*could not convert string '' to float64"),
        ("1,2,3,0\n1,2,3\n", r"t\.csv: .*row 2"),
        ("1,2,3,x\n4,5,6,y\n", r"column 4: last layer 'last' with 3 units tells 3 classes apart,"),
        ("", r"t\.csv: is empty"),
    ],
)
def test_tables_that_do_not_fit_are_a_line(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        read_csv(csv(tmp_path, text), model(3))


def test_texts_for_a_model_of_texts(tmp_path: Path) -> None:
    texts = keras.Sequential(
        [
            keras.Input((1,), dtype="string"),
            layers.TextVectorization(vocabulary=["good", "bad"], output_sequence_length=3),
            layers.Embedding(5, 2),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )
    found = read_csv(csv(tmp_path, 'text,label\n"good, so good",1\nbad,0\n'), texts)
    assert (found.x_test.tolist(), found.x_train.tolist()) == ([["good, so good"]], [["bad"]])


def test_parquet_is_read_as_a_table_is(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    path = tmp_path / "t[1].parquet"  # no pattern
    rows = "VALUES (1, 2.5, 'x'), (3, NULL, 'y'), (5, 6.0, 'z')"
    duckdb.sql(rows).project("col0 AS a, col1 AS b, col2 AS label").write_parquet(str(path))
    found = read_parquet(path, model(2))
    assert found.y_test is not None
    assert (found.x_test.tolist(), found.y_test.tolist()) == ([[1, 2.5], [5, 6]], [0, 2])
    assert np.isnan(found.x_train[0, 1])  # `datacheck` refuses it
    duckdb.sql("SELECT 1 AS a, [1, 2] AS label").write_parquet(str(path))
    with pytest.raises(InputError, match="column label: expected text, found dtype object"):
        read_parquet(path, model(1))
    path.write_text("no table")
    with pytest.raises(InputError, match="is no Parquet file"):
        read_parquet(path, model(2))
