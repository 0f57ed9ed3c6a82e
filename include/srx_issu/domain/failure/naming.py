"""Naming a failure: from what both nodes show, before and now, and from the words of the upgrade.

The nodes decide, the transcript only explains: ``classify`` says where the upgrade stopped, and what the
transcript names is taken only where it can have led there (``Facts.situations``). What fits nowhere stays
UNKNOWN. What the classes mean is in ``table.py``; what to do about them in ``recovery/planner.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from srx_issu.domain.cluster.model import GroupState, NodeName, NodeView, Snapshot
from srx_issu.domain.cluster.phase import has_rebooted, issu_signs, not_settled
from srx_issu.domain.failure.classes import FailureClass
from srx_issu.domain.failure.last_words import last_words
from srx_issu.domain.failure.situation import ClusterSituation, Situation, classify, runs
from srx_issu.domain.failure.table import FACTS
from srx_issu.domain.failure.transcript import CLASS_OF_CODE, Stopped

__all__ = ["Diagnosis", "FailureClass", "NodeFinding", "diagnose", "node_findings"]


@dataclass(frozen=True, kw_only=True)
class NodeFinding:
    """One sentence about one node, for the approval's body and the report."""

    node: NodeName
    text: str


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """A failure with everything it was read from."""

    failure: FailureClass
    code: str | None  # the device's error code as printed; None = it gave none
    reason: str  # one sentence
    situation: Situation
    starter: NodeName
    target: str
    window_open: bool | None  # by the transcript: True left open, False closed by the device, None not said
    evidence: tuple[str, ...]  # what speaks for it: the nodes first, the device's own words last
    findings: tuple[NodeFinding, ...]  # node0 first

    @property
    def why(self) -> str:
        """``reason`` without the failure's name, with which it begins."""
        return self.reason.removeprefix(f"{self.failure.label}: ")


@dataclass(frozen=True, kw_only=True)
class _FailureCase:
    """What a classification hangs on."""

    before: Snapshot
    now: Snapshot
    starter: NodeName
    situation: Situation
    stopped: Stopped | None
    has_words: bool
    has_returned: bool  # the command


def diagnose(
    before: Snapshot,
    now: Snapshot,
    starter: NodeName,
    target: str,
    *,
    transcript: str | None,
    overdue: bool,
    exit_status: str | None = None,
) -> Diagnosis:
    """Names what is wrong.

    ``transcript`` is all that the upgrade has said so far, None when it cannot be read. ``overdue`` says
    that the current wait's deadline has passed, or that nobody is known to drive an upgrade (recovery of
    a cluster that was upgraded by hand). Without it, and without the device's own word that the upgrade
    has stopped, an unfinished upgrade is UNDER_WAY. ``exit_status``: of the command; None while it has not
    returned, or nobody knows: then a line with an error may be about what was tried again.
    """
    standing = classify(before, now, starter, target)
    stopped = last_words(transcript, exit_status)
    case = _FailureCase(
        before=before,
        now=now,
        starter=starter,
        situation=standing.situation,
        stopped=stopped,
        has_words=transcript is not None,
        has_returned=overdue or exit_status is not None,
    )
    failure = _classify(case, overdue=overdue)
    return Diagnosis(
        failure=failure,
        code=stopped.code if stopped else None,
        reason=_reason(failure, standing, stopped),
        situation=standing.situation,
        starter=starter,
        target=target,
        window_open=stopped.window_open if stopped else None,
        evidence=(standing.reason, *_broken_links(now), *issu_signs(now), *_words(case, failure)),
        findings=tuple(node_findings(before, now, target)),
    )


def _classify(case: _FailureCase, *, overdue: bool) -> FailureClass:
    if certain := _CERTAIN.get(case.situation):
        return certain
    if not overdue and not _has_given_up(case):
        return FailureClass.UNDER_WAY
    if _broken_links(case.now):
        return FailureClass.LINK_LOST
    if case.situation is Situation.COMPLETE:
        return FailureClass.FINISHED
    if case.stopped is not None and case.stopped.code not in {None, *CLASS_OF_CODE}:
        return FailureClass.UNKNOWN_CODE
    return _by_cause(case) or _by_situation(case)


_CERTAIN: Mapping[Situation, FailureClass] = {
    Situation.BOTH_PRIMARY: FailureClass.BOTH_PRIMARY,
    Situation.LINK_DOWN: FailureClass.LINK_LOST,
}  # whatever the clock and the transcript say

# The failover that is due at this point is the switchover.
_NAMED_OTHERWISE: Mapping[tuple[Situation, FailureClass], FailureClass] = {
    (Situation.PEER_UPGRADED, FailureClass.GROUP_FAILOVER_FAILED): FailureClass.SWITCHOVER_FAILED
}


# Read from the job alone: elsewhere the node that ran it may have rebooted since, as it should.
_WITHOUT_WORDS = (FailureClass.COMMAND_ENDED, FailureClass.PROMPT_UNANSWERED)


def _has_given_up(case: _FailureCase) -> bool:
    """Whether the upgrade is over by its own word, or by what both nodes show.

    Once both nodes run the target, an error among the words is no longer about the upgrade's end.
    """
    if case.situation is Situation.COMPLETE:
        return True
    if case.situation is Situation.SETTLING:
        return _by_cause(case) is not None
    if case.stopped is None:
        return False
    if case.stopped.cause in _WITHOUT_WORDS:
        return _by_cause(case) is not None
    return case.stopped.in_so_many_words or case.has_returned


