"""Who is asked, on which node, about what; and the ways of answering."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from srx_lab.machine.state import ClusterSpec, Node
from srx_lab.machine.words import NodeId
from srx_lab.machine.world import World
from srx_lab.markup import Element
from srx_lab.release import Release


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """An RPC and its arguments; a leaf without a value has the value ''."""

    rpc: str
    arguments: Mapping[str, str] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        return name in self.arguments

    def get(self, name: str) -> str | None:
        return self.arguments.get(name)


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    """One line of `show system users`."""

    name: str
    client: str
    since: float
    command: str = "-cli (cli)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """The node a body is about (`node`), and the one that was asked (`asked`)."""

    world: World
    node: NodeId
    asked: NodeId
    user: str = "lab"
    users: tuple[User, ...] = ()  # of the node that was asked
    peer_users: tuple[User, ...] = ()

    @property
    def here(self) -> Node:
        return self.world.node(self.node)

    @property
    def spec(self) -> ClusterSpec:
        return self.world.spec

    @property
    def release(self) -> Release:
        return self.here.release

    @property
    def now(self) -> float:
        return self.world.now

    def users_of(self, node: NodeId) -> tuple[User, ...]:
        """Everybody in that node's CLI."""
        return self.users if node is self.asked else self.peer_users

    def ns(self, area: str) -> str:
        return self.release.body_namespace(area)


class DeviceComplaint(Exception):
    """A daemon's error; over NETCONF an rpc-error, in the CLI a line `error: ...`."""

    def __init__(self, message: str, *, padded: bool = True) -> None:
        super().__init__(message)
        self.message = message
        self.padded = padded


Body = Callable[[Scene, Query], Element | tuple[Element, ...]]
"""Makes the reply body: one element, or siblings where Junos answers with several."""

Text = Callable[[Element], Iterable[str]]
"""Makes the CLI's lines from a body."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Show:
    """One read-only command: its CLI words, its RPC, what it answers and how that reads as text.

    `per_node`: forwarded to both nodes and wrapped in multi-routing-engine-results [Y]. `routing`: answered
    by rpd, which runs on the RG0 primary only [R]. `since`: first release whose API has the RPC [Y].
    `options`: CLI word -> (RPC leaf, whether a value follows); `positionals`: leaves that have no word.
    """

    cli: str
    rpc: str
    body: Body
    text: Text
    per_node: bool = False
    routing: bool = False
    since: tuple[int, int] = (0, 0)
    options: Mapping[str, tuple[str, bool]] = field(default_factory=dict)
    preset: Mapping[str, str] = field(default_factory=dict)
    positionals: tuple[str, ...] = ()
