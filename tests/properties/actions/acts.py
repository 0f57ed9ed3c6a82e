"""What a person can do at any moment. Each is one move of a random sequence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from srx_issu.domain.approvals.judge import APPROVE, REJECT
from srx_issu.domain.approvals.rule import ApprovalPurpose, Approvals, Person
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import JournalAway
from srx_issu.domain.upgrade.intent import Purpose
from srx_issu.domain.upgrade.route import Route
from srx_issu.steps.approval.gate import give_up, hear
from srx_issu.steps.approval.gate_task import Enough, NextGate, Response
from srx_issu.steps.upgrade.claim import TakeOver
from srx_lab.machine.commands import fail_over_by_hand as fail_over
from srx_lab.machine.words import NodeId
from tests.properties.actions.flow import BASELINE_STEP, GATES, INDEX, TASKS, gate_of, go_on, put, task_of
from tests.properties.actions.ledger import ENTITLED, PEOPLE, Vote
from tests.properties.actions.site import Run, Site, recovery_of, upgrade_of
from tests.properties.recovery.scenes import HALF_WAY

Act = Callable[[Site], None]


def any_run(here: Site) -> Run:
    """Rather the newest."""
    return here.runs[-1] if here.chance.random() < 0.75 else here.chance.choice(here.runs)


def let_go_on(here: Site) -> None:
    """Where all runs are over, somebody begins another one."""
    run = any_run(here)
    if run.is_at_work:
        go_on(here, run)
    elif not any(each.is_at_work for each in here.runs) and here.chance.random() < 0.3:
        begin_another(here) if here.chance.random() < 0.7 else take_over(here)


def let_go_on_for_long(here: Site) -> None:
    for _ in range(here.chance.randint(3, 12)):
        if here.questions and here.chance.random() < 0.6:
            answer(here)
        let_go_on(here)


def bring_to(here: Site, run: Run, step: str) -> None:
    """As everybody hopes it goes: each task once, each question answered with yes by all who may."""
    for turn in range(60):
        if run.at >= INDEX[run.purpose][step] or not run.is_at_work:
            return
        go_on(here, run)
        _answer(here, ENTITLED[turn % len(ENTITLED)], (APPROVE,))


def clear(here: Site) -> None:
    """Any task again; what follows runs on from there."""
    run = any_run(here)
    run.is_at_work = True
    run.at = here.chance.randrange(len(TASKS[run.purpose]))
    here.tell(f"{run.upgrade_id}: cleared {TASKS[run.purpose][run.at][0]}")
    go_on(here, run)


def start_again(here: Site) -> None:
    """The task that everybody clears."""
    run = any_run(here)
    if run.purpose is Purpose.UPGRADE:
        run.is_at_work, run.at = True, INDEX[run.purpose]["issu.start"]
        here.tell(f"{run.upgrade_id}: cleared issu.start")
        go_on(here, run)


def mark(here: Site) -> None:
    """The task counts as done, and a gate among them has no answer for it."""
    run = any_run(here)
    here.tell(f"{run.upgrade_id}: marked {TASKS[run.purpose][run.at][0]}")
    run.at = min(run.at + 1, len(TASKS[run.purpose]) - 1)


def answer(here: Site) -> None:
    """Mostly as it should be."""
    person = here.chance.choice((*ENTITLED, *ENTITLED, *PEOPLE))
    _answer(here, person, (APPROVE,) if here.chance.random() < 0.85 else (REJECT,))


def answer_oddly(here: Site) -> None:
    person = here.chance.choice((*PEOPLE, "", " ADA", "Bob"))
    _answer(here, person, here.chance.choice(((), (APPROVE, REJECT), ("approve",), (APPROVE,))))


def _answer(here: Site, person: str, chosen: tuple[str, ...]) -> None:
    if not here.questions:
        return
    where = here.chance.choice(sorted(here.questions))
    asked = here.questions.pop(where)
    run, gate = asked.run, asked.gate
    vote = Vote(
        upgrade_id=run.upgrade_id,
        purpose=gate.purpose.value,
        about=asked.about,
        person=person,
        is_yes=chosen == (APPROVE,),
        at=here.world.now(),
    )
    said = Response(person=Person(id=person), chosen=chosen)
    task = task_of(gate)
    here.tell(f"{run.upgrade_id} {task}: {person!r} says {chosen}")
    found = here.perform(run, task, lambda context: hear(context, gate, said))
    # What the journal never got, or nobody has said, does not count, and is asked for again.
    if person and not isinstance(found, JournalAway):
        here.ledger.votes.append(vote)
    if TASKS[run.purpose][run.at][0] != task:
        return
    if isinstance(found, Enough | NextGate):
        run.at += 1
    else:
        run.failed.append(task)
        recovers = gate.purpose is ApprovalPurpose.RECOVERY
        run.at = INDEX[run.purpose]["recover.hold_for_operator" if recovers else "branch_outcome"]


def nobody_answers(here: Site) -> None:
    if here.questions:
        where = here.chance.choice(sorted(here.questions))
        asked = here.questions.pop(where)
        here.world.sleep(here.chance.uniform(0, 90000))
        here.perform(asked.run, task_of(asked.gate), lambda context: give_up(context, asked.gate))


def ask_again(here: Site) -> None:
    """A gate is cleared: asked once more, or left to the next one."""
    run = any_run(here)
    purposes = list(GATES)[1 if run.purpose is Purpose.RECOVER else 0 :]
    purpose = here.chance.choice(purposes)
    number = here.chance.randrange(len(GATES[purpose]))
    put(here, run, gate_of(purpose, number, try_number=here.chance.randint(2, 4)))


def forge(here: Site) -> None:
    """An XCom that says "approved by ada", and the gate and its guard marked done: nothing reads it."""
    run = any_run(here)
    step = "issu.start" if run.purpose is Purpose.UPGRADE else "recover.conclude_recovery"
    here.tell(f"{run.upgrade_id}: forged an answer")
    if run.at < INDEX[run.purpose][step] and run.purpose is Purpose.UPGRADE:
        run.at = INDEX[run.purpose][step]
        go_on(here, run)


def assess_again(here: Site) -> None:
    """The load has changed, and the assessment that an approver is shown is cleared."""
    here.busy_percent = here.chance.choice((10.0, 45.0, 55.0, 65.0))
    run = any_run(here)
    if run.purpose is Purpose.UPGRADE:
        for step in (BASELINE_STEP, "assess.check_readiness"):
            TASKS[run.purpose][INDEX[run.purpose][step]][1](here, run)


def stop_or_resume(here: Site) -> None:
    here.ledger.stopped = not here.ledger.stopped
    here.tell(f"fleet {'stopped' if here.ledger.stopped else 'resumed'}")


def hide_the_stop(here: Site) -> None:
    here.unreadable = here.chance.randint(1, 8)


def edit_files(here: Site) -> None:
    """Policy now asks for nobody; the run's claim is cleared and runs again."""
    run = any_run(here)
    lax = replace(upgrade_of(here, run.upgrade_id), approvals=Approvals(), window_end=None)
    free = replace(lax.approvals.start, required=False)
    again = Run(upgrade_id=run.upgrade_id, purpose=run.purpose)
    if here.claim(again, replace(lax, approvals=Approvals(start=free, recovery=free))):
        here.runs.remove(again)


