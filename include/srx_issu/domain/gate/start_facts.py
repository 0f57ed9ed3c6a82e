"""What a look at both nodes must show in the very moment before an ISSU is begun (guide, pre-checks)."""

from __future__ import annotations

from collections.abc import Collection

from srx_issu.domain.cluster.model import Snapshot
from srx_issu.domain.upgrade.decide import objection_to_start


def start_blocker(now: Snapshot, gathered: Collection[int] = ()) -> str | None:
    """Why nothing may begin on a cluster that looks like this; None = it may.

    The guide's facts that can turn from one minute to the next: both nodes answer and run one release, each
    group has one primary and one secondary, every priority is greater than 0, and no ISSU is under way.
    ``gathered``: groups that this upgrade has failed over by hand, whose flags are its own.
    """
    return objection_to_start(now, gathered) or _group_fault(now)


def _group_fault(now: Snapshot) -> str | None:
    for view in now.views:
        for group in view.groups:
            for member in group.members:
                where = f"{member.node}: RG{group.group_id}"
                if not member.is_settled:
                    return f"{where} is {member.state}, expected primary or secondary"
                if member.priority is not None and member.priority <= 0:
                    return f"{where} has priority {member.priority}, expected more than 0"
    return None
