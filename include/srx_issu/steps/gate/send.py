"""The send gate: the only place in the program that sends something to a firewall.

The order of things is fixed. The session is opened, logged in and its way proven; then the gate reads every
condition of the order's purpose; then, in one transaction, the journal proves that the leases are ours and
that nothing was sent before, and writes the intent. Only then there is a permit, for at most 30 s, which is
checked once more as the last thing before the bytes leave. The answers:

    yes      a permit; what it rests on is kept with the intent
    no       NotPermitted, with the condition; nothing was sent
    not now  the journal or the stop flag cannot be read, or clocks are in doubt: waited out here; then
             everything is asked anew, from the look at the nodes on. What prepares an upgrade gives up
             after ``LIMIT_S``, and its task is tried again; what brings a cluster home never does

Junos takes no token: between the last check and the node there is a gap of milliseconds. For the start by
shell the node itself closes it (``adapters/devices/start.py``); for every other command it remains.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from typing import TypeVar

from srx_issu.domain.errors import CommandRefused, DeviceError, JournalAway, PermitExpired
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.history.command_events import CommandRejected, CommandSent, CommandUnanswered
from srx_issu.domain.upgrade.intent import StartMethod
from srx_issu.ports.devices import Line, NodeFiles, Started, StartLine, StartReport
from srx_issu.ports.permits import Permit
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.gate.ask import Asking, LaterError
from srx_issu.steps.gate.order import (
    AnswerOrder,
    CommandOrder,
    CommitOrder,
    DeleteOrder,
    SendOrder,
    StartOrder,
    UploadOrder,
)
from srx_issu.steps.leases import renew_all
from srx_issu.steps.outage import LIMIT_S, Outage, is_at_limit

MOST_EXPIRED = 3  # permits that may run out in a row before the step gives up and is tried again

_Session = TypeVar("_Session")
_Answer = TypeVar("_Answer")


def send_command(context: UpgradeContext, order: CommandOrder) -> str:
    """Returns the node's words. Raises NotPermitted, CommandRefused when the node says no, and other
    DeviceErrors when it is unknown what it did: the next try looks again."""

    def send(line: Line, permit: Permit) -> str:
        return line.send(order.command, permit)

    asking = Asking(context, order)
    reply = _through(asking, lambda: context.writer.line(order.node), send)
    asking.record(CommandSent, reply.strip() or "no words")
    return reply


def commit_configuration(context: UpgradeContext, order: CommitOrder) -> str:
    """As ``send_command``. Refused too where somebody else has the configuration: nothing is changed then."""

    def send(line: Line, permit: Permit) -> str:
        return line.commit(order.command, permit)

    asking = Asking(context, order)
    reply = _through(asking, lambda: context.writer.line(order.node), send)
    asking.record(CommandSent, reply.strip() or "no words")
    return reply


def start_in_service_upgrade(context: UpgradeContext, order: StartOrder) -> StartReport:
    """Asks the node once. A job whose marker is on the node already is attached to: nothing is sent then."""
    asking = Asking(context, order)

    def found(line: StartLine) -> StartReport | None:
        report = line.started(order.job)
        if report is None:
            asking.withdraw_unmarked(line.method)
        asking.method = line.method
        return report

    def send(line: StartLine, permit: Permit) -> StartReport:
        report = line.start(order.command, order.job, permit)
        if report.started is Started.TOO_LATE:
            raise PermitExpired(f"{order.node}: {report.words}")
        return report

    return _through(asking, lambda: context.writer.start_line(order.node, order.method), send, found)


def answer_prompt(context: UpgradeContext, order: AnswerOrder) -> str:
    """Returns what was done. Raises NotPermitted, CommandRefused where the job takes no answer, and other
    DeviceErrors when it is unknown whether it has one: the next look tells, and nothing is answered twice."""

    def send(line: StartLine, permit: Permit) -> str:
        return line.answer(order.job, permit)

    asking = Asking(context, order)
    done = _through(asking, lambda: context.writer.start_line(order.node, StartMethod.SHELL), send)
    asking.record(CommandSent, done)
    return done


def upload_image(context: UpgradeContext, order: UploadOrder) -> None:
    """Raises TransferFailed when the file on the node is not the catalogue's."""

    def send(files: NodeFiles, permit: Permit) -> None:
        files.upload(order.source, order.image.node_path, order.progress, permit)

    asking = Asking(context, order)
    _through(asking, lambda: _files(context, order), send)
    asking.record(CommandSent, f"{order.image.name} copied, SHA-256 agrees")


def delete_file(context: UpgradeContext, order: DeleteOrder) -> None:
    """No-op when there is no such file."""

    def send(files: NodeFiles, permit: Permit) -> None:
        files.delete(order.path, permit)

    asking = Asking(context, order)
    _through(asking, lambda: _files(context, order), send)
    asking.record(CommandSent, f"{order.path} removed")


@contextmanager
def _files(context: UpgradeContext, order: SendOrder) -> Iterator[NodeFiles]:
    """Files log in when they are used: the permit is checked behind the login, before the first change."""
    yield context.files(order.node)


def _nothing_found(_: object) -> None:
    return None


def _through(
    asking: Asking,
    open_line: Callable[[], AbstractContextManager[_Session]],
    send: Callable[[_Session, Permit], _Answer],
    found: Callable[[_Session], _Answer | None] = _nothing_found,
) -> _Answer:
    """Opens, asks, sends. ``found``: what is seen over the open line that makes sending needless."""
    context, order, expired = asking.context, asking.order, 0
    outage = Outage(
        clock=context.clock, log=context.log, what=f"{order.node}: permission to send '{order.what}'"
    )
    while True:
        try:
            asking.write_late()
            with open_line() as line:
                if (seen := found(line)) is not None:
                    return seen
                permit = asking.permit()
                outage.over()
                context.log.info("%s %s: sending '%s'", context.intent.cluster.name, order.node, order.what)
                return _send(asking, partial(send, line, permit))
        except LaterError as later:
            pause_s = outage.begun(later)
            if order.purpose is SendPurpose.PREPARE and is_at_limit(outage, LIMIT_S):
                asking.flush()
                raise PermitExpired(f"{order.node}: no permission to send '{order.what}': {later}") from later
            _keep_leases(context)
            context.clock.sleep(pause_s)
        except PermitExpired as late:
            expired += 1
            asking.withdraw(str(late))
            if expired >= MOST_EXPIRED:
                asking.flush()
                raise
            context.log.warning("%s %s: %s; asking again", context.intent.cluster.name, order.node, late)


def _keep_leases(context: UpgradeContext) -> None:
    """Whoever waits for leave keeps its cluster. Raises LeaseHeld when another has it by now."""
    with suppress(JournalAway):
        renew_all(context.intent, context.leases, context.intent.policy.timers.lease_s)


def _send(asking: Asking, send: Callable[[], _Answer]) -> _Answer:
    try:
        return send()
    except CommandRefused as refusal:
        asking.record(CommandRejected, refusal.message)
        raise
    except DeviceError as doubt:
        asking.record(CommandUnanswered, f"{doubt.message}; looking instead of asking again")
        raise
