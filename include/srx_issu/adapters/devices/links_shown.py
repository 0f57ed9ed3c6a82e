"""What joins a node to its peer and to the network, asked of the node itself, where its route takes it apart.

Each question is its own: one that is not answered, or not understood, leaves what it would have told unknown,
and what is unknown lets nothing be sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from typing import TypeVar

from srx_issu.adapters.devices import questions
from srx_issu.adapters.devices.parse.files import configuration_text
from srx_issu.adapters.devices.parse.links import Links, links
from srx_issu.adapters.devices.parse.nodes import own_body
from srx_issu.adapters.devices.parse.reply import Element
from srx_issu.adapters.devices.question import Question
from srx_issu.adapters.devices.state.cluster import LINKS
from srx_issu.adapters.devices.state.routing import INTERFACES, interfaces
from srx_issu.adapters.devices.state.system import COMMITS, commits
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.cluster.node_links import NodeLinks, slot_of
from srx_issu.domain.errors import CommandRefused, ReplyNotUnderstood, UnknownCommand

# Of the configuration only what routes switch off and put back; nothing in it is a secret.
_KEPT = re.compile(
    r"(?:set|deactivate) (?:chassis cluster (?:control-link-recovery|redundancy-group \d+ "
    r"(?:preempt|interface-monitor|ip-monitoring))|security flow tcp-session no-(?:syn|sequence)-check"
    r"|interfaces [a-z]{2}-\d+/\d+/\d+ disable)(?: .*)?"
)
_NO_ANSWER = (UnknownCommand, CommandRefused, ReplyNotUnderstood, ValueError)
_UP = {"up": True, "down": False}

_Asking = Generator[Question, Element, NodeLinks]
_Told = TypeVar("_Told")


def node_links(node: NodeName) -> _Asking:
    """By its own word alone. Raises only where the session is over."""
    shown = yield from _asked(LINKS, lambda root: _links(node, root))
    found = _of_links(shown) if shown is not None else NodeLinks()
    ports = yield from _asked(INTERFACES, lambda root: dict(_ports(node, root, shown)))
    if ports is not None and shown is not None:
        found = replace(
            found,
            ports_up=frozenset(name for name, is_up in ports.items() if is_up),
            ports_down=frozenset(name for name, is_up in ports.items() if is_up is False),
        )
    settings = yield from _asked(questions.configuration("set"), lambda root: _settings(node, root))
    pending = yield from _asked(COMMITS, lambda root: _is_pending(node, root))
    return replace(found, settings=settings, is_commit_pending=pending)


def _asked(
    question: Question, parse: Callable[[Element], _Told]
) -> Generator[Question, Element, _Told | None]:
    try:
        return parse((yield question))
    except _NO_ANSWER:
        return None


def _links(node: NodeName, root: Element) -> Links:
    return links(node, own_body(node, root, "chassis-cluster-interface-statistics"))


def _of_links(shown: Links) -> NodeLinks:
    return NodeLinks(
        control=_UP.get((shown.control or "").lower()), fabric=_UP.get((shown.fabric or "").lower())
    )


def _ports(node: NodeName, root: Element, shown: Links | None) -> Iterator[tuple[str, bool | None]]:
    """Ports of the network: neither those of the fabric nor those of the control link."""
    between = {child.name for child in shown.fabric_children} if shown else set[str]()
    between |= {name for name, _ in shown.control_interfaces} if shown else set[str]()
    for row in interfaces(root, node, node):
        if slot_of(row.name) is None or row.name in between:
            continue
        states = (_UP.get(row.admin.lower()), _UP.get(row.oper.lower()))
        yield row.name, False if False in states else None if None in states else True


def _settings(node: NodeName, root: Element) -> frozenset[str]:
    text = configuration_text(node, root, "set")
    lines = [line.strip() for line in text.splitlines()]
    if not any(line.startswith("set ") for line in lines):
        raise ReplyNotUnderstood(node, "a configuration without a line")
    return frozenset(line for line in lines if _KEPT.fullmatch(line))


def _is_pending(node: NodeName, root: Element) -> bool:
    found = list(commits(root, node, node))
    if not found:
        raise ReplyNotUnderstood(node, "no commit is shown")
    return any(commit.is_pending for commit in found)
