"""Writes docs/runbook.md from the failure table and from the very steps that plans are made of.

Nothing reads it when the software runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from srx_issu.domain.cluster.model import (
    GroupMember,
    GroupState,
    IssuStatus,
    NodeName,
    NodeView,
    RedundancyGroup,
    Snapshot,
)
from srx_issu.domain.failure.classes import FailureClass, Permission
from srx_issu.domain.failure.facts import Facts
from srx_issu.domain.failure.situation import Situation
from srx_issu.domain.failure.table import FACTS
from srx_issu.domain.gate.table import CONDITIONS, MEANING, SendCondition, SendPurpose
from srx_issu.domain.procedure.action import PlannedAction
from srx_issu.domain.recovery import group_steps, steps
from srx_issu.domain.recovery.descriptions import by_hand
from srx_issu.domain.recovery.plan import PlanKind, RecoveryPlan
from srx_issu.domain.upgrade.commands import SoftwareFamily
from tools import runbook_routes

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "runbook.md"
_OLD, _NEW = "the old release", "the target"
_STAY, _BACK = NodeName.NODE0, NodeName.NODE1

_TITLES: Final = {
    PlanKind.ABORT_ONLY: "Close the window",
    PlanKind.ROLL_BACK: "Put one node back",
    PlanKind.FINISH_FORWARD: "Finish forward",
    PlanKind.RESYNC_POLICIES: "Resync policies",
}
_PLANS: Final = {
    Situation.UNCHANGED: PlanKind.ABORT_ONLY,
    Situation.PEER_UPGRADED: PlanKind.ROLL_BACK,
    Situation.PEER_SILENT: PlanKind.ROLL_BACK,
    Situation.SWITCHED_OVER: PlanKind.ROLL_BACK,
}
_OWN_PLANS: Final = {
    (FailureClass.PRIMARY_REBOOT_FAILED, Situation.SWITCHED_OVER): PlanKind.FINISH_FORWARD,
    (FailureClass.POLICIES_OUT_OF_SYNC, Situation.SETTLING): PlanKind.RESYNC_POLICIES,
}


def possible_plans(failure: FailureClass) -> tuple[PlanKind, ...]:
    """What a class can lead to, as ``recovery/planner.py`` has it; the state of the nodes chooses."""
    if failure in runbook_routes.PLANS:
        return (runbook_routes.PLANS[failure],)
    situations = FACTS[failure].situations
    own = [_OWN_PLANS[failure, each] for each in situations if (failure, each) in _OWN_PLANS]
    return tuple(dict.fromkeys([*own, *(_PLANS[each] for each in situations if each in _PLANS)]))


_HEAD: Final = """\
# Runbook: when an upgrade has failed

<!-- Written by `make pages` from the failure table; change it there. -->

At 3 a.m.: find the failure's name (the run's last line, the approval and the report have it), read its row,
do what it says. The state of both nodes decides what is done; the device's words only name the cause.

**Always**

- Never `request system software rollback` without `node N`: it rolls back both nodes.
- Never reboot or roll back a node that is primary of any group.
- Never move a group while a node is in hold, secondary-hold or cold sync. RG0 holds for 300 s.
- Two primaries of one group: isolate one node and call somebody. Nothing else first.
- While the run waits for you it keeps the cluster's lease: no other upgrade can touch the cluster.

What may be done without asking is set in `policy/failures.yaml`: `automatic`, `ask` (the plan is shown, a
person approves) or `never`. A refused or expired question, and a step whose condition no longer holds, end in
NEEDS_OPERATOR with nothing more sent.

**When no run looks after the cluster**, because an ISSU was started by hand or its controller died, or
when you have repaired what kept a run from going on (a link, a node):

    srx-issu recover CLUSTER --reason 'what happened'     (DAG issu_recover)

