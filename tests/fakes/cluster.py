"""A cluster in memory behind the ports: healthy until told otherwise, and counting what it is sent.

The contract tests hold it to what the two wires do against the lab, so that a step tested on it behaves
the same on a node. Faults have the lab's names.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from srx_issu.domain.cluster.model import (
    ColdSync,
    GroupMember,
    GroupState,
    IssuStatus,
    NodeName,
    NodeView,
    RedundancyGroup,
    Snapshot,
)
from srx_issu.domain.errors import (
    AuthenticationFailed,
    CommandRefused,
    DeviceError,
    DeviceTimeout,
    DeviceUnreachable,
    HostKeyRejected,
    ReplyNotUnderstood,
    SessionLost,
)
from srx_issu.domain.upgrade.commands import Command, FailOver, ResetFailover, StartIssu
from srx_issu.domain.upgrade.intent import StartMethod
from srx_issu.ports.devices import Line, Started, StartLine, StartReport
from tests.fakes.lines import FakeLine, FakeStartLine

RELEASE = "21.4R3-S5.4"
_CONFIGURED = {NodeName.NODE0: 200, NodeName.NODE1: 100}
_FAULTS: dict[str, type[DeviceError]] = {
    "connection_refused": DeviceUnreachable,
    "authentication_fails": AuthenticationFailed,
    "host_key_changed": HostKeyRejected,
    "netconf_hangs": DeviceTimeout,
    "netconf_cut_in_reply": SessionLost,
    "netconf_garbage": ReplyNotUnderstood,
}


class FakeCluster:
    """``ClusterReader`` and ``ClusterWriter``. ``faults`` maps a node to the fault it has."""

    def __init__(self) -> None:
        self.faults: dict[NodeName, str] = {}
        self.images: set[str] = set()
        self.starts: list[str] = []  # jobs that really started an ISSU
        self.sent: list[tuple[NodeName, Command]] = []
        self._primary = {0: NodeName.NODE0, 1: NodeName.NODE0}
        self._manual: set[int] = set()
        self._texts: dict[tuple[NodeName, str], str] = {}

    def observe(self) -> Snapshot:
        node0, node1 = (self._view(node) for node in NodeName)
        return Snapshot(cluster="fw-demo-1", taken_at=datetime.now(UTC), node0=node0, node1=node1)

    def _view(self, node: NodeName) -> NodeView:
        try:
            self._reach(node)
        except ReplyNotUnderstood as error:  # it answers, but nothing that can be read
            return NodeView(node=node, reachable=True, error=error.message)
        except DeviceError as error:
            return NodeView(node=node, reachable=False, error=error.message)
        moment = datetime.now(UTC)
        return NodeView(
            node=node,
            reachable=True,
            hostname=f"fw-demo-1-{node}",
            model="SRX4600",
            release=RELEASE,
            device_time=moment,
            booted_at=datetime(2026, 1, 1, tzinfo=UTC),
            groups=tuple(self._group(number) for number in self._primary),
            cold_sync=ColdSync(weight=0, completed=("flowd",)),
            issu=IssuStatus(in_progress=True if self.starts else None),
        )

    def _group(self, number: int) -> RedundancyGroup:
        members = tuple(self._member(number, node) for node in NodeName)
        return RedundancyGroup(group_id=number, failover_count=1, members=members)

    def _member(self, number: int, node: NodeName) -> GroupMember:
        is_primary, manual = self._primary[number] is node, number in self._manual
        return GroupMember(
            node=node,
            state=GroupState.PRIMARY if is_primary else GroupState.SECONDARY,
            priority=255 if manual and is_primary else _CONFIGURED[node],
            preempt=False,
            manual=manual,
            monitor_failures=frozenset(),
        )

    def _reach(self, node: NodeName) -> None:
        fault = self.faults.get(node)
        if fault is not None:
            raise _FAULTS[fault](node, fault.replace("_", " "))

    def read_text(self, node: NodeName, path: str) -> str | None:
        self._reach(node)
        return self._texts.get((node, path))

    def configuration(self, node: NodeName, form: str) -> str:
        self._reach(node)
        name = f"fw-demo-1-{node}"
        return (
            f"set system host-name {name}\n" if form == "set" else f"system {{\n    host-name {name};\n}}\n"
        )

    @contextmanager
    def line(self, node: NodeName) -> Iterator[Line]:
        self._reach(node)
        yield FakeLine(node=node, carry_out=self._send)

    @contextmanager
    def start_line(self, node: NodeName, method: StartMethod) -> Iterator[StartLine]:
        self._reach(node)
        yield FakeStartLine(node=node, method=StartMethod.SHELL, marked=self._marked, carry_out=self._start)

    def _send(self, node: NodeName, command: Command) -> str:
        self._reach(node)
        self.sent.append((node, command))
        match command:
            case FailOver(group_id=group_id) | ResetFailover(group_id=group_id) if (
                group_id not in self._primary
            ):
                raise CommandRefused(node, f"redundancy-group {group_id} is not configured")
            case FailOver(group_id=group_id, to=to):
                self._primary[group_id] = to
                self._manual.add(group_id)
                return f"Initiated manual failover for redundancy group {group_id}"
            case ResetFailover(group_id=group_id):
                self._manual.discard(group_id)
                return f"Successfully reset manual failover for redundancy group {group_id}"
            case _:
                return ""

    def _marked(self, node: NodeName, job: str) -> StartReport | None:
        if job not in self.starts:
            return None
        return replace(_accepted(job), words="already started by this job; nothing was sent")

    def _start(self, node: NodeName, command: StartIssu, job: str, method: StartMethod) -> StartReport:
        report = _accepted(job)
        refusal = None
        if self._primary[0] is not node:
            refusal = "error: ISSU can only be initiated from the primary node of redundancy-group 0"
        elif self.starts:
            refusal = "warning: ISSU in progress"
        elif command.image_path not in self.images:
            refusal = f"error: File does not exist: {command.image_path}"
        if refusal is not None:
            return replace(report, started=Started.REFUSED, words=refusal)
        self.starts.append(job)
        assert report.transcript_path is not None
        self._texts[node, report.transcript_path] = "ISSU: Validating Image\n"
        return replace(report, words="ISSU: Validating Image")


def _accepted(job: str) -> StartReport:
    path = f"/var/tmp/srx-issu-{job}/transcript"
    return StartReport(started=Started.ACCEPTED, method=StartMethod.SHELL, transcript_path=path)