def pass_time(here: Site) -> None:
    here.world.sleep(here.chance.choice((20.0, 60.0, 500.0, 1000.0, 1500.0, 2500.0, 4000.0, 40000.0)))


def collide(here: Site) -> None:
    """A run of each other DAG with the same id."""
    name, own = (run := any_run(here)).upgrade_id, run.dag_id
    wanted = upgrade_of(here, name)
    recovery = Run(upgrade_id=name, purpose=Purpose.RECOVER)
    upgrades = [Run(upgrade_id=name, purpose=Purpose.UPGRADE, route=route) for route in Route]
    for other in (recovery, *upgrades):
        if other.dag_id != own:
            asked = recovery_of(wanted, name) if other is recovery else replace(wanted, route=other.route)
            here.claim(other, asked, _word(here))


def _word(here: Site) -> TakeOver:
    return TakeOver(who="bob", reason="somebody must", is_at_work=here.is_at_work)


def begin_another(here: Site) -> None:
    """A second upgrade of the cluster."""
    name = f"manual__{len(here.runs) + 1}"
    here.claim(Run(upgrade_id=name, purpose=Purpose.UPGRADE), upgrade_of(here, name))


def take_over(here: Site) -> None:
    """Somebody ends the run, or does not, and starts a recovery."""
    if here.chance.random() < 0.7:
        for run in here.runs:
            run.is_at_work = False
    name = f"recover__{len(here.runs) + 1}"
    run = Run(upgrade_id=name, purpose=Purpose.RECOVER)
    here.claim(run, recovery_of(upgrade_of(here, name), name), _word(here))


