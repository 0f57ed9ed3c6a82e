"""May I start? All preconditions of one cluster, judged from what both nodes showed."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace

from srx_issu.checks.check import Check
from srx_issu.checks.cluster_frame import cluster_frame, runs_target
from srx_issu.checks.frames import Frame, Subject
from srx_issu.checks.group_frames import groups_frame, members_frame
from srx_issu.checks.guide_checks import guide_checks
from srx_issu.checks.identity_checks import IDENTITY, identity_checks
from srx_issu.checks.node_frame import nodes_frame
from srx_issu.checks.part_frames import links_frame, pfes_frame, pics_frame, spus_frame
from srx_issu.checks.practice_checks import practice_checks
from srx_issu.checks.results import enabled, results
from srx_issu.checks.runner import Validate, run
from srx_issu.checks.words import many
from srx_issu.domain.checking import CheckResult, Readiness, ReadinessVerdict, first_words
from srx_issu.domain.intent import Intent
from srx_issu.domain.model import Snapshot
from srx_issu.domain.rows import LinkKind
from srx_issu.domain.state import ClusterState
from srx_issu.domain.support import Support
from srx_issu.domain.verdict import Status

log = logging.getLogger(__name__)


def check_readiness(
    snapshot: Snapshot,
    state: ClusterState,
    intent: Intent,
    support: Support,
    validate: Validate = run,
    *,
    no_image: str | None = None,
) -> Readiness:
    """Judges one look at the cluster. Rules and limits are those of ``intent.policy``.

    NOT_READY when any blocking check failed or could not be judged, ASK when only the support matrix
    leaves the pair of releases to a person, ALREADY_CURRENT when both nodes run the target.
    ``no_image`` says why ``intent.image`` stands for none: what needs one is SKIPPED then.
    ``validate`` runs the checks over the tables: Great Expectations, unless a test has its own.
    """
    rules = intent.policy.checks
    subject = Subject(snapshot=snapshot, state=state, intent=intent, rules=rules)
    frames = _frames(subject, support)
    checks = enabled(readiness_checks(intent), rules)
    ran = validate(frames, checks)
    told = results(ran.outcomes, {frame.name: frame for frame in frames}, subject)
    if no_image is not None:
        told = tuple(_without_image(result, no_image) for result in told)
    asking = {check.name for check in checks if check.asks}
    current = no_image is None and runs_target(subject)
    readiness = _judged(subject, told, asking, ran.validations, current=current)
    log.info("%s: %s: %s", snapshot.cluster, readiness.verdict, readiness.reason)
    return readiness


NEED_AN_IMAGE = frozenset(
    {"image_for_model", "var_tmp_space", "release_is_later", "eligible", "eligibility_documented"}
)


def _without_image(result: CheckResult, why: str) -> CheckResult:
    if result.check not in NEED_AN_IMAGE:
        return result
    text = f"{result.node}: {why}" if result.node else why
    return replace(result, status=Status.SKIPPED, measured=None, limit=None, text=text, remedy=None)


def readiness_checks(intent: Intent) -> tuple[Check, ...]:
    """Every readiness check with the figures of this cluster's policy, the guide's first."""
    policy = intent.policy
    return (
        *guide_checks(policy.limits),
        *identity_checks(),
        *practice_checks(policy.limits, policy.timers, policy.checks),
    )


def _frames(subject: Subject, support: Support) -> tuple[Frame, ...]:
    return (
        nodes_frame(subject),
        members_frame(subject),
        groups_frame(subject),
        cluster_frame(subject, support),
        links_frame(subject, "control_link", (LinkKind.CONTROL,)),
        links_frame(subject, "control_interfaces", (LinkKind.CONTROL_INTERFACE,)),
        links_frame(subject, "fabric_links", (LinkKind.FABRIC, LinkKind.FABRIC_CHILD)),
        pics_frame(subject),
        pfes_frame(subject.state),
        spus_frame(subject.state),
    )


def _judged(
    subject: Subject,
    told: tuple[CheckResult, ...],
    asking: set[str],
    raw: Mapping[str, object],
    *,
    current: bool,
) -> Readiness:
    verdict, reason = _verdict(subject, told, asking, current=current)
    return Readiness(results=told, verdict=verdict, reason=reason, validations=raw)


def _verdict(
    subject: Subject, told: tuple[CheckResult, ...], asking: set[str], *, current: bool
) -> tuple[ReadinessVerdict, str]:
    wrong = [r for r in told if r.blocks and r.check in IDENTITY and not r.because_silent]
    if wrong:  # another device's release says nothing about this cluster
        return ReadinessVerdict.NOT_READY, first_words(wrong)
    if current:
        return (
            ReadinessVerdict.ALREADY_CURRENT,
            f"both nodes run {subject.snapshot.node0.release} already",
        )
    blocking = [result for result in told if result.blocks]
    if blocking:
        return ReadinessVerdict.NOT_READY, first_words(
            [r for r in blocking if not r.because_silent] or blocking
        )
    if not told:
        return ReadinessVerdict.NOT_READY, "nothing was checked"
    questions = [result for result in told if result.check in asking and result.is_finding]
    if questions:
        return ReadinessVerdict.ASK, first_words(questions)
    findings = sum(result.is_finding for result in told)
    return ReadinessVerdict.READY, f"all preconditions hold; {many(findings, 'finding', 'findings')}"
