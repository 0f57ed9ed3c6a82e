"""Replies that carry one answer per node (``multi-routing-engine-results``), and whose answer is whose."""

from __future__ import annotations

import re

from srx_issu.adapters.devices.parse.refusals import errors_in, raise_errors, refusal_error, silent_peer
from srx_issu.adapters.devices.parse.reply import Element, fragment, value
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import DeviceUnreachable, ReplyNotUnderstood

_BANNER = re.compile(r"\{[^}:]*:(node[01])\}")
_NEAR_PROMPT = 400  # characters: a banner further up is not the prompt's


def answers_by_node(node: str, root: Element) -> dict[NodeName, Element]:
    """Each answering node's item of a wrapped reply; a peer that could not be asked is simply absent.

    Raises ReplyNotUnderstood for a name that is no node, or one that answers twice, and the node's own
    words when nobody answered.
    """
    items: dict[NodeName, Element] = {}
    for item in root.iter("multi-routing-engine-item"):
        name = value(item, "re-name")
        if name not in (NodeName.NODE0, NodeName.NODE1):
            raise ReplyNotUnderstood(node, f"answer of {name!r}, expected node0 or node1", fragment(item))
        if name in items:
            raise ReplyNotUnderstood(node, f"two answers of {name} in one reply", fragment(item))
        if not any(silent_peer(words) for words in errors_in(item)):
            items[NodeName(name)] = item
    if not items:
        raise_errors(node, root)
    return items


def own_body(node: NodeName, root: Element, tag: str) -> Element:
    """The body that ``node`` gave about itself, from a wrapped reply or from a plain one.

    Facts that the peer forwarded never count as the node's own. Raises the node's words when it said no,
    ReplyNotUnderstood when its answer, or ``tag`` in it, is missing.
    """
    check_identity(node, root)
    scope = root
    if root.find(".//multi-routing-engine-results") is not None or root.tag == "multi-routing-engine-results":
        items = answers_by_node(node, root)
        if node not in items:
            raise ReplyNotUnderstood(
                node, f"its own answer is missing; answered: {', '.join(items) or 'nobody'}"
            )
        scope = items[node]
    body = scope if scope.tag == tag else scope.find(f".//{tag}")
    errors = [words for words in errors_in(scope) if silent_peer(words) is None]
    if body is not None and next(errors_in(body), None) is None:
        return body
    if errors:
        raise refusal_error(node, errors[0])
    raise_errors(node, scope)
    raise ReplyNotUnderstood(node, f"no <{tag}> in the reply", fragment(scope))


def own_item(node: str, root: Element) -> Element:
    """``node``'s item of a wrapped reply; a plain reply as it is.

    For commands that some releases forward to the peer although the question was the node's alone: what
    the peer said, or that it is silent, is no answer of the node. Raises ReplyNotUnderstood when the reply
    is wrapped and holds none of ``node``, or more than one.
    """
    items = list(root.iter("multi-routing-engine-item"))
    if not items:
        return root
    own = [item for item in items if value(item, "re-name") == node]
    if len(own) != 1:
        found = "is missing" if not own else f"is there {len(own)} times"
        raise ReplyNotUnderstood(node, f"its own answer {found} in the reply", fragment(root))
    return own[0]


def check_identity(node: NodeName, root: Element) -> None:
    """Raises DeviceUnreachable when the CLI banner (``{primary:node1}``) names the other node.

    Whoever answered, it was not ``node``: its own address is wrong or belongs to both (master-only).
    """
    for banner in root.iter("banner"):
        match = _BANNER.search(banner.text or "")
        if match and match.group(1) != node:
            raise wrong_address(node, match.group(1))


def check_prompt(node: str, shown: str) -> None:
    """The same by the banner that a terminal shows above its prompt; where there is none, nothing is told."""
    named = _BANNER.findall(shown[-_NEAR_PROMPT:])
    if named and named[-1] != node:
        raise wrong_address(node, named[-1])


def wrong_address(node: str, answered: str) -> DeviceUnreachable:
    """What is raised when ``answered`` is at the address that the inventory has for ``node``."""
    return DeviceUnreachable(
        node, f"the address of {node} answered as {answered}: correct the addresses in the inventory"
    )
