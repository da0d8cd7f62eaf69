"""A model that needs more memory than there is, beside one that does not."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

LIMITED = """
import resource, runpy
resource.setrlimit(resource.RLIMIT_AS, (12 << 30, 12 << 30))
runpy.run_module("seqbench", run_name="__main__")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the limit is not kept")
def test_a_model_that_does_not_fit_is_an_error_and_the_other_passes(
    tiny_scenario: Path, tmp_path: Path
) -> None:
    text = tiny_scenario.read_text().replace('name="tiny"', 'name="big"')
    grown = "keras.layers.RepeatVector(2**24), keras.layers.GlobalAveragePooling1D(), "
    last = "keras.layers.Dense(3, "
    assert last in text
    (tmp_path / "big.py").write_text(text.replace(last, grown + last))
    words = ["export", "big.py", "tiny.py", "--to", "onnx", "--json", "records.json"]
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, *words],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    records = json.loads((tmp_path / "records.json").read_text())
    statuses = {(record["model"], record["kind"]): record["status"] for record in records}
    assert statuses == {
        ("big", "export"): "error",
        ("big", "verify"): "error",
        ("tiny", "export"): "pass",
        ("tiny", "verify"): "pass",
    }
    for record in records:
        if record["model"] == "big":
            assert "out of memory" in record["reason"], record["reason"]
