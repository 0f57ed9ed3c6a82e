from __future__ import annotations

import pytest

from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.outcome import Outcome
from srx_issu.steps.upgrade.release_cluster import release_cluster
from tests.fakes.contexts import FakeUpgrade
from tests.fakes.snapshots import T0


def release(fake: FakeUpgrade, reason: str = "rolled back by hand, both on 21.4R3") -> str:
    return release_cluster("fw-1", reason, "ada", fake.journal, fake.leases, T0)


def test_gives_back_what_a_closed_upgrade_kept_and_says_who_did() -> None:
    fake = FakeUpgrade()
    fake.journal.close_upgrade("manual__1", Outcome.NEEDS_OPERATOR, "stuck", T0)
    assert release(fake) == "manual__1"
    assert fake.leases.holder("cluster:fw-1") is None
    assert "released by ada" in fake.texts(EntryKind.APPROVAL)[0]


def test_refuses_while_the_upgrade_is_at_work() -> None:
    fake = FakeUpgrade()
    with pytest.raises(RequestRefused, match="is being upgraded by manual__1"):
        release(fake)
    assert fake.leases.holder("cluster:fw-1") is not None


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501, "bell \a"])
def test_refuses_without_a_reason(reason: str) -> None:
    with pytest.raises(RequestRefused, match="reason required"):
        release(FakeUpgrade(), reason)


def test_refuses_when_nobody_holds_it() -> None:
    fake = FakeUpgrade()
    fake.leases.release("cluster:fw-1", "manual__1")
    with pytest.raises(RequestRefused, match="nobody holds"):
        release(fake)
