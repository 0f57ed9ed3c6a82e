"""The start: look once more, decide, and ask the RG0 primary once. Every retry attaches instead.

Guards against a second ISSU, each enough by itself: the journal's key is used up before the request goes out;
the device is looked at first; a marker on the node stops the shell job from starting twice. NETCONF has no
marker, so there the first two must do, and doubt means waiting, not sending.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from srx_issu.domain.cluster.model import Snapshot
from srx_issu.domain.errors import NotPermitted, RequestRefused, UnknownCommand
from srx_issu.domain.gate.table import SendCondition, SendPurpose
from srx_issu.domain.history.command_events import CommandRejected, CommandSent, CommandUnanswered, Sending
from srx_issu.domain.history.events import Decided
from srx_issu.domain.history.state_parts import IssuStart
from srx_issu.domain.junos.job import job_name
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.decide import Action, AskOperator, AttachToIssu, BeginIssu, NothingToDo, decide
from srx_issu.domain.upgrade.intent import StartMethod
from srx_issu.ports.devices import Started, StartReport
from srx_issu.steps.baseline import baseline
from srx_issu.steps.context import Facts, UpgradeContext
from srx_issu.steps.gate.order import StartOrder
from srx_issu.steps.gate.send import start_in_service_upgrade
from srx_issu.steps.upgrade.decide_outcome import decide_outcome
from srx_issu.steps.upgrade.judge_readiness import reassess_if_old
from srx_issu.steps.upgrade.refuse_start import refuse_start
from srx_issu.steps.waits.converge import Pending


@dataclass(frozen=True, kw_only=True)
class NeedsKeptSession(Pending):
    """Nothing was sent yet: whether a node ends an ISSU whose NETCONF session is closed is not known, so the
    step is to be taken by who keeps the session until the node goes down."""


START_KEY = "start_issu"  # of the journal: a start is sent once in an upgrade


def start_issu(context: UpgradeContext) -> Facts | NeedsKeptSession:
    """Starts, or attaches to what was started; by RPC only where the session is kept.

    Raises RequestRefused when it must not or the node says no.
    """
    so_far = context.known()
    begun = so_far.start
    if begun is None:
        reassess_if_old(context)
    before = baseline(so_far, context.evidence)
    action = _decide(context, before, context.reader.observe(), begun)
    context.record(Decided(), f"{action.label}: {action.reason}")
    match action:
        case BeginIssu():
            return _start(context, action, before, begun)
        case AttachToIssu():
            return _attached(action)
        case NothingToDo():
            decide_outcome(context, Outcome.ALREADY_CURRENT, action.reason)
            raise RequestRefused(f"nothing to start: {action.reason}")
        case AskOperator():
            refuse_start(context, action.reason, Outcome.NOT_READY)
    assert_never(action)


def _decide(context: UpgradeContext, before: Snapshot, now: Snapshot, begun: IssuStart | None) -> Action:
    gathered = context.known().gathered_groups
    return decide(before, now, context.intent, begun.sent if begun else None, gathered)


def _attached(action: AttachToIssu) -> Facts:
    return {"attached": True, "phase": action.phase.name if action.phase is not None else None}


def _start(
    context: UpgradeContext, action: BeginIssu, before: Snapshot, begun: IssuStart | None
) -> Facts | NeedsKeptSession:
    """Through the send gate. An intent of an earlier try by shell is followed by the marker's verdict."""
    job = job_name(context.upgrade_id)
    method = StartMethod.SHELL if begun else context.intent.policy.start_method
    if method is not StartMethod.SHELL and not context.keeps_sessions:
        return NeedsKeptSession(reason=f"policy says {method}: started from where the session is kept")

    def still_due(now: Snapshot) -> str | None:
        newest = _decide(context, before, now, begun)
        is_same = isinstance(newest, BeginIssu) and newest.node is action.node
        return None if is_same else newest.reason

    order = StartOrder(
        purpose=SendPurpose.BEGIN,
        sending=Sending.START,
        node=action.node,
        why=action.reason,
        key=START_KEY,
        still_due=still_due,
        command=action.command,
        job=job,
        method=method,
    )
    try:
        return _judge_report(context, action, start_in_service_upgrade(context, order))
    except UnknownCommand as no_shell:
        if begun is not None:
            return _left_alone(context, str(no_shell))
        decide_outcome(context, Outcome.NOT_READY, f"nothing was sent: {no_shell}")
        raise
    except NotPermitted as no:
        if context.known().start is not None:
            return _left_alone(context, str(no))
        if begun is not None and no.condition == SendCondition.READINESS:
            return start_issu(context)  # the earlier try never arrived: begin anew, with a new assessment
        refuse_start(context, no)


def _left_alone(context: UpgradeContext, reason: str) -> Facts:
    """An earlier try may have sent it: look on, send nothing."""
    context.record(Decided(), f"the start may have been sent before and is not sent again: {reason}")
    return {"attached": True, "phase": None}


def _judge_report(context: UpgradeContext, action: BeginIssu, report: StartReport) -> Facts:
    facts: Facts = {"node": action.node.value, "method": report.method.value, "started": report.started.value}

    def answered(kind: type[CommandSent | CommandUnanswered | CommandRejected], text: str) -> None:
        event = kind(
            sending=Sending.START,
            node=action.node,
            command=action.command.cli,
            started=report.started.value,
            method=report.method,
        )
        context.record(event, text)

    match report.started:
        case Started.ACCEPTED:
            answered(CommandSent, report.words or "accepted")
        case Started.UNKNOWN | Started.TOO_LATE:
            answered(CommandUnanswered, f"{report.words or 'no answer'}; looking instead of asking again")
        case Started.REFUSED:
            answered(CommandRejected, report.words)
            raise RequestRefused(f"{action.node} refused the ISSU: {report.words}")
        case _:
            assert_never(report.started)
    return facts
