"""Where an in-band cluster upgrade (ICU) has stopped, named from both nodes, its words and its end.

The nodes decide; words only name the cause of what the nodes show. Whether its command has ended is told by
the exit file of its job alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from srx_issu.domain.cluster.icu_phase import is_wrong_way_round
from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.phase import has_rebooted
from srx_issu.domain.failure.classes import FailureClass
from srx_issu.domain.failure.last_words import last_words
from srx_issu.domain.failure.naming import Diagnosis, node_findings
from srx_issu.domain.failure.situation import ClusterSituation, Situation, classify, runs
from srx_issu.domain.failure.table import FACTS
from srx_issu.domain.failure.transcript import Stopped


@dataclass(frozen=True, kw_only=True)
class IcuJob:
    """What the job of the ICU has left on its node. ``transcript``, ``exit_status``: None where there is
    none, or nobody could read it; ``has_ended``: None where nobody can tell."""

    transcript: str | None
    exit_status: str | None
    has_ended: bool | None


@dataclass(frozen=True, kw_only=True)
class _IcuCase:
    """What a name hangs on."""

    before: Snapshot
    now: Snapshot
    starter: NodeName
    target: str
    situation: Situation
    stopped: Stopped | None
    job: IcuJob

    @property
    def is_half_way(self) -> bool:
        """The secondary runs the target and the primary what it ran, without having rebooted since."""
        primary, secondary = self.now.view(self.starter), self.now.view(self.starter.peer)
        is_old = primary.reachable and not self.starter_rebooted and runs(primary, self.target) is False
        return is_old and runs(secondary, self.target) is True

    @property
    def starter_rebooted(self) -> bool:
        return has_rebooted(self.before.view(self.starter), self.now.view(self.starter))

    @property
    def secondary_rebooted(self) -> bool:
        return has_rebooted(self.before.view(self.starter.peer), self.now.view(self.starter.peer))


def diagnose_icu(
    before: Snapshot, now: Snapshot, starter: NodeName, target: str, *, job: IcuJob, overdue: bool
) -> Diagnosis:
    """Names what is wrong. ``overdue``: the deadline of the current wait has passed. Without it, and without
    the node's own word or the job's end, an unfinished ICU is UNDER_WAY."""
    standing = classify(before, now, starter, target)
    stopped = last_words(job.transcript, job.exit_status)
    case = _IcuCase(
        before=before,
        now=now,
        starter=starter,
        target=target,
        situation=standing.situation,
        stopped=stopped,
        job=job,
    )
    failure = _certain(case)
    if failure is None and not overdue and not _has_given_up(case):
        failure = FailureClass.UNDER_WAY
    failure = failure or _named(case)
    return Diagnosis(
        failure=failure,
        code=None,
        reason=_reason(failure, standing, stopped),
        situation=standing.situation,
        starter=starter,
        target=target,
        window_open=None,
        evidence=(standing.reason, *_evidence(case)),
        findings=tuple(node_findings(before, now, target)),
    )


def _certain(case: _IcuCase) -> FailureClass | None:
    """Whatever clock and words say."""
    if case.situation is Situation.BOTH_PRIMARY:
        return FailureClass.BOTH_PRIMARY
    secondary_is_new = runs(case.now.view(case.starter.peer), case.target)
    primary_is_old = runs(case.now.view(case.starter), case.target) is False
    back_on_old = secondary_is_new and primary_is_old and case.starter_rebooted
    if back_on_old or is_wrong_way_round(case.now, case.starter, case.target):
        return FailureClass.RELEASES_TOGETHER
    if case.situation is Situation.LINK_DOWN:
        return FailureClass.LINK_LOST
    return FailureClass.FINISHED if case.situation is Situation.COMPLETE else None


def _has_given_up(case: _IcuCase) -> bool:
    """By its own word. A command that only has ended may have done so with its node's reboot."""
    if case.stopped is None or case.starter_rebooted or runs(case.now.view(case.starter), case.target):
        return False
    if case.stopped.cause is FailureClass.COMMAND_ENDED:
        return case.situation is Situation.UNCHANGED
    return case.stopped.in_so_many_words or case.job.has_ended is True


_BY_SITUATION: Mapping[Situation, FailureClass] = {
    Situation.SETTLING: FailureClass.NOT_IN_SYNC,
    Situation.STARTER_SILENT: FailureClass.PRIMARY_REBOOT_FAILED,
    Situation.NODE_SILENT: FailureClass.NODE_MISSING,
}


def _named(case: _IcuCase) -> FailureClass:
    if by_situation := _BY_SITUATION.get(case.situation):
        return by_situation
    match case.situation:
        case Situation.PEER_SILENT:
            return _by_cause(case) or FailureClass.NODE_MISSING
        case Situation.UNCHANGED:
            return _unchanged(case)
        case _ if case.is_half_way:
            return _half_way(case)
        case _:
            return FailureClass.UNKNOWN


def _unchanged(case: _IcuCase) -> FailureClass:
    """Both nodes run the old release. Once the secondary has rebooted, the primary is not asked to abort."""
    if case.secondary_rebooted and case.job.has_ended is not True:
        return FailureClass.ICU_NOT_ENDED
    if case.job.has_ended and any(view.next_boot is None for view in case.now.views):
        return FailureClass.NEXT_BOOT_UNKNOWN
    if case.job.transcript is None:
        return FailureClass.TRANSCRIPT_LOST
    return _by_cause(case) or (FailureClass.STUCK if not case.job.has_ended else FailureClass.COMMAND_ENDED)


def _half_way(case: _IcuCase) -> FailureClass:
    """Behind the secondary's reboot: who may still reboot the primary must be known to have ended."""
    if case.job.has_ended is not True:
        return FailureClass.ICU_NOT_ENDED
    if named := _by_cause(case):
        return named
    if case.stopped is not None and case.stopped.cause is not FailureClass.COMMAND_ENDED:
        return FailureClass.ICU_ENDED_HALF_WAY
    return FailureClass.COMMAND_ENDED


def _by_cause(case: _IcuCase) -> FailureClass | None:
    """What the words name, where it can have led here."""
    cause = case.stopped.cause if case.stopped else None
    if cause is None or case.situation not in FACTS[cause].situations:
        return None
    return cause


def _reason(failure: FailureClass, standing: ClusterSituation, stopped: Stopped | None) -> str:
    said = f"; the device says '{stopped.line}'" if stopped else ""
    return f"{failure.label}: {standing.reason}{said}"


def _evidence(case: _IcuCase) -> Iterator[str]:
    ended = {True: "has ended", False: "has not ended", None: "is not known to have ended"}
    yield f"the ICU's command on {case.starter} {ended[case.job.has_ended]}"
    for view in case.now.views:
        if view.next_boot is None:
            yield f"{view.node} does not tell what it boots next"
    if case.job.transcript is None:
        yield "there is no transcript"
    elif case.stopped is None:
        yield "the transcript reports no failure"
    else:
        yield f"transcript: {case.stopped.line}"
