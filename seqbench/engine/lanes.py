"""Several pieces of a run at a time, each lane with workers of its own."""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from seqbench.engine.state import Run


def in_lanes(runs: Sequence[Run], tasks: Sequence[Callable[[Run], None]]) -> None:
    """Do tasks in their order, as many at a time as there are lanes, each lane with its workers."""
    left = deque(tasks)

    def follow(lane: Run) -> None:
        while left:
            left.popleft()(lane)

    if len(runs) == 1:
        follow(runs[0])
        return
    with ThreadPoolExecutor(len(runs)) as pool:
        try:
            for future in [pool.submit(follow, lane) for lane in runs]:
                future.result()
        except BaseException:  # the other lanes must not go on, least of all after Ctrl-C
            for lane in runs:
                lane.workers.close()
            raise
