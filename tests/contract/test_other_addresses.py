"""A node that is silent at its management address is found at its others, and asked there who it is."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest

from srx_issu.adapters.devices.pyez import NodeSessions, PyezClusterReader
from srx_issu.adapters.devices.writer import PyezClusterWriter
from srx_issu.domain.cluster.model import Address, Cluster, NodeName, Snapshot
from srx_issu.domain.errors import DeviceUnreachable
from srx_issu.domain.upgrade.commands import ResetFailover
from srx_issu.domain.upgrade.intent import Timers
from tests.contract.worlds import Lab
from tests.fakes.lines import send

N0 = NodeName.NODE0
TIMERS = Timers(connect_s=5, rpc_s=5)


@pytest.fixture
def nowhere() -> Iterator[Address]:
    """A port that refuses."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield Address(host="127.0.0.1", port=taken.getsockname()[1])


def look(cluster: Cluster, lab: Lab, *, tries_others: bool = True) -> Snapshot:
    sessions = NodeSessions(cluster, lab.credentials, TIMERS, tries_others=tries_others)
    with PyezClusterReader(cluster, lab.credentials, TIMERS, sessions=sessions) as reader:
        return reader.observe()


def test_is_seen_at_another_of_its_addresses(lab: Lab, nowhere: Address) -> None:
    moved = replace(lab.cluster, node0=nowhere, node0_others=(nowhere, lab.cluster.node0))
    assert look(moved, lab).node0.release == look(lab.cluster, lab).node0.release
    assert not look(moved, lab, tries_others=False).node0.reachable


def test_its_peer_at_another_of_its_addresses_is_not_taken_for_it(lab: Lab, nowhere: Address) -> None:
    wrong = replace(lab.cluster, node0=nowhere, node0_others=(lab.cluster.node1,))
    seen = look(wrong, lab).node0
    assert not seen.reachable
    assert "answered as node1" in (seen.error or "")


def test_says_of_each_address_why_it_does_not_answer(lab: Lab, nowhere: Address) -> None:
    away = replace(lab.cluster, node0=nowhere, node0_others=(nowhere,))
    assert (look(away, lab).node0.error or "").count("no TCP connection") == 2


def test_commands_go_there_too_and_each_try_to_the_next_one(lab: Lab, nowhere: Address) -> None:
    moved = replace(lab.cluster, node0=nowhere, node0_others=(lab.cluster.node0,))
    sessions = NodeSessions(moved, lab.credentials, TIMERS, tries_others=True)
    writer = PyezClusterWriter(moved, lab.credentials, TIMERS, sessions=sessions)
    try:
        for _ in range(3):
            assert send(writer, N0, ResetFailover(group_id=0))
    finally:
        writer.close()


def test_nothing_is_sent_where_none_answers(lab: Lab, nowhere: Address) -> None:
    away = replace(lab.cluster, node0=nowhere, node0_others=(nowhere,))
    sessions = NodeSessions(away, lab.credentials, TIMERS, tries_others=True)
    writer = PyezClusterWriter(away, lab.credentials, TIMERS, sessions=sessions)
    try:
        with pytest.raises(DeviceUnreachable, match="no TCP connection"):
            send(writer, N0, ResetFailover(group_id=0))
    finally:
        writer.close()
