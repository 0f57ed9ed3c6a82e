"""The runbook's part about routes that go by a plan: what is sent, and what follows where one stops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from srx_issu.domain.cluster.model import Address, Cluster, Image, NodeName, Snapshot
from srx_issu.domain.failure.classes import FailureClass, Permission
from srx_issu.domain.history.sending_rules import RULES
from srx_issu.domain.procedure.action import PlannedAction
from srx_issu.domain.recovery.descriptions import by_hand
from srx_issu.domain.recovery.plan import PlanKind, RecoveryPlan
from srx_issu.domain.routes.dual_reboot import dual_reboot_plan
from srx_issu.domain.routes.way_back import take_back
from srx_issu.domain.upgrade.commands import SoftwareFamily
from srx_issu.domain.upgrade.intent import Intent, Limits, Policy, Timers
from srx_issu.domain.upgrade.route import Route
from tools import runbook_apart

PLANS: Final = {
    FailureClass.IMAGE_REFUSED: PlanKind.TAKE_BACK,
    FailureClass.PENDING_ON_ONE_NODE: PlanKind.TAKE_BACK,
    FailureClass.NOT_REBOOTED: PlanKind.TAKE_BACK,
    FailureClass.SECOND_REBOOT_LOST: PlanKind.FINISH_FORWARD,
    FailureClass.BOTH_BACK_ON_OLD: PlanKind.ROLL_BACK,
    FailureClass.NOT_IN_SYNC: PlanKind.ROLL_BACK,  # where no rollback leads back from a dual reboot
    FailureClass.LEFT_RELAXED: PlanKind.TAKE_BACK,
    FailureClass.APART_ON_OLD: PlanKind.ROLL_BACK,
    FailureClass.APART_BEFORE_MOVE: PlanKind.ROLL_BACK,
    FailureClass.APART_NO_TRAFFIC: PlanKind.ROLL_BACK,
    FailureClass.APART_AFTER_MOVE: PlanKind.FINISH_FORWARD,
    FailureClass.NOT_PUT_BACK: PlanKind.FINISH_FORWARD,
}
"""What each class that only such a route has can lead to."""

SECTION: Final = "Dual reboot"
_WORDS: Final = {
    FailureClass.IMAGE_REFUSED: "take the image back",
    FailureClass.PENDING_ON_ONE_NODE: "take the image back",
    FailureClass.NOT_REBOOTED: "take the image back",
    FailureClass.SECOND_REBOOT_LOST: "send the reboot that is left",
    FailureClass.BOTH_BACK_ON_OLD: "wait until both are in sync",
    FailureClass.NOT_IN_SYNC: "install the old image on both, and reboot both",
}
_HEAD: Final = f"""\
## {SECTION}

What the software sends, in this order, each after a new look at both nodes; here node0 is primary of RG0. A
command that may be sent once is not sent again, whatever became of the first. Seconds count from the first
reboot on: the second node must be down before the first is back, because nodes of two releases must never
hear each other (KB17947).
"""
_BACK: Final = """\
**Before a node has rebooted**, the image is taken back where it is seen to be pending, and only there: where
nothing is pending, the same command would make the release before the running one the next.
"""
_LATER: Final = """\
**Once one node is down**, the reboot that is left is sent again while the first node is not back. **Where two
releases may hear each other, nothing is sent**: take the control and the fabric links apart, then read the
row of the failure's name above.
"""


def link_of(failure: FailureClass) -> str:
    """What is done, in Markdown, with where it is told step by step."""
    if failure in runbook_apart.WAYS:
        return runbook_apart.link_of(failure)
    return f"[{_WORDS[failure]}](#{SECTION.lower().replace(' ', '-')})"


def sending_table() -> str:
    """Each kind of command, with the purposes and routes that it is sent for."""
    rows = [
        f"| {sending.value.replace('_', ' ')} | {rule.words} | "
        f"{', '.join(each.value.replace('_', ' ') for each in rule.purposes)} | "
        f"{', '.join(route.value.replace('_', ' ') for route in rule.routes) or 'every route'} |"
        for sending, rule in RULES.items()
    ]
    return "\n".join(("| kind | what it is | sent to | on |", "|---|---|---|---|", *rows))


def section(before: Snapshot) -> Iterator[str]:
    """``before``: a cluster whose node0 is primary of every group."""
    node0 = replace(before.node0, release="OLD")
    plan = dual_reboot_plan(replace(before, node0=node0), _intent())
    yield _HEAD
    for phase in plan.phases:
        yield f"**{phase.phase.replace('_', ' ').capitalize()}**: {phase.words}."
        yield ""
        lines = by_hand(_as_recovery(phase.actions))
        yield from (f"{number}. {line}" for number, line in enumerate(lines, start=1))
        yield ""
    yield _BACK
    taken = take_back(plan, tuple(NodeName), SoftwareFamily.SYSTEM)
    yield from (f"{number}. {line}" for number, line in enumerate(by_hand(_as_recovery((taken,))), start=1))
    yield ""
    yield _LATER
    yield from runbook_apart.section(before, _intent())


def _as_recovery(actions: tuple[PlannedAction, ...]) -> RecoveryPlan:
    return RecoveryPlan(
        kind=PlanKind.TAKE_BACK,
        failure=FailureClass.NOT_REBOOTED,
        permission=Permission.ASK,
        reason="example",
        actions=actions,
    )


def _intent() -> Intent:
    nowhere = Address(host="192.0.2.1")
    return Intent(
        upgrade_id="example",
        cluster=Cluster(
            name="example",
            model="SRX345",
            site="example",
            node0=nowhere,
            node1=nowhere,
            connection_id="example",
        ),
        image=Image(
            file="IMAGE.tgz",
            name="IMAGE.tgz",
            release="NEW",
            models=frozenset({"SRX345"}),
            sha256="0" * 64,
            size_bytes=0,
        ),
        software=SoftwareFamily.SYSTEM,
        policy=Policy(timers=Timers(), limits=Limits(), tolerances={}),
        requested_by="example",
        route=Route.DUAL_REBOOT,
    )
