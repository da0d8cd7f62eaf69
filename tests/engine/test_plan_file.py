"""The plan in a run's folder: what an earlier one must be for a run to go on with it."""

import json
from pathlib import Path

import pytest

from seqbench.core.errors import InputError
from seqbench.core.store import MARK, Store
from seqbench.engine import plan_file
from seqbench.engine.plan import Selection
from seqbench.engine.state import Observer, Request, Run
from seqbench.engine.workers.pool import Workers
from seqbench.measurement.loop import QUICK


def test_a_plan_that_cannot_be_read_is_bad_input_and_stays(tmp_path: Path) -> None:
    mark = tmp_path / MARK
    text = json.dumps({**plan_file.facts(), "origins": [{"name": "m", "path": 3}]})
    mark.write_text(text)
    nothing = Selection(kinds=(), targets=(), runtimes=None, devices=())
    request = Request(sources=(), selection=nothing, budget=QUICK)
    with Workers(tmp_path, lambda _: None) as workers:
        run = Run(store=Store(tmp_path), workers=workers, request=request, observer=Observer())
        with pytest.raises(InputError, match=r"does not hold the plan of a run \(.*path"):
            plan_file.write(run, [])
    assert mark.read_text() == text
