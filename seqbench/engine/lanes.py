"""Several pieces of a run at a time, each lane with workers of its own."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Condition

from seqbench.engine.state import Run

Steps = Sequence[Callable[[Run], None]]
"""What is done of one task, in turn, each by a lane."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """A lane that goes on with what the others have done, one at a time.

    Attributes:
        run: the lane.
        do: does its part of the task of a name.
        cost: how long that takes, in any unit: of what waits, the longest is done first.

    """

    run: Run
    do: Callable[[Run, str], None]
    cost: Callable[[str], float]


def in_lanes(
    runs: Sequence[Run],
    tasks: Mapping[str, Steps],
    follower: Follower | None = None,
) -> None:
    """Do tasks in their order, as many at a time as there are lanes, each lane with its workers.

    Args:
        runs: the lanes.
        tasks: the steps of each task, by its name.
        follower: a further lane, which takes a task up after its first step.

    """
    left, done = deque(tasks.items()), _Done()
    if len(runs) == 1 and follower is None:
        _lead(runs[0], left, done)
        return
    followers = [] if follower is None else [follower]
    with ThreadPoolExecutor(len(runs) + len(followers)) as pool:
        try:
            leading = [pool.submit(_lead, lane, left, done) for lane in runs]
            following = [pool.submit(_follow, lane, done) for lane in followers]
            for future in leading:
                future.result()
            done.end()
            for future in following:
                future.result()
        except BaseException:  # the other lanes must not go on, least of all after Ctrl-C
            left.clear()
            done.end()
            for lane in (*runs, *(it.run for it in followers)):
                lane.workers.close()
            raise


def _lead(lane: Run, left: deque[tuple[str, Steps]], done: "_Done") -> None:
    while left:
        name, (first, *others) = left.popleft()
        first(lane)
        done.put(name)
        for step in others:
            step(lane)


def _follow(lane: Follower, done: "_Done") -> None:
    while (name := done.take(lane.cost)) is not None:
        lane.do(lane.run, name)


class _Done:
    """The names of tasks that a follower can take up; safe between threads."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._names: list[str] = []
        self._ended = False

    def put(self, name: str) -> None:
        with self._changed:
            self._names.append(name)
            self._changed.notify_all()

    def end(self) -> None:
        """Say that no more names come."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def take(self, cost: Callable[[str], float]) -> str | None:
        """Return the costliest name, once there is one; None after the last."""
        with self._changed:
            self._changed.wait_for(lambda: self._names or self._ended)
            if not self._names:
                return None
            name = max(self._names, key=cost)
            self._names.remove(name)
            return name
