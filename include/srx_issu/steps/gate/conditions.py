"""How each condition of the send gate is read: from the journal, the database's clock, and a fresh look.

Nothing is believed of a task's colour, of XCom or of an earlier step: each condition is read when it is
asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import DeviceError, JournalAway, StopFlagUnreadable
from srx_issu.domain.failure.last_words import waiting_prompt
from srx_issu.domain.gate.answer import Fails, Finding, Holds, Unclear
from srx_issu.domain.gate.clocks import clock_doubt
from srx_issu.domain.gate.commit_facts import undo_blocker
from srx_issu.domain.gate.start_facts import start_blocker
from srx_issu.domain.gate.table import SendCondition, SendPurpose
from srx_issu.domain.history.command_events import Sending
from srx_issu.domain.history.own_commit import undo_lines
from srx_issu.domain.history.sending_rules import objection_to_kind
from srx_issu.domain.junos.job import exit_beside
from srx_issu.domain.upgrade.intent import StartMethod
from srx_issu.domain.upgrade.leads_back import old_image_of
from srx_issu.domain.upgrade.prompts import listed_words
from srx_issu.domain.upgrade.route import Route
from srx_issu.steps.baseline import baseline, timers_in_force
from srx_issu.steps.gate.approval_conditions import approved, plan_approved, route_approved
from srx_issu.steps.gate.order import AnswerOrder, CommitOrder
from srx_issu.steps.gate.reading import GateReading
from srx_issu.steps.waits.window import window_objection


def read(reading: GateReading, condition: SendCondition) -> Finding:
    """Never raises for a journal or a stop flag that does not answer: that is Unclear."""
    try:
        return _READERS[condition](reading)
    except (JournalAway, StopFlagUnreadable) as away:
        return Unclear(reason=str(away))


def _open(reading: GateReading) -> Finding:
    context = reading.context
    record = context.journal.upgrade(context.upgrade_id)
    if record is None:
        return Fails(reason=f"upgrade {context.upgrade_id} is not in the journal")
    if record.closed_at is None:
        return Holds(reason="open")
    return Fails(
        reason=f"upgrade {context.upgrade_id} is closed ({record.outcome}) and sends nothing any more; if "
        f"{record.cluster} is not in order, run: {recover_line(record.cluster)}"
    )


def recover_line(cluster: str) -> str:
    """What a person types to have a cluster looked after that no open upgrade looks after."""
    return f"srx-issu recover {cluster} --take-over --reason '...'"


def _kind(reading: GateReading) -> Finding:
    order = reading.order
    objection = objection_to_kind(order.sending, order.purpose, reading.context.intent.route)
    return Holds(reason=order.sending.value) if objection is None else Fails(reason=objection)


def _undecided(reading: GateReading) -> Finding:
    ended = reading.known.conclusion
    if ended is None:
        return Holds(reason="no outcome decided")
    return Fails(reason=f"this upgrade was decided to be {ended.outcome}: {ended.reason}; start a new run")


def _not_stopped(reading: GateReading) -> Finding:
    stopped = reading.context.stopped()
    return Holds(reason="no stop") if stopped is None else Fails(reason=stopped)


def _not_begun(reading: GateReading) -> Finding:
    if reading.order.deletes is not None:
        return Holds(reason="takes its own file away")
    if begun := reading.known.start:
        return Fails(reason=f"the ISSU was asked for on {begun.starter}: nothing is prepared any more")
    return _undecided(reading)


def _own_file(reading: GateReading) -> Finding:
    path, node = reading.order.deletes, reading.order.node
    if path is None:
        return Holds(reason="deletes nothing")
    if any((one.command.file, one.command.node) == (path, node) for one in reading.known.intended):
        return Holds(reason="brought there by this upgrade")
    return Fails(reason=f"{path} on {reading.order.node} was not brought there by this upgrade; it stays")


def _own_commit(reading: GateReading) -> Finding:
    order, left = reading.order, undo_lines(reading.known)
    if isinstance(order, CommitOrder) and left and order.command.lines == left:
        return Holds(reason="committed by this upgrade, or by the one that it took over")
    return Fails(reason="this upgrade has committed nothing of the kind: there is nothing to take back")


def _ours_to_bring_home(reading: GateReading) -> Finding:
    if begun := reading.known.start:
        return Holds(reason=f"begun on {begun.starter} at {begun.at.isoformat(timespec='seconds')}")
    if gathered := reading.known.gathered_groups:
        return Holds(reason=f"gathered by hand: RG{', RG'.join(map(str, gathered))}")
    return Fails(
        reason="this upgrade has begun nothing and took nothing over: there is nothing to bring home"
    )


def _clocks_agree(reading: GateReading) -> Finding:
    clock = reading.context.clock
    before = clock.now()
    database = reading.now
    own = before + (clock.now() - before) / 2
    doubt = clock_doubt(own, database)
    return Holds(reason="within 5 s") if doubt is None else Unclear(reason=doubt)


def _readiness(reading: GateReading) -> Finding:
    ready = reading.known.ready
    if ready is None:
        return Fails(reason="the journal holds no passed readiness assessment of this upgrade")
    age_s = (reading.now - ready.at).total_seconds()
    most_s = reading.context.intent.policy.limits.readiness_age_s
    if age_s <= most_s:
        return Holds(reason=f"{age_s:.0f} s old")
    return Fails(
        reason=f"readiness was assessed {age_s:.0f} s ago, policy allows {most_s:.0f} s; assess it again"
    )


def _way_back(reading: GateReading) -> Finding:
    known, context = reading.known, reading.context
    old = old_image_of(context.intent, baseline(known, context.evidence)) if known.baseline else None
    if old is None:
        return Holds(reason="a rollback leads back")
    if old.image is None:
        return Fails(reason=f"{old.rule.reason}; {old.missing}")
    lacking = [node.value for node in NodeName if known.old_images.get(node) != old.image.sha256]
    if not lacking:
        return Holds(reason=f"{old.image.name} is on both nodes")
    return Fails(
        reason=f"{old.rule.reason}; {' and '.join(lacking)} has not shown {old.image.name} with SHA-256 "
        f"{old.image.sha256}"
    )


def _window(reading: GateReading) -> Finding:
    intent, order = reading.context.intent, reading.order
    begun = order.purpose is SendPurpose.CONTINUE
    timers = timers_in_force(reading.known, intent)
    stops_traffic = order.sending is Sending.REBOOT and intent.route is Route.DUAL_REBOOT
    outage_s = timers.boot_s if stops_traffic else 0.0
    objection = window_objection(intent, reading.now, timers, is_begun=begun, outage_s=outage_s)
    return Holds(reason="open") if objection is None else Fails(reason=objection)


def _same_way(reading: GateReading) -> Finding:
    begun = reading.known.start
    if begun is None or reading.method is None:
        return Holds(reason=reading.method or "no start")
    if begun.by_rpc:
        return Fails(reason="the ISSU was sent by RPC before: it is looked for, not sent again")
    if reading.method is StartMethod.SHELL:
        return Holds(reason="shell, as before")
    return Fails(reason=f"the start was intended by shell on {begun.starter}; it is not sent by RPC besides")


def _nodes(reading: GateReading) -> Finding:
    blocker = start_blocker(reading.look, reading.known.gathered_groups)
    return Holds(reason="nothing blocks a start") if blocker is None else Fails(reason=blocker)


def _no_issu(reading: GateReading) -> Finding:
    known = reading.known
    blocker = undo_blocker(
        reading.look,
        reading.order.node,
        None if known.conclusion is None else known.conclusion.outcome,
        target=reading.context.intent.image.release if known.start is not None else None,
        gathered=known.gathered_groups,
    )
    return Holds(reason="nothing is under way") if blocker is None else Fails(reason=blocker)


def _prompt_listed(reading: GateReading) -> Finding:
    order, own = reading.order, reading.known.intended_start
    if not isinstance(order, AnswerOrder):
        return Fails(reason="this is no answer to a question")
    if own is None or own.command.transcript is None or own.command.node is not order.node:
        return Fails(reason=f"this upgrade has no job on {order.node} that could ask")
    if listed_words(order.prompt, reading.context.intent.policy.answered_prompts) is None:
        return Fails(reason=f"policy does not list the question '{order.prompt}'")
    path = own.command.transcript
    try:
        words = reading.context.reader.read_text(order.node, path)
        ended = reading.context.reader.read_text(order.node, exit_beside(path)) is not None
    except DeviceError as error:
        return Fails(reason=f"what the job asks now cannot be read: {error.message}")
    if ended or waiting_prompt(words or "") != order.prompt:
        return Fails(reason=f"'{order.prompt}' is not what the job waits for now")
    return Holds(reason="listed, and asked now")


def _still_due(reading: GateReading) -> Finding:
    still_due = reading.order.still_due
    if still_due is None:
        return Holds(reason="does not depend on what the nodes show")
    objection = still_due(reading.look)
    return Holds(reason="due") if objection is None else Fails(reason=objection)


def _left_to_the_journal(reading: GateReading) -> Finding:  # noqa: ARG001
    return Holds(reason="asked in the transaction that writes the intent")


_READERS: Mapping[SendCondition, Callable[[GateReading], Finding]] = {
    SendCondition.OPEN: _open,
    SendCondition.KIND: _kind,
    SendCondition.UNDECIDED: _undecided,
    SendCondition.NOT_STOPPED: _not_stopped,
    SendCondition.NOT_BEGUN: _not_begun,
    SendCondition.OWN_FILE: _own_file,
    SendCondition.OWN_COMMIT: _own_commit,
    SendCondition.OURS_TO_BRING_HOME: _ours_to_bring_home,
    SendCondition.CLOCKS_AGREE: _clocks_agree,
    SendCondition.READINESS: _readiness,
    SendCondition.WAY_BACK: _way_back,
    SendCondition.APPROVED: approved,
    SendCondition.ROUTE_APPROVED: route_approved,
    SendCondition.PLAN_APPROVED: plan_approved,
    SendCondition.WINDOW: _window,
    SendCondition.SAME_WAY: _same_way,
    SendCondition.NODES: _nodes,
    SendCondition.NO_ISSU: _no_issu,
    SendCondition.PROMPT_LISTED: _prompt_listed,
    SendCondition.STILL_DUE: _still_due,
    SendCondition.HELD: _left_to_the_journal,
    SendCondition.ONCE: _left_to_the_journal,
}
