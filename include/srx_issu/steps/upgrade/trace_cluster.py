"""Before the start, where policy asks for it: the cluster's trace options, as a commit that people have read.

A commit changes the configuration, so it stands behind the approval and the window and goes through the gate;
what the baseline says of the configuration is taken anew behind it. It is taken back when the upgrade closes
(``undo_commit``). Decision 098.
"""

from __future__ import annotations

from dataclasses import replace

from srx_issu.domain.cluster.model import NodeName, NodeView, Snapshot
from srx_issu.domain.cluster.state import ClusterState, Rows
from srx_issu.domain.comparison.difference import Observation
from srx_issu.domain.errors import CommandRefused, NotPermitted
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.history.command_events import Sending
from srx_issu.domain.history.events import FindingMade, FoundBy
from srx_issu.domain.history.own_commit import own_commit
from srx_issu.domain.history.step_events import StepFinished
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.configuration import CommitConfiguration, comment_of
from srx_issu.domain.upgrade.traces import SECTION, UNDO, are_wanted, is_tracing, own_traces, trace_lines
from srx_issu.steps.baseline import baseline, baseline_state
from srx_issu.steps.context import Facts, UpgradeContext
from srx_issu.steps.gate.order import CommitOrder
from srx_issu.steps.gate.send import commit_configuration
from srx_issu.steps.upgrade.comparing import keep_look
from srx_issu.steps.upgrade.judge_readiness import reassess_if_old
from srx_issu.steps.upgrade.refuse_start import refuse_start

TRACE_KEY = "trace"  # of the journal: sent once in an upgrade
OWN = "the configuration has chassis cluster traceoptions of its own; they are left as they are"


def trace_cluster(context: UpgradeContext) -> Facts:
    """Nothing without policy's word, and nothing where the configuration has such options already. What
    cannot be committed, or is not seen on both nodes then, keeps the ISSU from being started."""
    if not are_wanted(context.intent) or context.known().start is not None:
        return {}
    if own_commit(context.known()) is None:
        primary = context.reader.observe().primary(0) or NodeName.NODE0  # the gate looks again
        if own_traces(context.reader.configuration(primary, "set")):
            if OWN not in context.known().found_by(FoundBy.COMMIT):
                context.record(FindingMade(by=FoundBy.COMMIT), OWN)
            return {"traces": "left as they are"}
        reassess_if_old(context)
        _commit(context, primary)
    for node in NodeName:
        if not is_tracing(context.reader.configuration(node, "set")):
            refuse_start(context, f"{node} does not show the trace options that were committed")
    _take_configuration_anew(context)
    context.record(StepFinished(), "both nodes trace the cluster; taken back when the upgrade closes")
    return {"traces": "committed"}


def _commit(context: UpgradeContext, node: NodeName) -> None:
    def still_due(now: Snapshot) -> str | None:
        return None if now.primary(0) is node else f"{node} is not primary of RG0 any more"

    comment = comment_of(context.upgrade_id, "trace options for the ISSU")
    order = CommitOrder(
        purpose=SendPurpose.CONFIGURE,
        sending=Sending.TRACE,
        node=node,
        why="policy asks for traces of the ISSU",
        key=TRACE_KEY,
        still_due=still_due,
        command=CommitConfiguration(lines=trace_lines(context.intent.policy.evidence), comment=comment),
        undo=UNDO,
    )
    try:
        commit_configuration(context, order)
    except NotPermitted as no:
        refuse_start(context, no)
    except CommandRefused as refusal:
        refuse_start(context, f"the trace options could not be committed: {refusal}", Outcome.NOT_READY)


def _take_configuration_anew(context: UpgradeContext) -> None:
    """The baseline with the configuration as it is now: the comparison afterwards, and the watch for commits
    of other people, count from here. What it was before is kept for the end."""
    so_far = context.known()
    taken = so_far.baseline
    before, state = baseline(so_far, context.evidence), baseline_state(so_far, context.evidence)
    now = context.reader.observe()
    fresh = context.collect(now, ("configuration", "commits"))
    if taken is None or fresh.configuration == state.configuration:
        return
    if isinstance(state.configuration, Rows) and not isinstance(fresh.configuration, Rows):
        refuse_start(context, f"the configuration cannot be read: {fresh.configuration.reason}")
    _tell_of_others(context, state, fresh)
    anew = replace(
        before, node0=_configured(before.node0, now.node0), node1=_configured(before.node1, now.node1)
    )
    with_traces = replace(state, configuration=fresh.configuration, commits=fresh.commits)
    kept = keep_look(context, "baseline-with-traces", Observation(snapshot=anew, state=with_traces))
    replaced = taken.replaced or taken.state
    context.record(
        replace(taken, snapshot=kept.snapshot, state=kept.state, replaced=replaced),
        "the baseline has the configuration with the trace options now",
    )


def _tell_of_others(context: UpgradeContext, before: ClusterState, now: ClusterState) -> None:
    """What else the configuration has by now than the baseline: no comparison afterwards will tell."""
    for section in _sections_changed(before, now):
        text = f"configuration section '{section}' was changed by somebody else since the baseline"
        if text not in context.known().found_by(FoundBy.COMMIT):
            context.record(FindingMade(by=FoundBy.COMMIT), text)


def _sections_changed(before: ClusterState, now: ClusterState) -> list[str]:
    """But for the one that has the trace options: it is compared when they are taken back."""
    if not isinstance(before.configuration, Rows) or not isinstance(now.configuration, Rows):
        return []  # the assessment tells of a configuration that could not be read
    old, new = (
        {row.section: row.sha256 for row in rows}
        for rows in (before.configuration.rows, now.configuration.rows)
    )
    return [each for each in sorted({*old, *new}) if each != SECTION and old.get(each) != new.get(each)]


def _configured(before: NodeView, now: NodeView) -> NodeView:
    return replace(before, configured_at=now.configured_at, configured_by=now.configured_by)
