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
