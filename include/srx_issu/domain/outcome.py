"""How an upgrade ends."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """Only UPGRADED, UPGRADED_WITH_FINDINGS, ALREADY_CURRENT and PLANNED colour a run green."""

    UPGRADED = "UPGRADED"  # both nodes on the target, verified
    UPGRADED_WITH_FINDINGS = "UPGRADED_WITH_FINDINGS"  # the same, but something differs from before
    ALREADY_CURRENT = "ALREADY_CURRENT"  # both nodes ran the target already; nothing was sent
    NOT_READY = "NOT_READY"  # a readiness check said no; nothing was changed
    REFUSED = "REFUSED"  # request, approval or window said no; nothing was changed
    PLANNED = "PLANNED"  # plan only: everything was looked at, nothing was changed
    ABORTED_CLEAN = "ABORTED_CLEAN"  # the ISSU stopped before either node changed; window closed
    ROLLED_BACK = "ROLLED_BACK"  # put back to the old release on both nodes and verified
    NEEDS_OPERATOR = "NEEDS_OPERATOR"  # a person must look; the lease is kept

    @property
    def is_success(self) -> bool:
        return self in (
            Outcome.UPGRADED,
            Outcome.UPGRADED_WITH_FINDINGS,
            Outcome.ALREADY_CURRENT,
            Outcome.PLANNED,
        )