It looks at both nodes, waits until nothing moves any more, names the failure, shows the plan and asks. Answer
with `srx-issu approve RUN`. It goes on from the upgrade before: its baseline and transcript, or the plan of
its route, where the journal has one. Name `--image` when it says that nobody can tell what the ISSU was to
install. With `--take-over` it takes a cluster that an upgrade kept for an operator, or that a run which is
over or gone left claimed; never from a run at work. When the cluster is in order without it:
`srx-issu release CLUSTER --reason '...'`.
"""


def runbook() -> str:
    """The whole page."""
    lines = [
        _HEAD,
        *_overview(),
        *_gate(),
        *_failures(),
        *_procedures(),
        *runbook_routes.section(_example(_STAY)),
    ]
    return "\n".join(lines).rstrip() + "\n"


_GATE: Final = """\
## What may be sent, and when

Everything that is sent to a node passes one gate, which asks these conditions each time, on every retry.
When it says no, nothing is sent, and the journal has `not sent: ...` with the reason. While the journal or
the stop flag cannot be read, or this machine's clock is in doubt, it says neither yes nor no: the task waits,
its log says so once a minute, and goes on by itself.
"""
_KINDS: Final = """\
Every command is of one kind, and each kind is sent for these purposes and on these routes only:
"""
_CLOSED: Final = """\
**An upgrade that is closed sends nothing any more**, whatever task of it is cleared. When its cluster is not
in order:

    srx-issu recover CLUSTER --take-over --reason '...'

It goes on at once from the closed upgrade's baseline. A start that was refused is asked for by a new run.
"""


def _gate() -> Iterator[str]:
    yield _GATE
    yield gate_table()
    yield ""
    yield _KINDS
    yield runbook_routes.sending_table()
    yield ""
    yield _CLOSED


def _overview() -> Iterator[str]:
    yield "| failure | traffic | allowed by default | plans |"
    yield "|---|---|---|---|"
    for failure, facts in FACTS.items():
        plans = _plans(failure) or "none"
        link = f"[{failure}](#{failure.value})"
        yield f"| {link} | {facts.service} | {facts.permission} | {plans} |"
    yield ""


def _failures() -> Iterator[str]:
    yield "## Failures"
    yield ""
    yield "The marks of the sources are explained in [junos.md](junos.md#sources-and-marks)."
    yield ""
    for failure, facts in FACTS.items():
        yield from _failure(failure, facts)


def _failure(failure: FailureClass, facts: Facts) -> Iterator[str]:
    yield f"### {failure.value}"
    yield ""
    yield f"- **Symptom**: {facts.symptom}"
    yield f"- **True now**: {facts.true_now} Traffic: {facts.service}."
    yield f"- **The software**: {_does(failure, facts)}"
    yield f"- **You**: {facts.words}"
    yield f"- **Source**: {facts.source}"
    yield ""


def gate_table() -> str:
    """The send gate's conditions, by purpose."""
    head = "| condition | " + " | ".join(purpose.value.replace("_", " ") for purpose in SendPurpose) + " |"
    rule = "|---|" + ":-:|" * len(SendPurpose)
    rows = [
        f"| {MEANING[condition]} | "
        + " | ".join("yes" if condition in CONDITIONS[purpose] else "" for purpose in SendPurpose)
        + " |"
        for condition in SendCondition
    ]
    return "\n".join((head, rule, *rows))


def _does(failure: FailureClass, facts: Facts) -> str:
    plans = possible_plans(failure)
    if failure is FailureClass.FINISHED:
        return "goes on with the verification."
    if failure is FailureClass.UNDER_WAY:
        return "goes on watching; sends nothing."
    if not plans:
        return "sends nothing, keeps the lease, ends in NEEDS_OPERATOR. No policy can allow more."
    how = {
        Permission.AUTOMATIC: "carries out, unless policy says otherwise,",
        Permission.ASK: "shows the plan and asks, then carries out",
        Permission.NEVER: "shows",
    }[facts.permission]
    return f"{how} {_plans(failure)}, as the state of the nodes demands."


def _plans(failure: FailureClass) -> str:
    if failure in runbook_routes.PLANS:
        return runbook_routes.link_of(failure)
    return " or ".join(_link(kind) for kind in possible_plans(failure))


def _link(kind: PlanKind) -> str:
    title = _TITLES[kind]
    return f"[{title.lower()}](#{title.lower().replace(' ', '-')})"