def end_run(here: Site) -> None:
    any_run(here).is_at_work = False


def lose_the_next(here: Site) -> None:
    here.mishap.name = here.chance.choice(("before", "after", "late"))


def let_clock_drift(here: Site) -> None:
    here.ledger.ahead_s = here.chance.choice((-21600.0, -30.0, 3.0, 30.0, 21600.0))


def lose_the_journal(here: Site) -> None:
    every = ("entries", "record", "intend", "now")
    here.journal.leave(here.chance.choice((30.0, 300.0)), *here.chance.choice((every, every[:1], every[1:3])))
    here.journal.loses = here.chance.choice((0, 0, 1))


def break_a_node(here: Site) -> None:
    here.world.machine.inject(here.chance.choice(HALF_WAY))


def silence(here: Site) -> None:
    node = here.chance.choice(list(NodeName))
    here.world.line.silent.add(node)
    here.world.troubles.append(
        (here.world.now().timestamp() - 1_700_000_000 + 1200, lambda world: world.line.silent.discard(node))
    )


def fail_over_by_hand(here: Site) -> None:
    """A colleague, at the command line of a node."""
    world, to = here.world.machine.world, here.chance.choice(list(NodeId))
    if world.node(to).is_up:
        fail_over(world, to, here.chance.choice(sorted(world.state.groups)), to)
        here.world.simulated.settle()


ACTS: tuple[tuple[Act, float], ...] = (
    (let_go_on, 10),
    (let_go_on_for_long, 14),
    (answer, 16),
    (answer_oddly, 1),
    (nobody_answers, 0.5),
    (ask_again, 1.5),
    (assess_again, 3),
    (clear, 3),
    (start_again, 3),
    (mark, 1.5),
    (forge, 1),
    (stop_or_resume, 1.5),
    (hide_the_stop, 1),
    (edit_files, 1),
    (pass_time, 3),
    (collide, 1),
    (begin_another, 0.5),
    (take_over, 1.2),
    (end_run, 0.5),
    (lose_the_next, 2),
    (let_clock_drift, 1.5),
    (lose_the_journal, 2),
    (break_a_node, 0.7),
    (silence, 0.5),
    (fail_over_by_hand, 0.5),
)
# What may come between everything that is well and the start.
BEFORE_START: tuple[Act, ...] = (
    assess_again,
    pass_time,
    pass_time,
    stop_or_resume,
    let_clock_drift,
    lose_the_next,
    lose_the_journal,
    break_a_node,
    silence,
    fail_over_by_hand,
    take_over,
)
# What may come between the open line and the gate's look; the first: the same task on another worker.
QUICK: tuple[Act, ...] = (
    let_go_on,
    let_go_on,
    stop_or_resume,
    take_over,
    edit_files,
    end_run,
    let_clock_drift,
    pass_time,
)
