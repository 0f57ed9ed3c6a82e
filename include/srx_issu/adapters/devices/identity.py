"""Which node answers at an address, asked once a NETCONF session.

A reply to a forwarded question holds both nodes' answers, whoever gave it, and NETCONF has no banner that
names the node: swapped addresses, or one that follows the primary, show in nothing else. Two questions tell,
neither confirmed on a real SRX of every release: they speak against an address only together, or one alone
where the other tells nothing. Where neither tells, the node is unknown and the session is used as before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from srx_issu.adapters.devices.parse.nodes import wrong_address
from srx_issu.adapters.devices.parse.reply import Element, value
from srx_issu.adapters.devices.question import RequestForm
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import DeviceUnreachable
from srx_issu.domain.upgrade.rpc import Rpc

Exchange = Callable[[RequestForm], Element]

# The routing engine's own address in the internal network, as PyEZ reads it for its fact "current_re".
_INTERNAL_ADDRESSES = RequestForm(
    rpc=Rpc("get-interface-information", (("terse", None), ("routing-instance", "__juniper_private1__")))
)
_LOCAL = RequestForm(rpc=Rpc("get-software-information", (("node", "local"),)))
_OWN_ADDRESS = re.compile(r"(129|130)\.\d{1,3}\.0\.1(?:/\d+)?")
_NODE_OF = {"129": NodeName.NODE0, "130": NodeName.NODE1}


def require_node(node: str, exchange: Exchange, *, must_tell: bool = False) -> None:
    """Raises DeviceUnreachable when another node of the cluster answers, and, where it ``must_tell``, when
    neither question tells. ``exchange`` sends one question."""
    found = _by_internal_address(exchange(_INTERNAL_ADDRESSES))
    if found == node:
        return
    local = _by_local_answer(exchange(_LOCAL))
    if must_tell and found is None and local is None:
        raise DeviceUnreachable(node, "what answers at its other address does not tell which node it is")
    other = found or local
    if other is not None and node != local:
        raise wrong_address(node, other)


def _by_internal_address(reply: Element) -> NodeName | None:
    matches = (_OWN_ADDRESS.fullmatch((each.text or "").strip()) for each in reply.iter("ifa-local"))
    return _only({_NODE_OF[match.group(1)] for match in matches if match})


def _by_local_answer(reply: Element) -> NodeName | None:
    """A node that does not know ``local`` answers for both, or with an error: then nothing is told."""
    return _only(set(_names(reply)))


def _names(reply: Element) -> Iterator[NodeName]:
    for item in reply.iter("multi-routing-engine-item"):
        name = value(item, "re-name")
        if name in (NodeName.NODE0, NodeName.NODE1):
            yield NodeName(name)


def _only(found: set[NodeName]) -> NodeName | None:
    return found.pop() if len(found) == 1 else None
