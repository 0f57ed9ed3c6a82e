"""Eligibility is judged by the rules that were kept with the upgrade."""

from __future__ import annotations

from srx_issu.domain.upgrade.support import InService, Platform, SupportMatrix
from srx_issu.steps.upgrade.judge_readiness import eligibility
from tests.fakes.contexts import FakeUpgrade
from tests.fakes.intents import intent
from tests.fakes.snapshots import both

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