def _by_cause(case: _FailureCase) -> FailureClass | None:
    if case.stopped is None or case.stopped.cause is None:
        return None
    named = case.stopped.cause
    failure = _NAMED_OTHERWISE.get((case.situation, named), named)
    return failure if case.situation in FACTS[failure].situations else None


_BY_SILENCE: Mapping[Situation, FailureClass] = {
    Situation.STARTER_SILENT: FailureClass.PRIMARY_REBOOT_FAILED,
    Situation.PEER_SILENT: FailureClass.NODE_MISSING,
    Situation.NODE_SILENT: FailureClass.NODE_MISSING,
}


def _by_situation(case: _FailureCase) -> FailureClass:
    """No cause, or one that cannot have led here: the nodes alone must tell."""
    if by_silence := _BY_SILENCE.get(case.situation):
        return by_silence
    match case.situation:
        case Situation.SWITCHED_OVER:
            return _old_primary(case)
        case Situation.STRANGE if case.now.node0.release != case.now.node1.release:
            return FailureClass.VERSIONS_DIFFER
        case Situation.SETTLING:
            return _without_words_of_failure(case)
        case Situation.UNCHANGED | Situation.PEER_UPGRADED if case.stopped is None:
            return _without_words_of_failure(case)
        case _:
            return FailureClass.UNKNOWN


def _old_primary(case: _FailureCase) -> FailureClass:
    """The guide: before the primary's reboot the nodes leave the ISSU; its window tells how far it came.

    Priority 255 and manual flags do not: nothing says that the device takes them back by itself.
    """
    installing = any(view.issu is not None and view.issu.in_progress for view in case.now.views)
    rebooted = has_rebooted(case.before.view(case.starter), case.now.view(case.starter))
    if rebooted or installing:
        return FailureClass.PRIMARY_UPGRADE_FAILED
    return FailureClass.PRIMARY_REBOOT_FAILED


def _without_words_of_failure(case: _FailureCase) -> FailureClass:
    """Overdue, both nodes answer, and the device has not said that it gave up (or it no longer matters)."""
    signs = issu_signs(case.now)
    if case.situation is Situation.PEER_UPGRADED and not signs:
        return FailureClass.VERSIONS_DIFFER
    if case.situation is Situation.SETTLING:
        settled = not any(not_settled(case.now, node) for node in NodeName)
        return FailureClass.STALE_IN_PROGRESS if settled and signs else FailureClass.STUCK
    if case.has_words:
        return FailureClass.STUCK
    if case.situation is Situation.UNCHANGED and signs:
        return FailureClass.STALE_IN_PROGRESS
    return FailureClass.TRANSCRIPT_LOST


def _broken_links(now: Snapshot) -> tuple[str, ...]:
    """Signs of a broken control or fabric link between two nodes that both answer."""
    if not now.both_reachable:
        return ()  # a node that is down takes its ends of the links with it
    return tuple(dict.fromkeys(sentence for view in now.views for sentence in _link_faults(view)))


def _link_faults(view: NodeView) -> Iterator[str]:
    for group in view.groups:
        for member in group.members:
            if member.state is GroupState.LOST and member.node is not view.node:
                yield f"{view.node} has lost {member.node} in RG{group.group_id}, though it answers us"
            if "FL" in (member.monitor_failures or ()):
                yield f"{member.node} has the monitor failure FL (fabric link) in RG{group.group_id}"


def _reason(failure: FailureClass, standing: ClusterSituation, stopped: Stopped | None) -> str:
    if stopped is None:
        return f"{failure.label}: {standing.reason}"
    return f"{failure.label}: {standing.reason}; the device says '{stopped.line}'"


def _words(case: _FailureCase, failure: FailureClass) -> Iterator[str]:
    """The transcript's part of the evidence."""
    if not case.has_words:
        yield "there is no transcript"
        return
    if case.stopped is None:
        yield "the transcript reports no failure"
        return
    yield f"transcript: {case.stopped.line}"
    if case.stopped.cause is not None and _by_cause(case) is not failure:
        yield f"the transcript speaks of '{case.stopped.cause.label}', which is not what the nodes show"


def node_findings(before: Snapshot, now: Snapshot, target: str) -> Iterator[NodeFinding]:
    """What each node shows, for people; node0 first."""
    for view in now.views:
        for text in _node_facts(before.view(view.node), view, target):
            yield NodeFinding(node=view.node, text=text)
        if view.reachable and (unsettled := not_settled(now, view.node)):
            yield NodeFinding(node=view.node, text=unsettled)


def _node_facts(before: NodeView, view: NodeView, target: str) -> Iterator[str]:
    if not view.reachable:
        yield f"does not answer: {view.error or 'no reason given'}"
        return
    on_target = runs(view, target)
    note = {True: "the target", False: "not the target", None: "unknown"}[on_target]
    release = view.release or "a release that it does not name"
    yield f"runs {release} ({note}), before {before.release or 'not known'}"
    if has_rebooted(before, view):
        yield f"has rebooted since the baseline, at {view.booted_at}"
    if view.next_boot is not None and view.next_boot.is_other:
        yield f"will boot {view.next_boot.release or 'an image that it does not name'} next"
    states = ", ".join(f"RG{g.group_id} {view.own_state(g.group_id) or 'not shown'}" for g in view.groups)
    yield f"groups: {states or 'none shown'}"
    if view.issu is not None and view.issu.in_progress is not None:
        yield f"ISSU window {'open' if view.issu.in_progress else 'closed'}"
