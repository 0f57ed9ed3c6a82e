"""What a step may rely on, on the fake and on the lab over both wires. Failure first."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from srx_issu.domain.cluster.model import GroupState, NodeName
from srx_issu.domain.errors import CommandRefused, DeviceError, DeviceTimeout, SessionLost
from srx_issu.domain.upgrade.commands import FailOver, ResetFailover, StartIssu
from srx_issu.domain.upgrade.intent import StartMethod
from srx_issu.ports.devices import Started
from tests.contract.conftest import WORLDS
from tests.contract.worlds import World
from tests.fakes.lines import send, start

N0, N1 = NodeName.NODE0, NodeName.NODE1
over_netconf = pytest.mark.parametrize("world", [w for w in WORLDS if w != "ssh"], indirect=True)


@pytest.mark.parametrize("fault", ["connection_refused", "authentication_fails", "host_key_changed"])
def test_node_that_lets_nobody_in_is_an_answer(world: World, fault: str) -> None:
    world.break_(fault, N1)
    with world.reader() as reader:
        seen = reader.observe()
        assert seen.node0.reachable
        assert seen.node0.release is not None
        assert not seen.node1.reachable
        assert seen.node1.error
        assert (seen.node1.release, seen.node1.groups, seen.node1.cold_sync) == (None, (), None)
        with pytest.raises(DeviceError):
            reader.read_text(N1, "/var/tmp/x")


def test_node_heals_while_the_reader_is_kept(world: World) -> None:
    world.break_("connection_refused", N1)
    with world.reader() as reader:
        assert not reader.observe().both_reachable
        world.mend()
        deadline = time.monotonic() + 5  # the lab opens its port again in its own time
        while not reader.observe().both_reachable:
            assert time.monotonic() < deadline


@over_netconf  # the SSH wire's own faults are in test_readers
@pytest.mark.parametrize("fault", ["netconf_hangs", "netconf_cut_in_reply", "netconf_garbage"])
def test_node_that_answers_badly_gives_no_facts(world: World, fault: str) -> None:
    world.break_(fault, N0)
    with world.reader() as reader:
        seen = reader.observe()
    assert seen.node0.error
    assert (seen.node0.release, seen.node0.groups, seen.node0.booted_at) == (None, (), None)
    assert seen.node1.reachable
    assert seen.node1.error is None


@over_netconf  # as all commands
@pytest.mark.parametrize("fault", ["netconf_hangs", "netconf_cut_in_reply"])
def test_command_without_an_answer_is_unknown_and_sent_once(world: World, fault: str) -> None:
    world.break_(fault, N0)
    with world.writer() as writer, pytest.raises((DeviceTimeout, SessionLost)):
        send(writer, N0, ResetFailover(group_id=1))


def test_refusal_is_told_in_words(world: World) -> None:
    with world.writer() as writer, pytest.raises(CommandRefused, match="not configured") as refused:
        send(writer, N0, FailOver(group_id=77, to=N1))
    assert refused.value.node == N0


def test_file_that_is_not_there_is_none(world: World) -> None:
    with world.reader() as reader:
        assert reader.read_text(N0, "/var/tmp/srx-issu-nothing/transcript") is None


def test_healthy_cluster(world: World) -> None:
    with world.reader() as reader:
        seen = reader.observe()
    assert seen.both_reachable
    for view in seen.views:
        assert view.error is None
        assert (view.model, view.release) == ("SRX4600", "21.4R3-S5.4")
        assert view.hostname
        assert view.booted_at is not None
        assert view.device_time is not None
        assert view.booted_at < view.device_time
        assert view.booted_at.tzinfo is not None
        assert view.cold_sync is not None
        assert view.cold_sync.is_complete is True
        for group in view.groups:
            assert {member.node for member in group.members} == set(NodeName)
            assert all(member.is_settled for member in group.members)
            assert all(member.monitor_failures == frozenset() for member in group.members)
    assert seen.group_ids[:2] == (0, 1)
    assert seen.primary(0) is N0
    assert seen.node0.hostname != seen.node1.hostname


def test_failover_and_reset_show_on_both_nodes(world: World) -> None:
    with world.writer() as writer, world.reader() as reader:
        assert "nitiated" in send(writer, N0, FailOver(group_id=1, to=N1))
        seen = reader.observe()
        assert seen.primary(1) is N1
        for view in seen.views:
            group = view.group(1)
            assert group is not None
            member = group.member(N1)
            assert member is not None
            assert (member.state, member.priority, member.manual) == (GroupState.PRIMARY, 255, True)
        send(writer, N0, ResetFailover(group_id=1))
        after = reader.observe().group(1)
        assert after is not None
        assert all(member.manual is False for member in after.members)
        if world.name != "fake":  # put the lab back for the next case
            time.sleep(0.1)  # six seconds of the lab: secondary-hold of a data plane group is over
            send(writer, N0, FailOver(group_id=1, to=N0))
            send(writer, N0, ResetFailover(group_id=1))


class TestStart:
    """Last in the module: a started ISSU changes the lab's cluster for good."""

    @over_netconf  # the lab's one cluster can be upgraded once
    def test_start_is_refused_then_done_once(self, world: World, tmp_path: Path) -> None:
        image = "/var/tmp/junos-srxhe-x86-64-22.4R3-S2.8.tgz"
        before = world.starts()
        with world.writer() as writer, world.reader() as reader:
            missing = start(writer, N0, StartIssu(image_path=image), "missing", StartMethod.AUTO)
            assert missing.started is Started.REFUSED
            assert "does not exist" in missing.words
            started = StartIssu(image_path=world.stage(tmp_path))
            elsewhere = start(writer, N1, started, "not-primary", StartMethod.AUTO)
            assert elsewhere.started is Started.REFUSED
            first = start(writer, N0, started, "job", StartMethod.AUTO)
            again = start(writer, N0, started, "job", StartMethod.AUTO)
            other = start(writer, N0, started, "other", StartMethod.AUTO)
            assert (first.started, first.method) == (Started.ACCEPTED, StartMethod.SHELL)
            assert again.started is Started.ACCEPTED
            assert again.words == "already started by this job; nothing was sent"
            assert other.started is Started.REFUSED
            assert other.words == "warning: ISSU in progress"
            assert world.starts() - before == 1
            assert first.transcript_path == again.transcript_path
            assert first.transcript_path is not None
            assert "ISSU" in (reader.read_text(N0, first.transcript_path) or "")
