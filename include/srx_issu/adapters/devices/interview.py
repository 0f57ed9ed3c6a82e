"""The questions that make a ``NodeView``, in order, and what follows from an answer that is missing.

A generator: it yields questions and is sent elements, or thrown our exceptions. Both readers drive it, one
with threads, one with asyncio, so a view means the same whichever wire it came by. What was not answered
stays None, and ``error`` keeps why; nothing is taken from what the peer says.
"""

from __future__ import annotations

import logging
from collections.abc import Generator
from dataclasses import replace
from typing import TypeVar

from srx_issu.adapters.devices import questions
from srx_issu.adapters.devices.links_shown import node_links
from srx_issu.adapters.devices.next_boot import next_boot
from srx_issu.adapters.devices.parse import status, sync, system
from srx_issu.adapters.devices.parse.nodes import own_body
from srx_issu.adapters.devices.parse.reply import Element, number
from srx_issu.adapters.devices.question import Question
from srx_issu.domain.cluster.model import ColdSync, NodeName, NodeView
from srx_issu.domain.errors import (
    AuthenticationFailed,
    DeviceError,
    DeviceTimeout,
    DeviceUnreachable,
    HostKeyRejected,
    ReplyNotUnderstood,
    SessionLost,
    UnknownCommand,
)

log = logging.getLogger(__name__)

Interview = Generator[Question, Element, NodeView]
Fact = TypeVar("Fact")
_Asking = Generator[Question, Element, Fact]

# What Python makes of a number of five thousand digits, or of 31 February: this answer says nothing, the
# others do.
NO_VALUE = (ValueError, ArithmeticError)
_LONGEST_FAULT = 500
_UPTIME = "system-uptime-information"
# After one of these the node is not asked further: each question would wait for its own timeout.
SESSION_OVER = (DeviceUnreachable, AuthenticationFailed, HostKeyRejected, DeviceTimeout, SessionLost)


def interview(node: NodeName, *, asks_next_boot: bool = False, asks_links: bool = False) -> Interview:
    """Returns the node's view: reachable False when its own address answered no question at all.

    ``asks_next_boot``: also what it will boot next, and ``asks_links``: what joins it to its peer and to the
    network, which only some routes need.
    """
    view, faults, answered = NodeView(node=node, reachable=False), list[str](), 0
    unread = set[str]()
    refused = False
    also = (NEXT_BOOT if asks_next_boot else {}) | (NODE_LINKS if asks_links else {})
    for field, question in (QUESTIONS | also).items():
        try:
            view = yield from question(node, view)
            answered += 1
        except SESSION_OVER as error:
            faults.append(error.message)
            refused = isinstance(error, AuthenticationFailed | HostKeyRejected)
            break
        except DeviceError as error:  # it answered, with a no or with something unreadable
            log.info("%s: %s not read: %s", node, field, error.message)
            faults.append(error.summary)
            unread.add(field)
            answered += 1
        except NO_VALUE as error:
            faults.append(f"{field}: {error}"[:_LONGEST_FAULT])
            unread.add(field)
            answered += 1
    return replace(
        view,
        reachable=answered > 0,
        error="; ".join(faults) or None,
        not_understood=frozenset(unread),
        refused_login=refused,
    )


def _software(node: NodeName, view: NodeView) -> _Asking[NodeView]:
    body = yield from _own(node, questions.SOFTWARE, "software-information")
    facts = system.software_facts(node, body)
    return replace(view, release=facts.release, hostname=facts.hostname, model=facts.model)


def _clock(node: NodeName, view: NodeView) -> _Asking[NodeView]:
    body = yield from _own(node, questions.UPTIME, _UPTIME)
    return _with_clock(view, system.clock_facts(node, body))


def _groups(node: NodeName, view: NodeView) -> _Asking[NodeView]:
    body = yield from _own(node, questions.STATUS, "chassis-cluster-status")
    groups = status.redundancy_groups(node, body)
    return replace(view, groups=groups, cluster_id=number(node, body, "cluster-id"))


def _cold_sync(node: NodeName, view: NodeView) -> _Asking[NodeView]:
    try:
        body = yield from _own(node, questions.COLD_SYNC, "cold-synchronization-monitoring-information")
        found: ColdSync | None = sync.cold_sync(node, body)
    except UnknownCommand:  # 17.4 and older: no such RPC
        body = yield from _own(node, questions.INFORMATION, "chassis-cluster-information")
        found = sync.cold_sync_in_information(node, body)
    return replace(view, cold_sync=found)


def _issu(node: NodeName, view: NodeView) -> _Asking[NodeView]:
    try:
        body = yield from _own(node, questions.ISSU, "issu-information")
    except UnknownCommand:  # optional: older releases do not have it
        return view
    return replace(view, issu=sync.issu_status(body))


def _next_boot(node: NodeName, view: NodeView) -> _Asking[NodeView]:
    found = yield from next_boot(node, view)
    return replace(view, next_boot=found)


def _node_links(node: NodeName, view: NodeView) -> _Asking[NodeView]:
    found = yield from node_links(node)
    return replace(view, links=found)


QUESTIONS = {  # by the field of NodeView that it fills
    "release": _software,
    "booted_at": _clock,
    "groups": _groups,
    "cold_sync": _cold_sync,
    "issu": _issu,
}


NEXT_BOOT = {"next_boot": _next_boot}
NODE_LINKS = {"links": _node_links}


PLANNED = (questions.SOFTWARE, questions.UPTIME, questions.STATUS, questions.COLD_SYNC, questions.ISSU)
"""What is always asked, in the order of the questions; the rest follows from an answer."""


def with_clock(view: NodeView, uptime: Element) -> NodeView:
    """The view of a node all of whose other answers are the same as then. Raises DeviceError."""
    try:
        facts = system.clock_facts(view.node, own_body(view.node, uptime, _UPTIME))
    except NO_VALUE as error:
        raise ReplyNotUnderstood(view.node, f"{questions.UPTIME.cli}: {error}") from error
    return _with_clock(view, facts)


def _with_clock(view: NodeView, facts: system.ClockFacts) -> NodeView:
    return replace(
        view,
        device_time=facts.device_time,
        booted_at=facts.booted_at,
        configured_at=facts.configured_at,
        configured_by=facts.configured_by,
        users=facts.users,
    )


def _own(node: NodeName, question: Question, tag: str) -> _Asking[Element]:
    root = yield question
    return own_body(node, root, tag)
