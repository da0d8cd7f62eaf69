"""What the README tells people to type."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_duckdb_reads_the_records_of_a_run_as_they_are(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "results" / "example", tmp_path / "results" / "example")
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), flags=re.DOTALL)
    (code,) = [block for block in blocks if "import duckdb" in block]
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 0, done.stderr
    assert re.search(
        r"│ three_class │ onnxruntime +│ +1 │ +\d+\.\d+ │ results/example", done.stdout
    )
    assert "12 rows" in done.stdout


def test_every_make_target_that_is_named_has_a_rule() -> None:
    lines = (ROOT / "Makefile").read_text().splitlines()
    rules = {line.split(":")[0] for line in lines if re.match(r"[a-z-]+:.*## ", line)}
    (phony,) = [line.split(":")[1].split() for line in lines if line.startswith(".PHONY")]
    named = re.findall(r"`make ([a-z-]+)", (ROOT / "README.md").read_text())
    assert len(named) > 10
    assert {*phony} == rules
    assert {*named} <= rules
