"""What becomes of a campaign's cluster: its start and its end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.campaign.admit import MustWait
from srx_issu.campaign.gate import WaveDecision
from srx_issu.campaign.model import Result
from srx_issu.campaign.order import ROUTE_KEY
from srx_issu.domain.history.entry import entry_of
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.route import Route
from srx_issu.steps.campaign.cluster_task import AttachToRun, ClusterEnded, StartRun
from srx_issu.steps.campaign.ends import collect, give_up
from srx_issu.steps.campaign.upgrade import note_made, note_start
from srx_issu.steps.campaign.wave import (
    judge,
    open_wave,
)
from tests.fakes.campaigns import FakeCampaign
from tests.fakes.contexts import start_intended
from tests.unit.steps.campaign.spring import (
    CORE,
    approved,
    in_wave_two,
    order,
    run,
    step,
    task,
)


class TestStart:
    def test_takes_what_it_needs_for_the_run_and_hands_on_its_parameters(self) -> None:
        fake = approved()
        fake.fleet = [replace(m, conflict_groups=CORE) for m in fake.fleet]  # not looked at any more
        open_wave(fake.context(), 1)
        go = step(fake, "a")
        assert isinstance(go, StartRun)
        assert go.run_id == "spring__1__a"
        conf = go.order.conf
        assert (conf["cluster"], conf["approval"], conf["window_end"]) == ("a", None, None)
        assert {lease.owner for lease in fake.leases.held.values()} == {"spring__1__a"}

    def test_an_issu_is_ordered_as_older_versions_did_and_another_route_by_name(self) -> None:
        fake = approved()
        open_wave(fake.context(), 1)
        go = step(fake, "a")
        assert isinstance(go, StartRun)
        assert (go.order.route, ROUTE_KEY in go.order.conf) == (Route.ISSU, False)
        other = approved(route=Route.DUAL_REBOOT)
        open_wave(other.context(), 1)
        go = step(other, "a")
        assert isinstance(go, StartRun)
        assert (go.order.route, go.order.conf[ROUTE_KEY]) == (Route.DUAL_REBOOT, "dual_reboot")
        note_start(other.context(), task(other, "a"), go.order)
        assert step(other, "a") == AttachToRun(
            run_id=go.run_id, conf=go.order.whole_conf, route=Route.DUAL_REBOOT
        )

    def test_a_second_try_attaches_and_never_starts_another(self) -> None:
        fake = approved()
        open_wave(fake.context(), 1)
        go = step(fake, "a")
        assert isinstance(go, StartRun)
        again = step(fake, "a")  # the worker died before it noted the start
        assert isinstance(again, StartRun)
        assert again.run_id == go.run_id
        other = step(fake, "a")
        assert isinstance(other, StartRun)
        assert note_start(fake.context(), task(fake, "a"), go.order) == go.order
        assert note_start(fake.context(), task(fake, "a"), other.order) == go.order  # the first one counts
        # died before the run was made
        assert step(fake, "a") == AttachToRun(run_id=go.run_id, conf=go.order.whole_conf)
        fake.open_upgrade(go.order)
        assert step(fake, "a") == AttachToRun(run_id=go.run_id, conf=None)
        fake.upgrades.close_upgrade(go.run_id, Outcome.UPGRADED, "", fake.clock.now())
        collect(fake.context(), task(fake, "a"), go.run_id, None)
        assert step(fake, "a") == ClusterEnded(result=Result.UPGRADED, reason="")

    def test_waits_while_somebody_else_holds_what_it_needs(self) -> None:
        fake = approved()
        open_wave(fake.context(), 1)
        fake.leases.take("cluster:a", "manual__7", 60)
        assert step(fake, "a") == MustWait(reason="cluster:a is held by manual__7")

    def test_no_more_at_once_than_the_campaign_says(self) -> None:
        fake = in_wave_two(approved())
        assert [type(step(fake, name, 2)) for name in "bcd"] == [StartRun, StartRun, MustWait]
        run(fake, "b", Outcome.UPGRADED, 2)
        assert isinstance(step(fake, "d", 2), StartRun)

    def test_orders_and_the_stop_are_heard(self) -> None:
        fake = in_wave_two(approved())
        fake.stopped = "stopped by eve"
        assert step(fake, "b", 2) == MustWait(reason="stopped by eve")
        fake.stopped = None
        order(fake, "pause")
        assert step(fake, "b", 2) == MustWait(reason="paused by bob: because")
        order(fake, "resume")
        assert isinstance(step(fake, "b", 2), StartRun)
        order(fake, "abort")
        assert step(fake, "c", 2) == ClusterEnded(result=Result.NOT_STARTED, reason="aborted by bob: because")

    def test_what_was_taken_is_given_back_when_an_order_comes_before_the_start(self) -> None:
        fake = in_wave_two(approved())
        assert isinstance(step(fake, "b", 2), StartRun)
        order(fake, "pause")
        assert isinstance(step(fake, "b", 2), MustWait)
        assert fake.leases.held == {}

    def test_over_the_budget_nothing_new_starts(self) -> None:
        fake = in_wave_two(approved())
        run(fake, "b", Outcome.ROLLED_BACK, 2)
        assert step(fake, "c", 2) == ClusterEnded(
            result=Result.NOT_STARTED, reason="1 failed (b); allowed failures of the campaign: 0"
        )


class TestEnd:
    def start(self, fake: FakeCampaign) -> str:
        open_wave(fake.context(), 1)
        go = step(fake, "a")
        assert isinstance(go, StartRun)
        note_start(fake.context(), task(fake, "a"), go.order)
        note_made(fake.context(), task(fake, "a"), go.run_id)
        return go.run_id

    def test_is_awaited_while_the_run_lives(self) -> None:
        fake = approved()
        upgrade = self.start(fake)
        assert collect(fake.context(), task(fake, "a"), upgrade, "running") is None
        assert collect(fake.context(), task(fake, "a"), upgrade, None) is None

    @pytest.mark.parametrize("state", ["failed", "success"])
    def test_a_run_that_never_claimed_has_sent_nothing(self, state: str) -> None:
        fake = approved()
        over = collect(fake.context(), task(fake, "a"), self.start(fake), state)
        assert over is not None
        assert over.result is Result.REFUSED
        assert fake.leases.held == {}

    def test_a_run_that_died_after_the_start_is_unknown_and_keeps_its_cluster(self) -> None:
        fake = approved()
        upgrade = self.start(fake)
        fake.open_upgrade(fake.state.orders_given["a"])
        fake.upgrades.intend(upgrade, entry_of(start_intended(), "", at=fake.clock.now(), step="issu.start"))
        over = collect(fake.context(), task(fake, "a"), upgrade, "failed")
        assert over is not None
        assert over.result is Result.UNKNOWN
        assert list(fake.leases.held) == ["cluster:a"]
        assert judge(fake.context(), 1, 1) is WaveDecision.HOLD
        assert any("a needs an operator: UNKNOWN" in notice for notice in fake.notices)

    def test_a_run_that_died_before_the_start_sent_nothing(self) -> None:
        fake = approved()
        upgrade = self.start(fake)
        fake.open_upgrade(fake.state.orders_given["a"])
        over = collect(fake.context(), task(fake, "a"), upgrade, "failed")
        assert over is not None
        assert over.result is Result.NOT_READY

    def test_a_deleted_run_is_unknown_once_it_had_claimed(self) -> None:
        fake = approved()
        upgrade = self.start(fake)
        fake.open_upgrade(fake.state.orders_given["a"])
        over = collect(fake.context(), task(fake, "a"), upgrade, "gone")
        assert over is not None
        assert over.result is Result.UNKNOWN

    def test_no_outcome_by_the_deadline_is_unknown(self) -> None:
        fake = approved()
        over = give_up(fake.context(), task(fake, "a"), self.start(fake), "too late")
        assert over.result is Result.UNKNOWN
