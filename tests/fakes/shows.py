"""Sessions that are only asked, over memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import DeviceError
from srx_issu.ports.devices import CommandOutput, ShowSession


@dataclass
class FakeShowSessions:
    """``answers`` by the beginning of a command; what is not scripted prints the command itself. ``away``:
    why a node gives no session."""

    answers: dict[tuple[NodeName, str], CommandOutput | DeviceError] = field(default_factory=dict)
    away: dict[NodeName, DeviceError] = field(default_factory=dict)
    asked: list[tuple[NodeName, str]] = field(default_factory=list)
    within_s: list[float] = field(default_factory=list)  # what each answer was given

    @contextmanager
    def open(self, node: NodeName) -> Iterator[ShowSession]:
        if node in self.away:
            raise self.away[node]
        yield _OneNode(self, node)


@dataclass
class _OneNode:
    sessions: FakeShowSessions
    node: NodeName

    def show(self, command: str, *, most_bytes: int, within_s: float) -> CommandOutput:
        self.sessions.asked.append((self.node, command))
        self.sessions.within_s.append(within_s)
        for (node, beginning), answer in self.sessions.answers.items():
            if node is self.node and command.startswith(beginning):
                if isinstance(answer, DeviceError):
                    raise answer
                return answer
        return CommandOutput(text=f"{self.node}: {command}\n"[:most_bytes])
