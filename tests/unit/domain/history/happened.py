"""Entries of an upgrade, and what is known after them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.failure.classes import FailureClass, Permission
from srx_issu.domain.history.command_events import CommandIntended, CommandWithdrawn, Sending
from srx_issu.domain.history.entry import entry_of
from srx_issu.domain.history.events import Event
from srx_issu.domain.history.recovery_events import RecoveryPlanned
from srx_issu.domain.history.upgrade_state import UpgradeState, known
from srx_issu.domain.recovery.plan import PlanKind
from srx_issu.domain.upgrade.intent import StartMethod
from tests.fakes.snapshots import N0, N1, T0

WORKERS_CLOCK = T0 - timedelta(days=1)  # as wrong as it may be
PLAN = RecoveryPlanned(
    plan="plan.json",
    diagnosis="diagnosis.json",
    failure=FailureClass.STUCK,
    plan_kind=PlanKind.ROLL_BACK,
    permission=Permission.ASK,
    digest="e" * 64,
    steps="on node1: request system reboot",
)


def after(*happened: Event | tuple[Event, str]) -> UpgradeState:
    """Each with its sentence, if that counts; the database wrote the first one at minute 0, and so on."""
    told = [(one, "") if not isinstance(one, tuple) else one for one in happened]
    return known(
        replace(entry_of(event, text, at=WORKERS_CLOCK, step="a step"), recorded_at=minute(number))
        for number, (event, text) in enumerate(told)
    )


def minute(number: int) -> datetime:
    """By the database's clock."""
    return T0 + timedelta(minutes=number)


def start(permit_id: str | None = "a", node: NodeName = N0, method: StartMethod | None = None) -> Event:
    return CommandIntended(
        sending=Sending.START,
        node=node,
        command="request system software in-service-upgrade",
        permit_id=permit_id,
        once="start_issu",
        method=method,
        transcript="/t",
    )


def gather(group: int, permit_id: str) -> Event:
    return CommandIntended(
        sending=Sending.GATHER, node=N0, command="failover", permit_id=permit_id, group=group
    )


def reboot(permit_id: str | None = "a", once: str | None = None) -> Event:
    """A command of a recovery."""
    return CommandIntended(
        sending=Sending.RECOVER,
        node=N1,
        command="request system reboot",
        permit_id=permit_id,
        once=once,
        recovery_command="reboot",
        booted_at=T0,
    )


def withdrawal(permit_id: str | None = "a") -> Event:
    return CommandWithdrawn(node=N0, permit_id=permit_id, command="it")
