"""Eligibility is judged by the rules that were kept with the upgrade, for the route that it takes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.domain.cluster.model import ManagementPath
from srx_issu.domain.cluster.rows import ClusterFeatures
from srx_issu.domain.cluster.state import ClusterState, NotAnswered, Rows
from srx_issu.domain.upgrade.route import Allowance, Route, RouteRule, RouteRules, RouteScope
from srx_issu.domain.upgrade.support import InService, Platform, Support, SupportMatrix
from srx_issu.steps.upgrade.eligibility import eligibility
from tests.fakes.contexts import FakeUpgrade
from tests.fakes.intents import intent
from tests.fakes.snapshots import T0, both

RULES = SupportMatrix(
    platforms={
        "SRX4600": Platform(
            model="SRX4600", in_service=InService.ISSU, reason="table 1", snapshot_supported=True
        )
    }
)


def test_the_rules_of_the_intent_decide() -> None:
    context = FakeUpgrade(intent=intent(support=RULES)).context("assess.check_readiness")
    support = eligibility(context, both())
    assert (support.verdict, support.snapshot_supported) == (InService.ISSU, True)


def test_an_upgrade_of_an_older_version_that_kept_no_rules_is_not_started() -> None:
    context = FakeUpgrade(intent=intent(support=None)).context("assess.check_readiness")
    support = eligibility(context, both())
    assert support.verdict is InService.REFUSED
    assert "start a new run" in support.reason


ROUTES = RouteRules(
    rules=(
        RouteRule(
            route=Route.DUAL_REBOOT,
            scope=RouteScope(),
            allowance=Allowance.ALLOWED,
            reason="one of four ways",
            source="KB",
        ),
        RouteRule(
            route=Route.ICU, scope=RouteScope(), allowance=Allowance.REFUSED, reason="no ICU", source="ICU"
        ),
    )
)


def judged(route: Route, **changes: object) -> Support:
    rules = replace(RULES, routes=ROUTES)
    asked = replace(intent(support=rules), route=route, **changes)  # type: ignore[arg-type]
    return eligibility(FakeUpgrade(intent=asked).context("assess.check_readiness"), both())


def test_another_route_is_judged_by_its_own_rules() -> None:
    support = judged(Route.DUAL_REBOOT)
    assert support.allowance is Allowance.ASK  # nobody told of a path beside the cluster
    assert support.reason.startswith("dual reboot: not known whether both management addresses")


def test_a_refused_route_names_the_gentlest_that_may_be_taken_with_its_command() -> None:
    support = judged(Route.ICU)
    assert support.allowance is Allowance.REFUSED
    assert "ICU (in-band cluster upgrade): no ICU" in support.reason
    assert "the gentlest route that may be taken is ISSU" in support.reason
    assert support.reason.endswith(f"srx-issu upgrade fw-1 --image {intent().image.name} --route issu")


def test_a_downgrade_asked_for_as_an_issu_names_another_route() -> None:
    older = replace(intent().image, release="19.4R1")
    support = judged(Route.ISSU, image=older)
    assert support.allowance is Allowance.REFUSED
    assert "which a person must approve with a reason: srx-issu upgrade fw-1" in support.reason
    assert support.reason.endswith("--route minimal_downtime --on-site NAME")


def test_rules_of_an_older_version_name_no_other_route() -> None:
    older = replace(intent().image, release="19.4R1")
    asked = replace(intent(support=RULES), image=older)
    support = eligibility(FakeUpgrade(intent=asked).context("assess.check_readiness"), both())
    assert "--route" not in support.reason


def reached(path: ManagementPath | None) -> Allowance:
    return judged(Route.DUAL_REBOOT, cluster=replace(intent().cluster, management_path=path)).allowance


def test_how_both_nodes_are_reached_is_what_the_inventory_says() -> None:
    assert reached(None) is Allowance.ASK
    assert reached(ManagementPath.BESIDE) is reached(ManagementPath.CONSOLE) is Allowance.ALLOWED
    assert reached(ManagementPath.THROUGH) is Allowance.REFUSED


def of_a_downgrade(features: Rows[ClusterFeatures] | NotAnswered) -> Support:
    rules, image = replace(RULES, routes=ROUTES), replace(intent().image, release="19.4R1")
    cluster = replace(intent().cluster, management_path=ManagementPath.BESIDE)
    asked = intent(support=rules, route=Route.DUAL_REBOOT, image=image, cluster=cluster)
    state = ClusterState(cluster="fw-1", taken_at=T0, cluster_features=features)
    return eligibility(FakeUpgrade(intent=asked).context("assess.check_readiness"), both(), state)


@pytest.mark.parametrize(
    ("features", "allowance", "words"),
    [
        (Rows(rows=(ClusterFeatures(ha_link_encryption=False),)), Allowance.ALLOWED, "one of four ways"),
        (Rows(rows=(ClusterFeatures(ha_link_encryption=True),)), Allowance.ASK, "the HA link is encrypted"),
        (NotAnswered(reason="silent"), Allowance.ASK, "not known whether the HA link is encrypted"),
    ],
)
def test_a_downgrade_is_judged_by_the_encryption_that_the_configuration_shows(
    features: Rows[ClusterFeatures] | NotAnswered, allowance: Allowance, words: str
) -> None:
    support = of_a_downgrade(features)
    assert support.allowance is allowance
    assert words in support.reason
