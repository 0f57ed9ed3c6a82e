"""Each kind of command, and for which purposes and on which routes it is sent at all. The runbook prints it.

A kind that is not allowed for a purpose is a mistake of this software, and the send gate keeps it here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.history.command_events import Sending
from srx_issu.domain.upgrade.route import Route


@dataclass(frozen=True, kw_only=True)
class SendingRule:
    """One row. No route = every route."""

    words: str
    purposes: tuple[SendPurpose, ...]
    routes: tuple[Route, ...] = ()


_PREPARES = (SendPurpose.PREPARE,)
_BEGINS = (SendPurpose.BEGIN,)
_HOME = (SendPurpose.BRING_HOME,)
_ISSU = (Route.ISSU,)
_APART = (Route.MINIMAL_DOWNTIME,)
BY_PLAN = (Route.DUAL_REBOOT, Route.MINIMAL_DOWNTIME)  # routes that are carried out by a plan of actions
BY_COMMAND = (Route.ISSU, Route.ICU)  # routes that one command of the node carries out
ASKS_NEXT_BOOT = (*BY_PLAN, Route.ICU)  # routes that leave an image for a node's next boot

RULES: Mapping[Sending, SendingRule] = MappingProxyType(
    {
        Sending.SNAPSHOT: SendingRule(words="the running software backed up", purposes=_PREPARES),
        Sending.UPLOAD: SendingRule(words="an image copied to a node", purposes=_PREPARES),
        Sending.OLD_IMAGE: SendingRule(
            words="the old image copied to a node, for the way back", purposes=_PREPARES
        ),
        Sending.VALIDATE: SendingRule(words="the image validated by a node", purposes=_PREPARES),
        Sending.GATHER: SendingRule(words="a group failed over by hand", purposes=_BEGINS, routes=_ISSU),
        Sending.TRACE: SendingRule(words="trace options committed", purposes=(SendPurpose.CONFIGURE,)),
        Sending.START: SendingRule(words="the in-service upgrade", purposes=_BEGINS, routes=BY_COMMAND),
        Sending.INSTALL: SendingRule(
            words="the image installed on one node, for its next boot",
            purposes=(SendPurpose.BEGIN, SendPurpose.CONTINUE, SendPurpose.COMPLETE),
            routes=BY_PLAN,
        ),
        Sending.REBOOT: SendingRule(
            words="a node rebooted as its route has it",
            purposes=(SendPurpose.CONTINUE, SendPurpose.COMPLETE),
            routes=BY_PLAN,
        ),
        Sending.COMMIT: SendingRule(
            words="lines of a configuration committed as its route has it",
            purposes=(SendPurpose.BEGIN, SendPurpose.CONTINUE, SendPurpose.COMPLETE),
            routes=_APART,
        ),
        Sending.HALT: SendingRule(
            words="a node halted as its route has it",
            purposes=(SendPurpose.COMPLETE,),
            routes=_APART,
        ),
        Sending.ANSWER: SendingRule(
            words="a yes to a question of the in-service upgrade",
            purposes=(SendPurpose.ANSWER,),
            routes=BY_COMMAND,
        ),
        Sending.RESYNC_POLICIES: SendingRule(words="policies copied again", purposes=_HOME),
        Sending.RESET_FLAGS: SendingRule(words="manual flags reset", purposes=_HOME),
        Sending.FAIL_BACK: SendingRule(words="RG1 and up failed back", purposes=_HOME),
        Sending.FAIL_BACK_RG0: SendingRule(words="RG0 failed back", purposes=_HOME),
        Sending.RECOVER: SendingRule(words="a command of a recovery's plan", purposes=_HOME),
        Sending.RETURN_GROUPS: SendingRule(words="gathered groups given back", purposes=_HOME),
        Sending.UNDO_COMMIT: SendingRule(
            words="what this upgrade has committed taken back", purposes=(SendPurpose.UNDO_COMMIT,)
        ),
        Sending.CLEAN_UP: SendingRule(words="a file that was brought taken off again", purposes=_PREPARES),
    }
)


def objection_to_kind(sending: Sending, purpose: SendPurpose, route: Route) -> str | None:
    """Why nothing of that kind is sent for that purpose on that route; None = it may be."""
    rule = RULES[sending]
    if purpose not in rule.purposes:
        return f"'{sending}' is never sent to {purpose.replace('_', ' ')}"
    if rule.routes and route not in rule.routes:
        return f"'{sending}' is no part of the route {route.label}"
    return None
