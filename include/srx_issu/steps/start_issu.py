"""The start: look once more, decide, and ask the RG0 primary once. Every retry attaches instead.

Three guards against a second ISSU, each enough by itself: the journal's key is used up before the
request goes out; the device is looked at first; a marker on the node stops the shell job from starting
twice. NETCONF has no marker, so there the first two must do, and doubt means waiting, not sending.
"""

from __future__ import annotations

from typing import assert_never

from srx_issu.domain.decide import AskOperator, Attach, NothingToDo, decide
from srx_issu.domain.decide import Start as StartAction
from srx_issu.domain.errors import RequestRefused, UnknownCommand
from srx_issu.domain.intent import StartMethod
from srx_issu.domain.job import job_name, transcript_path
from srx_issu.ports.devices import Started, StartReport
from srx_issu.ports.journal import EventKind, Outcome
from srx_issu.steps.bench import Bench, Facts
from srx_issu.steps.decide_outcome import decide_outcome
from srx_issu.steps.recall import START_KEY, START_RPC_KEY, baseline, start
from srx_issu.steps.start_conditions import require_start_conditions


def start_issu(bench: Bench) -> Facts:
    """Starts, or attaches to what was started. Raises RequestRefused when it must not or the node says no."""
    events = bench.journal.events(bench.upgrade_id)
    begun = start(events)
    if begun is None:
        require_start_conditions(bench)
    before = baseline(events, bench.evidence)
    action = decide(before, bench.reader.observe(), bench.intent, begun.sent if begun else None)
    bench.tell(EventKind.DECIDED, f"{type(action).__name__}: {action.reason}")
    match action:
        case StartAction():
            return _start(bench, action)
        case Attach():
            return {"attached": True, "phase": action.phase.name if action.phase is not None else None}
        case NothingToDo():
            decide_outcome(bench, Outcome.ALREADY_CURRENT, action.reason)
            raise RequestRefused(f"nothing to start: {action.reason}")
        case AskOperator():
            decide_outcome(bench, Outcome.NOT_READY, f"nothing was sent: {action.reason}")
            raise RequestRefused(action.reason)
    assert_never(action)


def _start(bench: Bench, action: StartAction) -> Facts:
    """Uses the key up, then asks. An earlier try that used it up is followed by the marker's verdict."""
    job = job_name(bench.upgrade_id)
    event = bench.event(
        EventKind.ACTION_INTENDED,
        f"{action.command.cli} ({action.reason})",
        node=action.node,
        key=START_KEY,
        detail={"command": action.command.cli, "transcript": transcript_path(job)},
    )
    bench.journal.intend(bench.upgrade_id, event)
    bench.log.info("%s %s: sending '%s'", bench.intent.cluster.name, action.node, action.command.cli)
    return _judge_report(bench, action, _ask(bench, action, job))


def _ask(bench: Bench, action: StartAction, job: str) -> StartReport:
    """By shell where policy allows and the account has one; else by RPC, which is never tried twice."""
    method = bench.intent.policy.start_method
    if method is not StartMethod.RPC:
        try:
            return bench.writer.start_issu(action.node, action.command, job, StartMethod.SHELL)
        except UnknownCommand as no_shell:
            if method is StartMethod.SHELL:
                decide_outcome(bench, Outcome.NOT_READY, f"nothing was sent: {no_shell}")
                raise
            bench.tell(EventKind.OBSERVED, f"no shell: {no_shell.message}; going by RPC", node=action.node)
    event = bench.event(
        EventKind.ACTION_INTENDED, "request by NETCONF RPC", node=action.node, key=START_RPC_KEY
    )
    if not bench.journal.intend(bench.upgrade_id, event).written:
        raise RequestRefused(f"{action.node}: the RPC was sent before in this upgrade and is not sent twice")
    return bench.writer.start_issu(action.node, action.command, job, StartMethod.RPC)


def _judge_report(bench: Bench, action: StartAction, report: StartReport) -> Facts:
    facts: Facts = {"node": action.node.value, "method": report.method.value, "started": report.started.value}
    match report.started:
        case Started.ACCEPTED:
            bench.tell(EventKind.ACTION_SENT, report.words or "accepted", node=action.node, detail=facts)
        case Started.UNKNOWN:
            words = report.words or "no answer"
            bench.tell(
                EventKind.ACTION_UNKNOWN, f"{words}; looking instead of asking again", node=action.node
            )
        case Started.REFUSED:
            bench.tell(EventKind.ACTION_REFUSED, report.words, node=action.node)
            raise RequestRefused(f"{action.node} refused the ISSU: {report.words}")
        case _:
            assert_never(report.started)
    return facts
