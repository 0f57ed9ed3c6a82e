"""Waiting for state to come back: deferred pauses, what is missing, and when judging begins."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from srx_issu.domain.cluster import rows
from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.state import ClusterState, PerNode, Rows
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.outcome import Outcome
from srx_issu.steps.upgrade.check_state import check_state
from srx_issu.steps.upgrade.check_unchanged import check_unchanged
from srx_issu.steps.upgrade.collect_after import collect_after
from srx_issu.steps.upgrade.collect_baseline import collect_baseline
from srx_issu.steps.waits.converge import NotYet
from tests.fakes.contexts import FakeUpgrade
from tests.fakes.snapshots import N0, N1, NEW, T0, both, group

STEP, LAST = "verify.check_state", "fail_back.check_unchanged"


def on_the_target(primary: NodeName) -> Snapshot:
    """Both nodes upgraded; ``primary`` leads every group."""
    groups = (group(0, primary), group(1, primary))
    booted = T0 + timedelta(hours=1)
    return both(NEW, NEW, groups=groups, booted_at=booted)


def with_policies(*names: str) -> ClusterState:
    found = Rows(
        rows=tuple(
            rows.SecurityPolicy(
                context="trust > untrust", name=n, position=1, state="enabled", action="permit", content=n
            )
            for n in names
        )
    )
    return ClusterState(cluster="fw-1", taken_at=T0, policies=PerNode(node0=found, node1=found))


def after_an_issu(*names: str) -> FakeUpgrade:
    """The baseline had policies a and b; now the cluster shows ``names``."""
    fake = FakeUpgrade()
    fake.state = with_policies("a", "b")
    collect_baseline(fake.context("assess.collect_baseline"))
    fake.reader.now = on_the_target(N1)
    fake.state = with_policies(*names)
    collect_after(fake.context("verify.collect_after"))
    return fake


def looks(fake: FakeUpgrade, step: str = STEP, most: int = 500) -> list[str]:
    """Runs the step until it is done; what it waited for each time."""
    reasons: list[str] = []
    run = check_state if step == STEP else check_unchanged
    for _ in range(most):
        result = run(fake.context(step))
        if not isinstance(result, NotYet):
            return reasons
        assert result.pause_s >= 3
        reasons.append(result.reason)
        fake.clock.sleep(result.pause_s)
    raise AssertionError("it waits for ever")


def test_a_cluster_that_is_whole_is_judged_at_once() -> None:
    fake = after_an_issu("a", "b")
    assert looks(fake) == []
    assert fake.texts(EntryKind.FINDING) == []
    assert fake.evidence.names(fake.intent.upgrade_id).count("after-state.json") <= 1


def test_what_does_not_come_back_is_waited_for_until_the_deadline_and_told_once() -> None:
    fake = after_an_issu("a")
    reasons = looks(fake)
    assert set(reasons) == {"still missing: policy trust > untrust / b is lost"}
    assert timedelta(seconds=fake.intent.policy.timers.convergence_s) <= fake.clock.now() - T0
    missing = [t for t in fake.texts(EntryKind.OBSERVED) if t.startswith("still missing, ")]
    assert len(missing) == 1  # it did not change
    assert fake.texts(EntryKind.FINDING) == ["policy trust > untrust / b is lost"]


def test_what_comes_back_while_waiting_is_no_finding() -> None:
    fake = after_an_issu()
    first = check_state(fake.context(STEP))
    assert isinstance(first, NotYet)
    fake.clock.sleep(first.pause_s)
    fake.state = with_policies("a")
    assert isinstance(check_state(fake.context(STEP)), NotYet)
    fake.state = with_policies("a", "b")
    assert looks(fake) == []
    assert fake.texts(EntryKind.FINDING) == []
    assert [t for t in fake.texts(EntryKind.OBSERVED) if "everything is back" in t]
    missing = [t for t in fake.texts(EntryKind.OBSERVED) if t.startswith("still missing, ")]
    assert len(missing) == 2  # one line a change


def test_nobody_waits_for_what_waiting_cannot_bring_back() -> None:
    fake = after_an_issu("a", "b")
    core = Rows(rows=(rows.CoreDump(path="/var/crash/core.flowd.0"),))
    none: Rows[rows.CoreDump] = Rows(rows=())
    before = replace(with_policies("a", "b"), core_dumps=PerNode(node0=none, node1=none))
    fake = FakeUpgrade(state=before)
    collect_baseline(fake.context("assess.collect_baseline"))
    fake.reader.now = on_the_target(N1)
    fake.state = replace(before, core_dumps=PerNode(node0=core, node1=none))
    collect_after(fake.context("verify.collect_after"))
    assert looks(fake) == []
    assert fake.texts(EntryKind.FINDING) == ["node0: core dump /var/crash/core.flowd.0 is new"]


def test_a_cleared_task_goes_on_waiting_from_its_first_look() -> None:
    fake = after_an_issu("a")
    check_state(fake.context(STEP))
    fake.clock.sleep(fake.intent.policy.timers.convergence_s + 1)
    assert not isinstance(check_state(fake.context(STEP)), NotYet)


def home_again(fake: FakeUpgrade) -> FakeUpgrade:
    fake.reader.now = on_the_target(N0)
    return fake


def test_the_end_tells_only_what_is_new_and_what_came_back() -> None:
    fake = after_an_issu("a")
    looks(fake)
    home_again(fake).state = with_policies("a", "b")
    assert looks(fake, LAST) == []
    ended = fake.known().conclusion
    assert ended is not None
    assert ended.outcome is Outcome.UPGRADED_WITH_FINDINGS
    assert "back by the end: policy trust > untrust / b is lost" in ended.reason


def test_what_the_fail_back_lost_is_a_finding_of_the_end() -> None:
    fake = after_an_issu("a", "b")
    looks(fake)
    home_again(fake).state = with_policies("b")
    assert looks(fake, LAST)
    ended = fake.known().conclusion
    assert ended is not None
    assert ended.outcome is Outcome.UPGRADED_WITH_FINDINGS
    assert "policy trust > untrust / a is lost" in ended.reason
    names = [name.rpartition("/")[2] for name in fake.evidence.names(fake.intent.upgrade_id)]
    assert {"final-snapshot.json", "final-state.json", "final-comparison.json"} <= set(names)


def test_noise_of_the_baseline_is_no_finding() -> None:
    """Sessions that swing by themselves may swing afterwards."""

    def sessions(active: int) -> ClusterState:
        count = Rows(rows=(rows.SessionCount(active=active, maximum=None),))
        return ClusterState(cluster="fw-1", taken_at=T0, sessions=PerNode(node0=count, node1=count))

    fake = FakeUpgrade(state=sessions(1000))
    counts = iter((600, 800))
    sleep = fake.clock.sleep

    def swing(seconds: float) -> None:
        sleep(seconds)
        fake.state = sessions(next(counts))

    fake.clock.sleep = swing  # type: ignore[method-assign]
    collect_baseline(fake.context("assess.collect_baseline"))
    fake.clock.sleep = sleep  # type: ignore[method-assign]
    floor = json.loads(fake.evidence.files[f"{fake.intent.upgrade_id}/baseline-tolerances.json"])
    assert floor["sessions.active"]["absolute"] == 400
    fake.reader.now, fake.state = on_the_target(N1), sessions(650)
    collect_after(fake.context("verify.collect_after"))
    assert looks(fake) == []
    assert fake.texts(EntryKind.FINDING) == []
