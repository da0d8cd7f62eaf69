import re
from pathlib import Path

import pytest

from seqbench import Status, api
from seqbench.runtimes.browser import browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def counted_browser(folder: Path, then: str) -> tuple[Path, Path]:
    """Write a program that notes each start and then does what a line of a shell says."""
    program, starts = folder / "chromium", folder / "starts"
    starts.touch()
    program.write_text(f'#!/bin/sh\necho started >> "{starts}"\n{then}\n')
    program.chmod(0o755)
    return program, starts


@pytest.fixture
def three(tiny_scenario: Path) -> list[Path]:
    """Three models."""
    text = tiny_scenario.read_text()
    paths = [tiny_scenario.with_name(f"{name}.py") for name in ("first", "second", "third")]
    for path in paths:
        path.write_text(text.replace('name="tiny"', f'name="{path.stem}"'))
    return paths


def test_all_models_of_a_run_share_one_browser(
    three: list[Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program, starts = counted_browser(tmp_path, f'exec "{browser.require()}" "$@"')
    monkeypatch.setenv("SEQBENCH_BROWSER", str(program))
    records = api.export(three, out=tmp_path / "out", targets=("tfjs",))
    assert [record.status for record in records] == [Status.PASS] * 6
    assert starts.read_text().splitlines() == ["started"]


def test_a_browser_that_crashes_costs_one_model_and_another_starts(
    three: list[Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The second start, in place of the first, which ends at once before its page is there.
    once = f'[ $(wc -l < "{tmp_path}/starts") -gt 2 ] || exit 3\nexec "{browser.require()}" "$@"'
    program, starts = counted_browser(tmp_path, once)
    monkeypatch.setenv("SEQBENCH_BROWSER", str(program))
    records = api.export(three, out=tmp_path / "out", targets=("tfjs",))
    lost = [record for record in records if record.status is not Status.PASS]
    assert [record.status for record in lost] == [Status.ERROR]
    assert re.search("chromium ended at once", lost[0].reason or "")
    assert len(starts.read_text().splitlines()) == 3  # ahead, for the first model, for the others
