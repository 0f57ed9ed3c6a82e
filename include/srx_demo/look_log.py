"""What the simulator's event log tells of a watcher: when each cluster was looked at, and who logged in.

Moments are seconds since the epoch, ascending wherever there are several.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

_LOOK = "show chassis cluster status"  # asked once a look of each node
_CALL, _LOGIN = "connected", "logged_in"


@dataclass(kw_only=True)
class LookLog:
    """The log as it grows. ``witnesses``: cluster -> its node that answers, by which a look is told."""

    path: Path
    witnesses: Mapping[str, str]
    looks: dict[str, list[float]] = field(init=False)
    calls: list[float] = field(default_factory=list)  # logins that began, at any node that is up
    logins: list[tuple[float, str]] = field(default_factory=list)  # "cluster node", of those that got in
    _offset: int = 0

    def __post_init__(self) -> None:
        self.looks = {cluster: [] for cluster in self.witnesses}

    def read(self) -> None:
        """What was written since the last time."""
        with self.path.open("rb") as file:
            file.seek(self._offset)
            new = file.read()
        whole = new[: new.rfind(b"\n") + 1]
        self._offset += len(whole)
        for line in whole.decode().splitlines():
            if any(each in line for each in (_LOOK, _CALL, _LOGIN)):
                self._take(json.loads(line))

    def _take(self, event: Mapping[str, str]) -> None:
        cluster, node, at = event["cluster"], event["node"], float(event["wall"])
        if event["event"] == _LOGIN:
            self.logins.append((at, f"{cluster} {node}"))
        elif event["event"] == _CALL:
            self.calls.append(at)
        elif self.witnesses.get(cluster) == node and event.get("said", "").startswith(_LOOK):
            self.looks[cluster].append(at)

    def not_looked_at(self, since: float) -> int:
        """Clusters without a look after that moment."""
        return sum(not times or times[-1] <= since for times in self.looks.values())

    def looks_within(self, begin: float, end: float) -> int:
        """Of all clusters."""
        return sum(bisect_right(times, end) - bisect_left(times, begin) for times in self.looks.values())

    def oldest_look_s(self, begin: float, end: float) -> float:
        """How old the newest look at any cluster was at worst."""
        return max(oldest_look_s(times, begin, end) for times in self.looks.values())

    def logins_within(self, begin: float, end: float) -> list[tuple[float, str]]:
        return [each for each in self.logins if begin <= each[0] <= end]


def oldest_look_s(times: Sequence[float], begin: float, end: float) -> float:
    """The oldest that the newest of ``times`` became between ``begin`` and ``end``, in seconds. Where there
    is none before ``begin`` it counts from there."""
    start = bisect_left(times, begin)
    seen = [times[start - 1] if start else begin, *times[start : bisect_right(times, end)], end]
    return max(later - earlier for earlier, later in pairwise(seen))


def most_within(times: Sequence[float], seconds: float) -> int:
    """The most of them in any stretch of so many seconds."""
    return max((bisect_left(times, at + seconds) - index for index, at in enumerate(times)), default=0)


def most_at_a_node(logins: Iterable[tuple[float, str]]) -> int:
    """The most logins at one node."""
    return max(Counter(node for _, node in logins).values(), default=0)
