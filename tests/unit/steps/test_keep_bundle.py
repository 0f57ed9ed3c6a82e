"""A bundle is kept where policy asks for it, once a moment, and never costs the upgrade anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from srx_issu.domain.errors import DeviceError, DeviceTimeout, RequestRefused
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.upgrade.intent import EvidenceRules
from srx_issu.report.documents import bundles
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.evidence.keep_bundle import keep_bundle_after, keep_bundle_before
from tests.fakes.contexts import FakeUpgrade
from tests.fakes.intents import POLICY, intent

WANTED = replace(POLICY, evidence=EvidenceRules(bundle=True))


def asked(fake: FakeUpgrade, ask: Callable[[], str] = lambda: "a bundle") -> UpgradeContext:
    return replace(fake.context("assess.keep_bundle"), bundle=ask)


def names(fake: FakeUpgrade) -> list[str]:
    return [name.rpartition("/")[2] for name in fake.evidence.names(fake.intent.upgrade_id)]


def never() -> str:
    raise AssertionError("nobody should be asked")


def test_without_policys_word_nobody_is_asked() -> None:
    fake = FakeUpgrade()
    assert keep_bundle_before(asked(fake, never)) == keep_bundle_after(asked(fake, never)) == {}
    assert names(fake) == []


def test_each_moment_has_one_whatever_is_tried_again() -> None:
    fake = FakeUpgrade(intent=intent(policy=WANTED))
    keep_bundle_before(asked(fake))
    assert keep_bundle_before(asked(fake, never)) == {}
    fake.with_start()
    keep_bundle_after(asked(fake))
    assert names(fake) == ["bundle-before.json", "bundle-after.json"]
    assert bundles(names(fake)) == ("bundle-before.json", "bundle-after.json")


def test_behind_the_start_the_moment_before_is_over() -> None:
    fake = FakeUpgrade(intent=intent(policy=WANTED)).with_start()
    assert keep_bundle_before(asked(fake, never)) == {}


@pytest.mark.parametrize("error", [DeviceTimeout("node0", "silent"), RequestRefused("no account")])
def test_one_that_cannot_be_had_is_a_remark(error: DeviceError | RequestRefused) -> None:
    def fails() -> str:
        raise error

    fake = FakeUpgrade(intent=intent(policy=WANTED))
    assert keep_bundle_before(asked(fake, fails)) == {}
    assert fake.texts(EntryKind.OBSERVED) == [f"no bundle was kept: {error}"]
    assert names(fake) == []
