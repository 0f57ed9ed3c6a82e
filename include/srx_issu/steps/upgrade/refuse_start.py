"""A start that is not permitted: how the upgrade ends then, in words that are true."""

from __future__ import annotations

from typing import NoReturn

from srx_issu.domain.errors import NotPermitted, RequestRefused
from srx_issu.domain.gate.table import SendCondition
from srx_issu.domain.history.own_commit import own_commit
from srx_issu.domain.outcome import Outcome
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.upgrade.decide_outcome import decide_outcome

_DECIDED_ALREADY = (SendCondition.OPEN, SendCondition.UNDECIDED)
_NOTHING = "; nothing was sent"
_NOT_READY = (SendCondition.NODES, SendCondition.STILL_DUE)


def refuse_start(
    context: UpgradeContext, reason: NotPermitted | str, outcome: Outcome | None = None
) -> NoReturn:
    """Writes the outcome down and raises RequestRefused. An upgrade that is closed, or whose outcome was
    decided before, keeps it."""
    condition = reason.condition if isinstance(reason, NotPermitted) else None
    text = f"{str(reason).removesuffix(_NOTHING)}; {what_was_sent(context)}"
    if condition not in _DECIDED_ALREADY:
        wanted = outcome or (Outcome.NOT_READY if condition in _NOT_READY else Outcome.REFUSED)
        decide_outcome(context, wanted, text)
    raise RequestRefused(text)


def what_was_sent(context: UpgradeContext) -> str:
    """Before a start: nothing, or the commit and the groups failed over by hand, which go back."""
    so_far = context.known()
    done = ["trace options were committed"] if own_commit(so_far) is not None else []
    done += [
        f"RG{group_id} was moved to {node} and its manual flag is set"
        for group_id, node in so_far.gathered.items()
    ]
    if not done:
        return _NOTHING.removeprefix("; ")
    told = "; ".join(done)
    return f"no ISSU was sent, but {told}; this is put back before the upgrade closes"
