"""Clusters that are not the usual SRX4600: other models and releases, a few of each, for rows about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

EACH = 3  # one process may play every row about a kind


@dataclass(frozen=True, kw_only=True)
class OtherKind:
    """``model`` in the lab's word; ``target``: the release that its clusters go to."""

    prefix: str
    model: str
    release: str
    target: str
    each: int = EACH
    durations: Mapping[str, float] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)  # other keys of its entries


OTHER_KINDS: Mapping[str, OtherKind] = {
    "11.4": OtherKind(prefix="fw-old-", model="SRX5600", release="11.4R7.5", target="12.1R3.5"),
    "CP": OtherKind(prefix="fw-cp-", model="SRX5600-SPC2", release="21.4R3-S5.4", target="22.4R3-S2.11"),
    "RE3": OtherKind(prefix="fw-re3-", model="SRX5800-RE3", release="21.4R3-S5.4", target="22.4R3-S2.11"),
    "ICU": OtherKind(prefix="fw-icu-", model="SRX345", release="21.4R3-S5.4", target="22.4R3-S2.11", each=30),
    # Its boots take seconds at the tests' speed: the second node must be down before the first is back.
    "DUAL": OtherKind(
        prefix="fw-dual-",
        model="SRX1500",
        release="21.4R3-S5.4",
        target="22.4R3-S2.11",
        each=20,
        durations={"reboot": 3600, "cold_sync": 60},
    ),
    # No rollback leads from the target back.
    "NO_WAY_BACK": OtherKind(
        prefix="fw-noback-",
        model="SRX340",
        release="23.4R2-S3.9",
        target="24.4R1.9",
        each=6,
        durations={"reboot": 3600, "cold_sync": 60},
    ),
    # Monitored, with preempt and control-link-recovery: what is to be relaxed before its links are apart.
    "APART": OtherKind(
        prefix="fw-apart-",
        model="SRX345",
        release="21.4R3-S5.4",
        target="22.4R3-S2.11",
        each=30,
        more={
            "groups": [
                {"id": 0, "priority": {"node0": 200, "node1": 100}},
                {"id": 1, "priority": {"node0": 200, "node1": 100}, "preempt": True},
            ],
            "fabric_links": 2,
            "configuration": [
                "set chassis cluster control-link-recovery",
                "set chassis cluster redundancy-group 1 interface-monitor ge-0/0/4 weight 255",
                "set chassis cluster redundancy-group 1 interface-monitor ge-5/0/4 weight 255",
            ],
        },
    ),
}
TARGETS = {kind.model: kind.target for kind in OTHER_KINDS.values()}


def other_clusters(pattern: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Their entries in a topology, each like ``pattern`` but for model, release and name."""
    for kind in OTHER_KINDS.values():
        for number in range(1, kind.each + 1):
            scale = {**pattern["scale"], "fpcs": 1}
            own = {"name": f"{kind.prefix}{number:02}", "model": kind.model, "release": kind.release}
            durations = {**pattern.get("durations", {}), **kind.durations}
            yield {**pattern, **own, **kind.more, "scale": scale, "durations": durations}
