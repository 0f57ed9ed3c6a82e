"""Lines to a node as the send gate opens them, over whatever a fake does when something is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.upgrade.commands import Command, StartIssu
from srx_issu.domain.upgrade.configuration import CommitConfiguration
from srx_issu.domain.upgrade.intent import StartMethod
from srx_issu.ports.devices import ClusterWriter, StartReport
from srx_issu.ports.permits import PERMIT_S, Permit, uptime_s


@dataclass(frozen=True, kw_only=True)
class FakeLine:
    """``ports.Line``: the permit is checked, then ``carry_out`` is called."""

    node: NodeName
    carry_out: Callable[[NodeName, Command], str]
    committed: Callable[[NodeName, CommitConfiguration], str] = lambda node, command: f"{node} {command}"

    def send(self, command: Command, permit: Permit) -> str:
        permit.check()
        return self.carry_out(self.node, command)

    def commit(self, command: CommitConfiguration, permit: Permit) -> str:
        permit.check()
        return self.committed(self.node, command)


@dataclass(frozen=True, kw_only=True)
class FakeStartLine:
    """``ports.StartLine``."""

    node: NodeName
    method: StartMethod
    marked: Callable[[NodeName, str], StartReport | None]
    carry_out: Callable[[NodeName, StartIssu, str, StartMethod], StartReport]
    answered: Callable[[NodeName, str], str] = lambda node, job: f"{node} {job}"

    def started(self, job: str) -> StartReport | None:
        return self.marked(self.node, job) if self.method is StartMethod.SHELL else None

    def start(self, command: StartIssu, job: str, permit: Permit) -> StartReport:
        permit.check()
        return self.carry_out(self.node, command, job, self.method)

    def answer(self, job: str, permit: Permit) -> str:
        permit.check()
        return self.answered(self.node, job)


def permit(node: NodeName = NodeName.NODE0, seconds: float = PERMIT_S) -> Permit:
    """One that the gate might have given."""
    return Permit(node=node, what="a command", expires_at_s=uptime_s() + seconds)


def send(writer: ClusterWriter, node: NodeName, command: Command) -> str:
    """One command over a line of its own, permitted."""
    with writer.line(node) as line:
        return line.send(command, permit(node))


def start(
    writer: ClusterWriter, node: NodeName, command: StartIssu, job: str, method: StartMethod
) -> StartReport:
    """As the gate does: what a job of that name has started already is attached to."""
    with writer.start_line(node, method) as line:
        return line.started(job) or line.start(command, job, permit(node))
