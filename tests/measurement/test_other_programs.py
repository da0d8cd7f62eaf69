import subprocess
import sys
import time

import pytest

from seqbench.measurement.other_programs import Usage, foreign_cpus, note, read_usage


def test_what_is_not_ours_is_foreign() -> None:
    before = Usage(at_s=10.0, machine_s=100.0, own_s=5.0)
    after = Usage(at_s=12.0, machine_s=103.0, own_s=6.0)
    assert foreign_cpus(before, after) == pytest.approx(1.0)


def test_there_is_never_less_than_none() -> None:
    before = Usage(at_s=0.0, machine_s=0.0, own_s=0.0)
    assert foreign_cpus(before, Usage(at_s=1.0, machine_s=0.9, own_s=1.0)) == 0.0
    assert foreign_cpus(before, before) == 0.0


@pytest.mark.timing
def test_the_work_of_this_process_and_of_its_children_is_its_own() -> None:
    before = read_usage()
    child = subprocess.Popen([sys.executable, "-c", "while True: pass"], stdin=subprocess.DEVNULL)
    try:
        deadline = time.process_time() + 0.2
        while time.process_time() < deadline:
            pass
        time.sleep(0.3)
        after = read_usage()
    finally:
        child.kill()
        child.wait()
    assert after.own_s - before.own_s > 0.25
    assert after.machine_s - before.machine_s > 0.25


def test_a_note_says_how_much_and_what_to_do() -> None:
    assert note([0.1, 0.83], 2) == (
        "other programs used up to 0.8 of 2 CPUs meanwhile: end them and time it again"
    )
    assert note([0.1, 0.19], 2) is None
    assert note([], 2) is None
