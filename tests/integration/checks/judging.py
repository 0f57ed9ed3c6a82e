"""Readiness, and what holds after an upgrade, of a look at the lab: as the steps judge them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import cache

from srx_issu import catalog
from srx_issu.checks.names import CHECK_NAMES, GUIDE_CHECKS
from srx_issu.checks.post_checks import run_post_checks
from srx_issu.checks.readiness import check_readiness
from srx_issu.domain.checking import CheckResult, CheckRule, CheckRules, WhenUnknown
from srx_issu.domain.cluster.model import Address, Cluster, Identity, Image, NodeName
from srx_issu.domain.comparison.difference import Observation
from srx_issu.domain.upgrade.commands import SoftwareFamily
from srx_issu.domain.upgrade.intent import Intent, Policy, Timers
from srx_issu.domain.upgrade.support import InService, Support, SupportMatrix, judge
from srx_issu.domain.verdict import Status
from tests.integration.checks.lab_nodes import LIMITS, TurnedClock
from tests.places import INCLUDE
from tests.unit.checks.plain import plain_run

RUNNING, TARGET = "21.4R3-S5.4", "22.4R3-S2.11"
NOW: datetime = TurnedClock().now()
WORST = (Status.FAIL, Status.ERROR, Status.SKIPPED, Status.PASS)


@cache
def support_rules() -> SupportMatrix:
    """The project's own matrix: the guide's Table 1."""
    return catalog.load(INCLUDE).support_rules


def intent() -> Intent:
    """Of the lab's cluster to a later release, by the policy as it is shipped."""
    return Intent(
        upgrade_id="manual__1",
        cluster=Cluster(
            name="fw-demo-1",
            model="SRX4600",
            site="demo",
            node0=Address(host="192.0.2.1"),
            node1=Address(host="192.0.2.2"),
            connection_id="demo",
            cluster_id=1,
            node0_identity=Identity(hostname="fw-demo-1-n0", serial="CZ57BD199B4A"),
            node1_identity=Identity(hostname="fw-demo-1-n1", serial="CZA5A6A44FA3"),
        ),
        image=Image(
            file="/images/x.tgz",
            name=f"junos-srxhe-x86-64-{TARGET}.tgz",
            release=TARGET,
            models=frozenset({"SRX4600"}),
            sha256="0" * 64,
            size_bytes=4_000_000,
        ),
        software=SoftwareFamily.SYSTEM,
        policy=Policy(timers=Timers(), limits=LIMITS, tolerances={}),
        requested_by="ops",
    )


def everything_unknown_is_told(given: Intent) -> Intent:
    """With every check's "not known" an ERROR, also where the check comes with SKIPPED."""
    warn = CheckRule(when_unknown=WhenUnknown.WARN)
    rules: CheckRules = given.policy.checks
    told = dict.fromkeys(CHECK_NAMES - GUIDE_CHECKS, warn)
    return replace(given, policy=replace(given.policy, checks=replace(rules, checks=told)))


def support(look: Observation, given: Intent) -> Support:
    running = next((view.release for view in look.snapshot.views if view.release), None)
    if running is None:
        return Support(verdict=InService.REFUSED, reason="neither node said which release it runs")
    return judge(given.cluster.model, running, given.image.release, support_rules())


def ready(look: Observation, given: Intent, on_support: Support | None = None) -> tuple[CheckResult, ...]:
    asked = on_support or support(look, given)
    return check_readiness(look.snapshot, look.state, given, asked, plain_run).results


def afterwards(before: Observation, after: Observation, given: Intent) -> tuple[CheckResult, ...]:
    return run_post_checks(
        before=before.snapshot,
        before_state=before.state,
        after=after.snapshot,
        after_state=after.state,
        intent=given,
        flags_reset=True,
        validate=plain_run,
    ).results


def of(results: Iterable[CheckResult], check: str, node: NodeName | None) -> list[CheckResult]:
    return [result for result in results if (result.check, result.node) == (check, node)]


def worst(results: Iterable[CheckResult], check: str, node: NodeName | None) -> CheckResult:
    found = of(results, check, node)
    assert found, f"no result of {check} for {node or 'the cluster'}"
    return min(found, key=lambda result: WORST.index(result.status))
