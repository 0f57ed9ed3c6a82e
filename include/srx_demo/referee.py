"""The simulator's event log as the judge: who was started how often, and who was worked on together. Pure.

An event is a mapping with ``event``, ``cluster``, ``wall`` (seconds of ours) and ``virtual`` (the devices').
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, combinations
from typing import Any

Event = Mapping[str, Any]
# What only our own work on a cluster causes; a fault that is injected is none of it.
_OUR_WORK = frozenset({"session_opened", "command", "issu_started", "file_uploaded"})
_LOOKS = (" status", " pending-install", " software validate")  # requests that change nothing
_NEVER = frozenset({"mixed_releases_heard", "both_active"})
_ISSU = frozenset({"issu_started", "phase_entered", "group_changed"})


def starts(events: Iterable[Event]) -> Counter[str]:
    """Cluster -> ISSUs that began on it."""
    return Counter(event["cluster"] for event in events if event["event"] == "issu_started")


def reboots(events: Iterable[Event]) -> Counter[str]:
    """Node -> how often it was told to reboot by itself; an ISSU's or ICU's own reboots are none."""
    return Counter(event["node"] for event in events if event["event"] == "reboot_ordered")


def breaches(events: Iterable[Event]) -> list[str]:
    """What must never happen: two releases that hear each other, two nodes active with the same addresses."""
    return [
        f"{event['cluster']}: {event['event'].replace('_', ' ')}"
        for event in events
        if event["event"] in _NEVER
    ]


def uploads(events: Iterable[Event], image: str) -> list[Event]:
    """Copies of the image (its file name) that we sent to a node; an ISSU's own copy is another event."""
    return [e for e in events if e["event"] == "file_uploaded" and image in e["path"]]


def worked_on(events: Iterable[Event]) -> dict[str, tuple[float, float]]:
    """Cluster -> wall time of the first and the last thing that we did on it."""
    spans: dict[str, tuple[float, float]] = {}
    for event in events:
        if event["event"] in _OUR_WORK:
            first, _ = spans.get(event["cluster"], (event["wall"], 0.0))
            spans[event["cluster"]] = (first, event["wall"])
    return spans


def most_at_once(events: Iterable[Event]) -> int:
    """The most clusters that were between our first and our last doing at the same time."""
    spans = worked_on(events).values()
    changes = sorted([(first, 1) for first, _ in spans] + [(last, -1) for _, last in spans])
    return max(accumulate(change for _, change in changes), default=0)


def overlaps(events: Iterable[Event], groups: Mapping[str, Sequence[str]]) -> list[str]:
    """Pairs of one conflict group that were worked on at the same time. ``groups``: by cluster."""
    spans = worked_on(events)
    return [
        f"{one} and {other} of conflict group {min(shared)} were worked on together"
        for one, other in combinations(sorted(spans), 2)
        if (shared := set(groups.get(one, ())) & set(groups.get(other, ())))
        and spans[one][0] < spans[other][1]
        and spans[other][0] < spans[one][1]
    ]


def device_times_s(events: Iterable[Event]) -> dict[str, float]:
    """Cluster -> seconds, by the devices' clocks, from the first to the last event of its ISSU."""
    spans: dict[str, tuple[float, float]] = {}
    for event in _of_issus(events):
        first, _ = spans.get(event["cluster"], (event["virtual"], 0.0))
        spans[event["cluster"]] = (first, event["virtual"])
    return {cluster: last - first for cluster, (first, last) in spans.items()}


def first_order_s(events: Iterable[Event], cluster: str) -> float | None:
    """Seconds of ours from the end of the cluster's ISSU, or from when its nodes were up again, to the first
    order behind it; None without one. ``line``: what a command that may change something said."""
    since: float | None = None
    for event in events:
        if event["cluster"] != cluster:
            continue
        if event["event"] == "upgrade_ended" or (since is not None and event["event"] == "node_came_up"):
            since = event["wall"]
        if since is not None and is_order(event):
            return float(event["wall"] - since)
    return None


def is_order(event: Event) -> bool:
    """Whether a node was told to do something; a look changes nothing."""
    line = str(event.get("line", ""))
    return line.startswith("request ") and not line.endswith(_LOOKS)


def _of_issus(events: Iterable[Event]) -> Iterator[Event]:
    """What happened before the start, such as a failover by hand, is not the ISSU's."""
    begun: set[str] = set()
    for event in events:
        if event["event"] == "issu_started":
            begun.add(event["cluster"])
        if event["event"] in _ISSU and event["cluster"] in begun:
            yield event
