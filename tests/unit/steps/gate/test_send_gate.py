"""Each condition of each purpose, alone: everything else holds, this one does not, and nothing leaves."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from srx_issu.domain.errors import DeviceError, DeviceTimeout, NotPermitted
from srx_issu.domain.failure.classes import Permission
from srx_issu.domain.gate.table import CONDITIONS, SendCondition, SendPurpose
from srx_issu.domain.history.approval_events import AnswerGiven, QuestionAsked
from srx_issu.domain.history.command_events import CommandIntended, PermitRefused, Sending
from srx_issu.domain.history.events import BaselineTaken, CommitUndone, Event, OutcomeDecided
from srx_issu.domain.history.route_events import RoutePlanned
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.intent import StartMethod
from srx_issu.steps.recovery.stored_plan import digest_of
from tests.fakes.approvals import PLANNED
from tests.fakes.intents import POLICY, intent
from tests.fakes.snapshots import N0, N1, NEW, OLD, T0, both, group
from tests.unit.steps.gate.worlds import (
    PROMPT,
    TRANSCRIPT,
    UID,
    World,
    answer,
    begin,
    begin_start,
    begin_without_way_back,
    bring_home,
    command_intended,
    complete,
    configure,
    copy_intended,
    go_on,
    prepare,
    prepare_by_command,
    undo_commit,
)

RECOVER = "srx-issu recover fw-1 --take-over --reason '...'"
WORST = timedelta(seconds=POLICY.timers.worst_case_s)
JUST_ENOUGH = (T0 + WORST + timedelta(minutes=30)).isoformat()
SOON, LATER = (T0 + timedelta(minutes=5)).isoformat(), (T0 + timedelta(hours=9)).isoformat()
MAKE: dict[SendPurpose, Callable[[], World]] = {
    SendPurpose.PREPARE: prepare,
    SendPurpose.CONFIGURE: configure,
    SendPurpose.BEGIN: begin,
    SendPurpose.CONTINUE: go_on,
    SendPurpose.COMPLETE: complete,
    SendPurpose.ANSWER: answer,
    SendPurpose.BRING_HOME: bring_home,
    SendPurpose.UNDO_COMMIT: undo_commit,
}


def closed(world: World) -> World:
    world.fake.journal.close_upgrade(UID, Outcome.NEEDS_OPERATOR, "given up", T0)
    return world


def decided(world: World) -> World:
    world.fake.decided(Outcome.REFUSED, "ada said no")
    return world


def stopped(world: World) -> World:
    world.stopped = "ada stopped the fleet: storm"
    return world


def without(world: World, *kinds: type[Event]) -> World:
    kept = [e for e in world.fake.journal.written[UID] if not isinstance(e.event, kinds)]
    world.fake.journal.written[UID][:] = kept
    return world


def not_brought(world: World) -> World:
    world.fake.journal.written[UID].clear()
    return world


def brought_elsewhere(world: World) -> World:
    world.fake.journal.written[UID].clear()
    world.fake.happened(copy_intended(N1), "copy")
    return world


def old_readiness(world: World) -> World:
    world.fake.clock.sleep(world.fake.intent.policy.limits.readiness_age_s + 1)
    return world


def not_approved() -> World:
    world = begin()
    return without(world, QuestionAsked, AnswerGiven)


def refused_since(world: World) -> World:
    world.fake.approved("start", "ada", "Reject")
    return world


def no_baseline_of_its_own() -> World:
    """Nothing was begun."""
    world = bring_home()
    return without(world, CommandIntended)


def nobody_answered() -> World:
    return without(bring_home(), AnswerGiven)


def left_to_a_person() -> World:
    """The row of the plan says that one may ask; the plan itself says never."""
    world = bring_home()
    assert world.plan is not None
    world.plan = replace(world.plan, permission=Permission.NEVER)
    world.fake.happened(replace(PLANNED, digest=digest_of(world.plan)))
    world.fake.approved("recovery")
    return world


def another_plan_since(permission: Permission = Permission.ASK) -> World:
    """The newest plan is approved, or needs no approval; the command is of the one before."""
    world = bring_home(permission)
    world.fake.happened(replace(PLANNED, permission=permission))
    world.fake.approved("recovery")
    return world


def by_shell_before() -> World:
    """Intended by shell; the account has none any more."""
    world = begin_start()
    world.fake.with_start(StartMethod.SHELL)
    world.fake.writer.has_shell = False
    return world


def by_rpc_before() -> World:
    world = begin_start(StartMethod.RPC)
    world.fake.with_start(StartMethod.RPC)
    return world


def by_shell_after_rpc() -> World:
    world = begin_start(StartMethod.SHELL)
    world.fake.with_start(StartMethod.RPC)
    return world


def no_priority(world: World) -> World:
    world.fake.reader.now = both(groups=(group(0), group(1, priorities={N0: 0})))
    return world


def not_due(world: World) -> World:
    world.still_due = lambda _: "it is there already"
    return world


def asks(world: World, words: str | DeviceError | None) -> World:
    """The transcript by now."""
    world.fake.reader.texts[N0, TRANSCRIPT] = words
    return world


def job_ended(world: World) -> World:
    world.fake.reader.texts[N0, "/job/exit"] = "1"
    return world


def of_another_kind(world: World) -> World:
    world.sending = Sending.VALIDATE if world.purpose is not P else Sending.START
    return world


def of_another_command(world: World, key: str) -> World:
    """One of the plan, but for another purpose or not as the plan has it."""
    world.route_command, world.sending = key, Sending.REBOOT
    return world


def ended_by_now(world: World) -> World:
    world.fake.clock.sleep(10 * 3600)
    return world


def first_reboot(left_s: float) -> World:
    """Of both nodes, so long before the end of the window."""
    world = go_on(window_end=LATER)
    world.fake.happened(command_intended(Sending.INSTALL, N0, route_command="install_node0"), "installed")
    world.route_command, world.sending, world.key = "reboot_node1", Sending.REBOOT, "route.reboot_node1.1"
    world.fake.clock.sleep(9 * 3600 - left_s)
    return world


def a_plain_command_of_a_route() -> World:
    """The first that it sends must be of its plan, too."""
    world = go_on()
    world.purpose, world.route_command, world.sending = B, None, Sending.INSTALL
    return world


def an_issu_on_another_route() -> World:
    world = go_on()
    world.purpose, world.route_command, world.method = B, None, StartMethod.SHELL
    return world


def held_down(world: World) -> World:
    """Its configuration holds RG0 down for half an hour: the window no longer suffices."""
    taken = [e for e in world.fake.journal.written[UID] if isinstance(e.event, BaselineTaken)][-1].event
    assert isinstance(taken, BaselineTaken)
    world.fake.happened(replace(taken, rg0_hold_down_s=1800), "baseline")
    return world


def lease_lost(world: World) -> World:
    world.fake.leases.release("cluster:fw-1", UID)
    world.fake.leases.take("cluster:fw-1", "other", 60)
    return world


def in_issu(world: World) -> World:
    world.fake.reader.now = both(OLD, NEW)
    return world


def undone_already() -> World:
    world = undo_commit()
    world.fake.happened(CommitUndone())
    return world


def begun(world: World) -> World:
    world.fake.with_start()
    return world


def sent_before(world: World) -> World:
    world.key = "once"
    world.send()
    for reached in (world.fake.writer.sent, world.fake.writer.answers, world.shelf.deleted):
        reached.clear()
    return world


Case = tuple[SendPurpose, SendCondition, Callable[[], World]]
B, P, H = SendPurpose.BEGIN, SendPurpose.PREPARE, SendPurpose.BRING_HOME
A, G, D = SendPurpose.ANSWER, SendPurpose.CONTINUE, SendPurpose.COMPLETE
C, U = SendPurpose.CONFIGURE, SendPurpose.UNDO_COMMIT
CASES: list[Case] = [
    *((p, SendCondition.OPEN, lambda p=p: closed(MAKE[p]())) for p in SendPurpose),
    *((p, SendCondition.HELD, lambda p=p: lease_lost(MAKE[p]())) for p in SendPurpose),
    *((p, SendCondition.ONCE, lambda p=p: sent_before(MAKE[p]())) for p in SendPurpose),
    *((p, SendCondition.STILL_DUE, lambda p=p: not_due(MAKE[p]())) for p in (B, G, D, A, H, C, U)),
    *((p, SendCondition.NOT_STOPPED, lambda p=p: stopped(MAKE[p]())) for p in (P, B, G, A, C)),
    *((p, SendCondition.KIND, lambda p=p: of_another_kind(MAKE[p]())) for p in SendPurpose),
    *((p, SendCondition.UNDECIDED, lambda p=p: decided(MAKE[p]())) for p in (B, G, A, C)),
    *((p, SendCondition.ROUTE_APPROVED, lambda p=p: refused_since(MAKE[p]())) for p in (G, D)),
    *((p, SendCondition.ROUTE_APPROVED, lambda p=p: without(MAKE[p](), AnswerGiven)) for p in (G, D)),
    *((p, SendCondition.ROUTE_APPROVED, lambda p=p: without(MAKE[p](), RoutePlanned)) for p in (G, D)),
    *((p, SendCondition.ROUTE_APPROVED, lambda p=p: without(MAKE[p](), CommandIntended)) for p in (G, D)),
    (G, SendCondition.ROUTE_APPROVED, lambda: of_another_command(go_on(), "reboot_node0")),
    (D, SendCondition.ROUTE_APPROVED, lambda: of_another_command(complete(), "reboot_node1")),
    (G, SendCondition.WINDOW, lambda: ended_by_now(go_on(window_end=LATER))),
    (G, SendCondition.WINDOW, lambda: first_reboot(intent().policy.timers.boot_s - 60)),
    (B, SendCondition.APPROVED, a_plain_command_of_a_route),
    (B, SendCondition.KIND, an_issu_on_another_route),
    (P, SendCondition.NOT_BEGUN, lambda: begun(prepare_by_command())),
    (P, SendCondition.NOT_BEGUN, lambda: decided(prepare_by_command())),
    (P, SendCondition.OWN_FILE, lambda: not_brought(prepare())),
    (P, SendCondition.OWN_FILE, lambda: brought_elsewhere(prepare())),
    (B, SendCondition.READINESS, lambda: old_readiness(begin())),
    (B, SendCondition.WAY_BACK, begin_without_way_back),
    (B, SendCondition.APPROVED, not_approved),
    (B, SendCondition.APPROVED, lambda: refused_since(begin())),
    (B, SendCondition.WINDOW, lambda: begin(window_end=SOON)),
    (B, SendCondition.WINDOW, lambda: begin(window_start=LATER)),
    (B, SendCondition.WINDOW, lambda: held_down(begin(window_end=JUST_ENOUGH))),
    (B, SendCondition.SAME_WAY, by_shell_before),
    (B, SendCondition.SAME_WAY, by_rpc_before),
    (B, SendCondition.SAME_WAY, by_shell_after_rpc),
    (B, SendCondition.NODES, lambda: no_priority(begin())),
    (C, SendCondition.NOT_BEGUN, lambda: begun(configure())),
    (C, SendCondition.READINESS, lambda: old_readiness(configure())),
    (C, SendCondition.APPROVED, lambda: without(configure(), QuestionAsked, AnswerGiven)),
    (C, SendCondition.APPROVED, lambda: refused_since(configure())),
    (C, SendCondition.WINDOW, lambda: configure(window_end=SOON)),
    (C, SendCondition.NODES, lambda: no_priority(configure())),
    (C, SendCondition.NODES, lambda: in_issu(configure())),
    (U, SendCondition.OWN_COMMIT, lambda: without(undo_commit(), CommandIntended)),
    (U, SendCondition.OWN_COMMIT, undone_already),
    (U, SendCondition.NO_ISSU, lambda: without(undo_commit(), OutcomeDecided)),
    (U, SendCondition.NO_ISSU, lambda: in_issu(undo_commit())),
    (U, SendCondition.NO_ISSU, lambda: undo_commit(Outcome.NEEDS_OPERATOR)),
    (A, SendCondition.APPROVED, lambda: refused_since(answer())),
    (A, SendCondition.WINDOW, lambda: answer(window_end=SOON)),
    (A, SendCondition.WINDOW, lambda: answer(window_start=LATER)),
    (A, SendCondition.PROMPT_LISTED, lambda: answer(listed=())),
    (A, SendCondition.PROMPT_LISTED, lambda: answer(listed=("another question",))),
    (A, SendCondition.PROMPT_LISTED, lambda: asks(answer(), "Turn off IGMP and go on? [yes,no]")),
    (A, SendCondition.PROMPT_LISTED, lambda: asks(answer(), f"{PROMPT} yes\nISSU: going on")),
    (A, SendCondition.PROMPT_LISTED, lambda: asks(answer(), None)),
    (A, SendCondition.PROMPT_LISTED, lambda: asks(answer(), DeviceTimeout("node0", "silent"))),
    (A, SendCondition.PROMPT_LISTED, lambda: job_ended(answer())),
    (A, SendCondition.PROMPT_LISTED, lambda: without(answer(), CommandIntended)),
    (H, SendCondition.OURS_TO_BRING_HOME, no_baseline_of_its_own),
    (H, SendCondition.PLAN_APPROVED, nobody_answered),
    (H, SendCondition.PLAN_APPROVED, left_to_a_person),
    (H, SendCondition.PLAN_APPROVED, another_plan_since),
    (H, SendCondition.PLAN_APPROVED, lambda: another_plan_since(Permission.AUTOMATIC)),
]


def test_every_condition_has_its_case_but_the_clocks_which_are_waited_for() -> None:
    wanted = {(p, c) for p in SendPurpose for c in CONDITIONS[p] if c is not SendCondition.CLOCKS_AGREE}
    assert {(purpose, condition) for purpose, condition, _ in CASES} == wanted


@pytest.mark.parametrize("purpose", SendPurpose)
def test_when_everything_holds_it_reaches_the_node(purpose: SendPurpose) -> None:
    world = MAKE[purpose]()
    world.send()
    assert len(world.reached) == 1
    assert world.events(PermitRefused) == []
    intended = world.events(CommandIntended)[-1]
    assert set(intended.permit) == {condition.value for condition in CONDITIONS[purpose]}
    assert intended.purpose is purpose


@pytest.mark.parametrize(("purpose", "condition", "make"), CASES)
def test_one_condition_that_does_not_hold_keeps_it_here(
    purpose: SendPurpose, condition: SendCondition, make: Callable[[], World]
) -> None:
    world = make()
    assert world.purpose is purpose
    with pytest.raises(NotPermitted) as no:
        world.send()
    assert no.value.condition == condition
    assert world.reached == []
    refused = world.events(PermitRefused)[-1]
    assert refused.condition is condition
    assert refused.purpose is purpose
    assert world.fake.texts(refused.kind)[-1].startswith("not sent: ")


def test_a_closed_upgrade_tells_the_command_that_helps() -> None:
    world = closed(bring_home())
    with pytest.raises(NotPermitted, match=re.escape(RECOVER)):
        world.send()


def test_the_nodes_of_a_closed_upgrade_are_not_even_looked_at() -> None:
    world = closed(bring_home())
    looks: list[object] = []
    world.still_due = looks.append
    with pytest.raises(NotPermitted):
        world.send()
    assert looks == []


def test_an_upgrade_closed_at_the_last_moment_tells_it_too() -> None:
    world = bring_home()

    def close_while_looking(_: object) -> None:
        closed(world)

    world.still_due = close_while_looking
    with pytest.raises(NotPermitted, match=re.escape(RECOVER)) as no:
        world.send()
    assert no.value.condition == SendCondition.OPEN
    assert world.reached == []


def test_traffic_is_stopped_where_the_window_has_time_for_a_boot() -> None:
    world = first_reboot(intent().policy.timers.boot_s + 60)
    world.send()
    assert [node for node, _ in world.fake.writer.sent] == [N1]


def test_bringing_home_asks_for_no_window_readiness_or_stop() -> None:
    world = stopped(old_readiness(bring_home()))
    world.fake.clock.sleep(7 * 24 * 3600)
    world.fake.approved("recovery")
    world.send()
    assert len(world.reached) == 1


def test_two_that_ask_at_once_send_it_once() -> None:
    """The second asks between the first one's look and its intent."""
    first = begin()
    second = World(purpose=first.purpose, fake=first.fake, key=first.key)

    def meanwhile(_: object) -> None:
        first.still_due = lambda _: None
        second.send()

    first.still_due = meanwhile
    with pytest.raises(NotPermitted) as no:
        first.send()
    assert no.value.condition == SendCondition.ONCE
    assert len(first.reached) == 1


def test_a_lease_of_ones_own_that_ran_out_is_revived_with_the_intent() -> None:
    world = begin()
    world.fake.leases.take("cluster:fw-1", UID, -1)
    world.send()
    lease = world.fake.leases.holder("cluster:fw-1")
    assert lease is not None
    assert lease.expires_at > world.fake.clock.now() + timedelta(minutes=5)
