"""Damaged replies: whatever is missing, doubled or nonsense, a parser answers or raises one of ours."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from lxml import etree

from srx_issu.adapters.devices.parse import capacity, links, status, sync, system
from srx_issu.adapters.devices.parse.nodes import own_body
from srx_issu.adapters.devices.parse.reply import Element, parse_reply
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import DeviceError
from tests.fakes import replies

N0 = NodeName.NODE0
ROUNDS = 300
NONSENSE = [
    "",
    " ",
    "n/a",
    "-1",
    "99999999999999999999",
    "node1",
    "None",
    "1e5",
    "\u0663",
    "\u00b2",
    "x" * 300,
]

PARSERS: dict[str, tuple[str, str, Callable[[Element], object]]] = {
    "status": (replies.status(), "chassis-cluster-status", lambda body: status.redundancy_groups(N0, body)),
    "software": (
        replies.both(replies.software),
        "software-information",
        lambda body: system.software_facts(N0, body),
    ),
    "uptime": (
        replies.both(replies.uptime),
        "system-uptime-information",
        lambda body: system.clock_facts(N0, body),
    ),
    "cold_sync": (
        replies.both(replies.cold_sync),
        "cold-synchronization-monitoring-information",
        lambda body: sync.cold_sync(N0, body),
    ),
    "information": (
        replies.both(replies.information_while_cold_sync_runs),
        "chassis-cluster-information",
        lambda body: sync.cold_sync_in_information(N0, body),
    ),
    "issu": (replies.both(replies.issu), "issu-information", sync.issu_status),
    "links": (
        "<chassis-cluster-interface-statistics><control-interface-status>Up</control-interface-status>"
        "<fabric-information><fabric-child-interface-name>xe-0/0/1</fabric-child-interface-name>"
        "<fabric-child-interface-status>Up / Up</fabric-child-interface-status></fabric-information>"
        "<reth><reth-name>reth0</reth-name><reth-status>Up</reth-status>"
        "<redundancy-group-id-for-reth>1</redundancy-group-id-for-reth></reth>"
        "</chassis-cluster-interface-statistics>",
        "chassis-cluster-interface-statistics",
        lambda body: links.links(N0, body),
    ),
    "storage": (
        "<system-storage-information><filesystem><total-blocks>2</total-blocks><available-blocks>1"
        "</available-blocks><mounted-on>/var</mounted-on></filesystem></system-storage-information>",
        "system-storage-information",
        lambda body: capacity.filesystem_of(N0, capacity.filesystems(N0, body), "/var/tmp"),
    ),
    "cpu": (
        "<route-engine-information><route-engine><cpu-idle>90</cpu-idle></route-engine></route-engine-information>",
        "route-engine-information",
        lambda body: capacity.routing_engine(N0, body),
    ),
}


def damaged(root: Element, dice: random.Random) -> Element:
    """One to three elements removed, doubled, emptied, renamed or filled with nonsense."""
    for _ in range(dice.randint(1, 3)):
        element = dice.choice(list(root.iter()))
        parent = element.getparent()
        match dice.randrange(5):
            case 0 if parent is not None:
                parent.remove(element)
            case 1 if parent is not None:
                parent.append(parse_reply(N0, etree.tostring(element, encoding="unicode", with_tail=False)))
            case 2:
                element.text = dice.choice(NONSENSE)
            case 3:
                element.attrib.update({"seconds": dice.choice(NONSENSE)})
            case _:
                element.tag = "something-new"
    return root


@pytest.mark.parametrize("name", PARSERS)
def test_damaged_reply_is_answered_or_refused(name: str) -> None:
    text, tag, parse = PARSERS[name]
    for seed in range(ROUNDS):
        root = damaged(
            parse_reply(N0, f"<rpc-reply xmlns:junos='urn:j'>{text}</rpc-reply>"), random.Random(seed)
        )
        shown = etree.tostring(root, encoding="unicode")
        try:
            parse(own_body(N0, root, tag))
        except DeviceError:
            continue
        except Exception as error:  # noqa: BLE001  the point of the test: nothing else may leave a parser
            pytest.fail(f"seed {seed}: {error!r} for {shown[:2000]}")