def _procedures() -> Iterator[str]:
    yield "## Procedures"
    yield ""
    yield _PROCEDURES.format(stay=_STAY, back=_BACK)
    for kind, actions in _EXAMPLES.items():
        yield f"### {_TITLES[kind]}"
        yield ""
        yield _INTRODUCTIONS[kind]
        yield ""
        example = RecoveryPlan(
            kind=kind,
            failure=FailureClass.COLD_SYNC_FAILED,
            permission=Permission.ASK,
            reason="example",
            actions=actions,
        )
        yield from (f"{n}. {line}" for n, line in enumerate(by_hand(example), start=1))
        yield ""


def _example(primary: NodeName) -> Snapshot:
    """What the steps need to see of a cluster: its groups, and that it shows flags and window."""
    groups = tuple(
        RedundancyGroup(
            group_id=group_id,
            members=tuple(
                GroupMember(
                    node=node,
                    state=GroupState.PRIMARY if node is primary else GroupState.SECONDARY,
                    manual=False,
                )
                for node in NodeName
            ),
        )
        for group_id in (0, 1)
    )
    window = IssuStatus(in_progress=True)
    node0, node1 = (NodeView(node=n, reachable=True, groups=groups, issu=window) for n in NodeName)
    return Snapshot(cluster="example", taken_at=datetime(2000, 1, 1, tzinfo=UTC), node0=node0, node1=node1)


_CLOSING: Final = (group_steps.reset_failover(_example(_STAY), _STAY), steps.verify(_example(_STAY), _OLD))
_EXAMPLES: Final[dict[PlanKind, tuple[PlannedAction, ...]]] = {
    PlanKind.ABORT_ONLY: (steps.abort_issu(_OLD, None), *_CLOSING),
    PlanKind.ROLL_BACK: (
        *steps.roll_back(_BACK, _OLD, SoftwareFamily.SYSTEM),
        steps.abort_issu(_OLD, _STAY),
        *steps.reboot(_BACK, _OLD, SoftwareFamily.SYSTEM),
        *_CLOSING,
    ),
    PlanKind.FINISH_FORWARD: (
        *steps.reboot_old_primary(_STAY, _NEW, SoftwareFamily.SYSTEM),
        steps.wait_for_cold_sync(_STAY),
        steps.abort_issu(_NEW, None),
        group_steps.reset_failover(_example(_BACK), _BACK),
        steps.verify(_example(_BACK), _NEW),
    ),
    PlanKind.RESYNC_POLICIES: (steps.resync_policies(_STAY), steps.verify(_example(_STAY), _NEW)),
}
_PROCEDURES: Final = """\
What the software sends, step by step, and what you type when you do it by hand. Here {stay} ran the ISSU,
{back} was upgraded first, and there are RG0 and RG1; the approval and the report of a run have the commands
for the cluster at hand. On platforms with `software: vmhost` in policy/support.yaml it is `request vmhost
software rollback node N reboot` and `request vmhost reboot node N`.
"""
_INTRODUCTIONS: Final = {
    PlanKind.ABORT_ONLY: """\
Both nodes run the same release and nothing was changed. Outcome ABORTED_CLEAN. The abort is left out when
both nodes, or the device's last words, say that the window is closed.""",
    PlanKind.ROLL_BACK: """\
One node has the newer image. Outcome ROLLED_BACK. If that node does not answer, wait for it first; if it is
primary of a group, fail that group over to the other node first (failover reset, then failover; RG0 last),
which moves traffic and is therefore always asked for. Roll back and reboot are sent once only
(docs/decisions/061). Data groups that served from that node before the ISSU go back to it at the end, before
the flags are reset (failover reset, then failover), unless the run was asked not to fail back
(docs/decisions/064).""",
    PlanKind.FINISH_FORWARD: """\
The upgraded node serves and the old primary was never rebooted into its new image (docs/decisions/063). The
upgrade then goes on with its verification.""",
    PlanKind.RESYNC_POLICIES: """\
Check afterwards with `request security policies check` on the same node.""",
}


def main() -> None:
    """Writes it into the repository."""
    PAGE.write_text(runbook(), encoding="utf-8")
