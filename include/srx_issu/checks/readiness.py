"""May I start? All preconditions of one cluster, judged from what both nodes showed."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import replace

from srx_issu.checks.check import Check
from srx_issu.checks.frames import Subject
from srx_issu.checks.nodes.identity import IDENTITY
from srx_issu.checks.results import enabled, results
from srx_issu.checks.route_suites import LATER, SUITES, RouteSuite
from srx_issu.checks.runner import Validate, run
from srx_issu.checks.tables import every_check, every_frame
from srx_issu.domain.checking import CheckResult, Readiness, ReadinessVerdict, Severity, first_words
from srx_issu.domain.cluster.model import Snapshot
from srx_issu.domain.cluster.state import ClusterState
from srx_issu.domain.junos.version import same_release
from srx_issu.domain.plural import many
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.domain.upgrade.support import Support
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
    subject = Subject(snapshot=snapshot, state=state, intent=intent, rules=rules, support=support)
    frames = every_frame(subject)
    suite = SUITES[intent.route]
    checks = enabled(readiness_checks(intent), rules)
    ran = validate(frames, checks, suite.readiness)
    found = results(ran.outcomes, {frame.name: frame for frame in frames}, subject)
    found = (*found, *_not_asked(suite))
    if no_image is not None:
        found = tuple(_without_image(result, no_image) for result in found)
    asking = {check.name for check in checks if check.asks}
    current = no_image is None and _runs_target(subject)
    verdict, reason = _verdict(subject, found, asking, current=current)
    readiness = Readiness(
        suite=suite.readiness, results=found, verdict=verdict, reason=reason, validations=ran.validations
    )
    log.info("%s: %s: %s", snapshot.cluster, readiness.verdict, readiness.reason)
    return readiness


NEED_AN_IMAGE = frozenset(
    {
        "image_for_model",
        "var_tmp_space",
        "var_tmp_space_at_start",
        LATER,
        "eligible",
        "eligibility_documented",
        "known_problems",
    }
)


def _without_image(result: CheckResult, why: str) -> CheckResult:
    if result.check not in NEED_AN_IMAGE:
        return result
    text = f"{result.node}: {why}" if result.node else why
    return replace(result, status=Status.SKIPPED, measured=None, limit=None, text=text, remedy=None)


def readiness_checks(intent: Intent) -> tuple[Check, ...]:
    """Those that the upgrade's route asks, with the figures of this cluster's policy, the guide's first."""
    return SUITES[intent.route].asked(every_check(intent.policy))


def _not_asked(suite: RouteSuite) -> tuple[CheckResult, ...]:
    """A line for each check that the route leaves out, so that nobody misses it."""
    return tuple(
        CheckResult(
            check=name,
            severity=Severity.INFO,
            status=Status.SKIPPED,
            node=None,
            measured=None,
            limit=None,
            text=f"not asked on this route ({suite.route.label}): {why}",
        )
        for name, why in suite.leaves_out.items()
    )


def _runs_target(subject: Subject) -> bool:
    """Both nodes run the image's release, by their own word."""
    target = subject.intent.image.release
    return all(v.release is not None and same_release(v.release, target) for v in subject.snapshot.views)


# What brings a lot of the others with it.
_CAUSES = ("node_reachable", "control_link", "fabric_links")


def _causes_first(blocking: list[CheckResult]) -> list[CheckResult]:
    """Causes before what follows from them, what is wrong before what is not known, and of each check one
    result before a second one of any."""
    seen: Counter[str] = Counter()
    places = []
    for result in blocking:
        places.append((result.check not in _CAUSES, seen[result.check], result.status is not Status.FAIL))
        seen[result.check] += 1
    return [blocking[index] for index in sorted(range(len(blocking)), key=lambda at: places[at])]


def _verdict(
    subject: Subject, found: tuple[CheckResult, ...], asking: set[str], *, current: bool
) -> tuple[ReadinessVerdict, str]:
    wrong = [r for r in found if r.blocks and r.check in IDENTITY and not r.because_silent]
    if wrong:  # another device's release says nothing about this cluster
        return ReadinessVerdict.NOT_READY, first_words(wrong)
    if current:
        return (
            ReadinessVerdict.ALREADY_CURRENT,
            f"both nodes run {subject.snapshot.node0.release} already",
        )
    blocking = [result for result in found if result.blocks]
    if blocking:
        spoken = [result for result in blocking if not result.because_silent]
        return ReadinessVerdict.NOT_READY, first_words(_causes_first(spoken or blocking))
    if all(result.status is Status.SKIPPED for result in found):
        return ReadinessVerdict.NOT_READY, "nothing was checked"
    questions = [result for result in found if result.check in asking and result.is_finding]
    if questions:
        return ReadinessVerdict.ASK, first_words(questions)
    findings = sum(result.is_finding for result in found)
    return ReadinessVerdict.READY, f"all preconditions hold; {many(findings, 'finding')}"
