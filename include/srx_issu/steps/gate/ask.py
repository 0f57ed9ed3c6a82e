"""One order and the gate's answers to it: the permit, and what is written around it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import NoReturn

from srx_issu.domain.errors import JournalAway, NotPermitted
from srx_issu.domain.gate.answer import No, NotNow, judge
from srx_issu.domain.gate.table import SendCondition
from srx_issu.domain.history.command_events import (
    CommandRejected,
    CommandSent,
    CommandUnanswered,
    CommandWithdrawn,
    PermitRefused,
)
from srx_issu.domain.history.entry import Entry
from srx_issu.domain.upgrade.intent import StartMethod
from srx_issu.ports.journal import Hold, IntendAnswer, Intended
from srx_issu.ports.permits import PERMIT_S, Permit, uptime_s
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.gate.conditions import read, recover_line
from srx_issu.steps.gate.order import SendOrder, StartOrder
from srx_issu.steps.gate.reading import GateReading
from srx_issu.steps.late_journal import write_patiently
from srx_issu.steps.leases import needs_of
from srx_issu.steps.outage import Outage

ON_ITS_WAY_S = PERMIT_S + 5  # how long after its intent a start may still arrive at the node


class LaterError(Exception):
    """The gate's "not now": ask again. Never leaves the gate."""


class Asking:
    """Asks the gate for one order, as often as it takes."""

    def __init__(self, context: UpgradeContext, order: SendOrder) -> None:
        self.context = context
        self.order = order
        self.method: StartMethod | None = None  # the way that the open line has proven
        self._permit_id = ""
        self._late: list[Entry] = []  # to be written as soon as the journal answers

    def permit(self) -> Permit:
        """The gate's yes; the intent is in the journal then. Raises NotPermitted, or LaterError."""
        reading = GateReading(self.context, self.order, self.method)
        answer = judge(self.order.purpose, partial(read, reading))
        if isinstance(answer, No):
            self._refuse(answer.condition, answer.reason)
        if isinstance(answer, NotNow):
            raise LaterError(answer.reason)
        return self._intend(reading, answer.found)

    def _intend(self, reading: GateReading, found: Mapping[SendCondition, str]) -> Permit:
        context, order = self.context, self.order
        self._permit_id = secrets.token_hex(8)
        event = replace(
            order.intended,
            permit={condition.value: reason for condition, reason in found.items()},
            permit_id=self._permit_id,
            key=reading.known.once_key(order.key) if order.key else None,
            method=self.method,
        )
        entry = context.entry(event, f"{order.what} ({order.why})")
        hold = Hold(resources=needs_of(context.intent).alone, ttl_s=context.intent.policy.timers.lease_s)
        asked_at_s = uptime_s()  # the permit counts from here: the transaction's own time is part of it
        try:
            intended = context.journal.intend(context.upgrade_id, entry, hold)
        except JournalAway as away:
            # Whether the intent was written is unknown; that nothing was sent is not.
            self.withdraw(f"the journal went away while the intent was written ({away})")
            raise LaterError(str(away)) from away
        if not intended.written:
            self._refuse_intent(intended)
        return Permit(node=order.node, what=order.what, expires_at_s=asked_at_s + PERMIT_S)

    def _refuse_intent(self, intended: Intended) -> NoReturn:
        """The journal has not written the intent, and says why."""
        match intended.answer:
            case IntendAnswer.KEY_USED:
                reason = f"'{self.order.what}' was sent before in this upgrade and is not sent twice"
                self._refuse(SendCondition.ONCE, f"{self.order.node}: {reason}")
            case IntendAnswer.CLOSED:
                line = recover_line(self.context.intent.cluster.name)
                self._refuse(SendCondition.OPEN, f"{intended.reason}; if it is not in order, run: {line}")
            case _:
                self._refuse(SendCondition.HELD, intended.reason)

    def _refuse(self, condition: SendCondition, reason: str) -> NoReturn:
        order = self.order
        refused = PermitRefused(node=order.node, condition=condition, purpose=order.purpose)
        self._write(self.context.entry(refused, f"not sent: {order.what}: {reason}"))
        raise NotPermitted(condition.value, reason)

    def record(self, kind: type[CommandSent | CommandUnanswered | CommandRejected], text: str) -> None:
        """What became of it. Written late rather than not at all: the command is out already."""
        order = self.order
        answered = kind(
            sending=order.sending,
            node=order.node,
            command=order.what,
            permit_id=self._permit_id,
            file=order.intended.file,
        )
        self._write(self.context.entry(answered, text))

    def withdraw(self, why: str, permit_id: str | None = None) -> None:
        """An intent that is proven not to have been sent. Written now, or when the journal answers."""
        order = self.order
        withdrawn = CommandWithdrawn(
            node=order.node, permit_id=permit_id or self._permit_id, command=order.what, once=order.key
        )
        self._late.append(self.context.entry(withdrawn, f"nothing was sent: {why}"))

    def withdraw_unmarked(self, method: StartMethod) -> None:
        """A start that was intended by shell and whose marker is not on the node never arrived there.

        Raises LaterError while it may still be on its way.
        """
        if not isinstance(self.order, StartOrder) or method is not StartMethod.SHELL:
            return
        try:
            earlier = self.context.known().intended_start
            if earlier is None or earlier.command.method is not StartMethod.SHELL:
                return
            age = self.context.journal.now() - earlier.at
        except JournalAway as away:
            raise LaterError(str(away)) from away
        if age < timedelta(seconds=ON_ITS_WAY_S):
            raise LaterError(
                f"a start of {age.total_seconds():.0f} s ago may still be on its way to the node"
            )
        reason = f"{self.order.node} has no marker of the start intended before"
        self.withdraw(reason, earlier.command.permit_id)
        self.write_late()

    def write_late(self) -> None:
        """What could not be written before. Raises LaterError while the journal is away."""
        while self._late:
            event = self._late[0]
            try:
                self.context.journal.record(self.context.upgrade_id, event)
            except JournalAway as away:
                raise LaterError(str(away)) from away
            self._late.pop(0)

    def flush(self) -> None:
        """Writes what is late, however long that takes."""
        self._append(())

    def _write(self, event: Entry) -> None:
        context = self.context
        node = f" {event.node}" if event.node else ""
        context.log.info("%s%s: %s", context.intent.cluster.name, node, event.text)
        self._append((event,))

    def _append(self, events: Iterable[Entry]) -> None:
        context, outage = self.context, Outage(clock=self.context.clock, log=self.context.log)
        for event in (*self._late, *events):
            write_patiently(context.journal, context.upgrade_id, event, outage)
        self._late.clear()
