"""When a commit of this upgrade may be taken back: Junos takes none while an ISSU is under way."""

from __future__ import annotations

from collections.abc import Collection

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.junos.version import same_release
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.decide import objection_to_start


def undo_blocker(
    now: Snapshot,
    node: NodeName,
    outcome: Outcome | None,
    *,
    target: str | None,
    gathered: Collection[int] = (),
) -> str | None:
    """Why nothing may be committed on ``node`` yet; None = it may.

    ``outcome``: the one decided, if any. ``target``: the release of an ISSU that was asked for, else None: an
    upgrade that a person must look at may still begin to move as long as no node runs it.
    """
    if outcome is None:
        return "no outcome is decided yet"
    if objection := objection_to_start(now, gathered):
        return objection
    if now.primary(0) is not node:
        return f"{node} is not primary of RG0"
    if outcome is not Outcome.NEEDS_OPERATOR or target is None:
        return None
    if all(view.release is not None and same_release(view.release, target) for view in now.views):
        return None
    return f"an ISSU to {target} was asked for and its end is not known"
