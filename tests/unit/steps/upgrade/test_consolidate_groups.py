"""Groups are moved by hand up to Junos 11.4 only, and by nobody who may not start an upgrade."""

from __future__ import annotations

from datetime import timedelta

import pytest

from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.outcome import Outcome
from srx_issu.steps.upgrade.consolidate_groups import consolidate_groups
from tests.fakes.contexts import FakeUpgrade
from tests.fakes.intents import intent
from tests.fakes.snapshots import N0, N1, OLD, T0, both, group

BY_HAND = "11.4R7.5"
AWAY = (group(0, N0), group(1, N1))


def away(release: str, **changes: object) -> FakeUpgrade:
    """RG1 is not on RG0's primary."""
    fake = FakeUpgrade(intent=intent(**changes))
    fake.reader.now = both(release, release, groups=AWAY)
    return fake.with_baseline(fake.reader.now)


def run(fake: FakeUpgrade) -> dict[str, object]:
    return dict(consolidate_groups(fake.context("issu.consolidate_groups")))


def test_what_is_away_is_moved_where_the_release_does_not_do_it() -> None:
    fake = away(BY_HAND).ready_and_approved()
    assert run(fake) == {"moved": [1]}
    assert fake.writer.sent == [(N0, "request chassis cluster failover redundancy-group 1 node 0")]


def test_a_later_release_does_it_by_itself() -> None:
    fake = away(OLD).ready_and_approved()
    assert run(fake) == {"moved": []}
    assert fake.writer.sent == []


@pytest.mark.parametrize(
    ("fake", "words"),
    [
        (away(BY_HAND), "no passed readiness"),
        (
            away(BY_HAND, window_start=(T0 + timedelta(hours=9)).isoformat()).ready_and_approved(),
            "window opens",
        ),
    ],
)
def test_nothing_is_moved_that_may_not_be_upgraded(fake: FakeUpgrade, words: str) -> None:
    with pytest.raises(RequestRefused, match=words):
        run(fake)
    assert fake.writer.sent == []
    assert fake.outcome is Outcome.REFUSED
