"""What a look over SSH asks and reads, from look to look, on scripted nodes."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from srx_issu.adapters.devices import node_desk, ssh
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import ReplyNotUnderstood
from tests.fakes import replies
from tests.fakes.node import ScriptedNode
from tests.fakes.wires import Reader, cluster_at, open_reader

NODE0, NODE1 = NodeName
STATUS, UPTIME = "show chassis cluster status", "show system uptime"
COLD_SYNC = "show chassis cluster information detail coldsync"
QUESTIONS = 5


@pytest.fixture
def node() -> Iterator[ScriptedNode]:
    """Stands for both nodes of the cluster."""
    with ScriptedNode(dict(replies.healthy())) as node:
        yield node


@pytest.fixture
def reader(node: ScriptedNode) -> Iterator[Reader]:
    with open_reader("ssh", cluster_at(node.address, node.address), node.credentials()) as reader:
        yield reader


def test_a_cli_that_takes_one_command_at_a_time_is_asked_so(node: ScriptedNode, reader: Reader) -> None:
    node.takes_compound = False
    for _ in range(2):
        seen = reader.observe()
        assert [view.error for view in seen.views] == [None, None]
    asked = [request for request in node.requests if ";" not in request]
    assert len(asked) == 2 * 2 * QUESTIONS + 2  # the first look of each node tried once
    node.hang_up()  # a reboot, perhaps into a release that takes more
    node.takes_compound = True
    reader.observe()
    node.requests.clear()
    assert reader.observe().both_reachable
    assert len(node.requests) == 2 * QUESTIONS


def test_the_clock_moves_on_though_all_else_is_the_same(node: ScriptedNode, reader: Reader) -> None:
    before = reader.observe()
    uptime = str(node.answers[UPTIME]).replace("1700009000", "1700009020")
    node.answers[UPTIME] = uptime.replace(str(replies.BOOT[NODE0]), "1700009010")
    now = reader.observe()
    assert before.node0.device_time is not None
    assert now.node0.device_time is not None
    assert (now.node0.device_time - before.node0.device_time).total_seconds() == 20
    assert now.node0.booted_at is not None
    assert now.node0.booted_at.timestamp() == 1700009010
    assert now.node0.groups == before.node0.groups


def test_a_clock_that_cannot_be_read_leaves_the_clock_alone_unknown(
    node: ScriptedNode, reader: Reader
) -> None:
    before = reader.observe()
    node.answers[UPTIME] = "<output>no clock</output>"
    now = reader.observe()
    assert now.node0.booted_at is None
    assert now.node0.error is not None
    assert now.node0.groups == before.node0.groups


def test_a_changed_answer_is_read(node: ScriptedNode, reader: Reader) -> None:
    assert reader.observe().node0.release == replies.RELEASE[NODE0]
    node.answers["show version"] = str(node.answers["show version"]).replace("21.4R3-S5.4", "22.4R3-S2.11")
    assert reader.observe().node0.release == "22.4R3-S2.11"
    node.answers[STATUS] = replies.status().replace(">primary<", ">secondary-hold<")
    assert reader.observe().primary(0) is None


def test_what_was_asked_besides_is_asked_at_every_look(node: ScriptedNode, reader: Reader) -> None:
    """An older release's cold sync is in an answer that no look plans."""
    del node.answers[COLD_SYNC]
    node.answers["show chassis cluster information"] = replies.both(replies.information_while_cold_sync_runs)
    syncing = reader.observe().node0.cold_sync
    assert syncing is not None
    assert syncing.not_completed == ("flowd",)
    moved = replies.both(replies.information_while_cold_sync_runs).replace(">flowd<", ">flowd1<")
    node.answers["show chassis cluster information"] = moved
    later = reader.observe().node0.cold_sync
    assert later is not None
    assert later.not_completed == ("flowd1",)


def test_a_node_slower_than_our_patience_is_given_the_time_it_takes(
    node: ScriptedNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = str(node.answers["show version"])

    def slow(_: str) -> str:
        time.sleep(1)
        return body

    with ScriptedNode(dict(replies.healthy())) as peer:
        account = node.credentials(known_hosts=node.known_hosts + peer.known_hosts)
        with open_reader("ssh", cluster_at(node.address, peer.address), account, poll_s=0.2) as reader:
            assert reader.observe().both_reachable
            monkeypatch.setattr(node_desk, "LEAST_PATIENCE_S", 0.3)
            node.answers["show version"] = slow
            assert not reader.observe().node0.reachable
            time.sleep(3)  # until the answer: asked twice, for the session might have been dead
            assert reader.observe().node0.reachable


def test_a_refusal_among_the_answers_is_that_questions_alone(node: ScriptedNode, reader: Reader) -> None:
    del node.answers["show chassis cluster information issu"]
    seen = reader.observe()
    assert seen.node0.issu is None
    assert seen.node0.error is None
    assert len(node.requests) == 2 * QUESTIONS


def test_a_transcript_that_grows_without_end_is_not_read_by_the_loop(
    node: ScriptedNode, reader: Reader
) -> None:
    path, line = "/var/tmp/issu.log", "error: again and again\n"
    node.answers[f"file show {path}"] = line * (ssh.TEXT_BYTES // len(line))
    text = reader.read_text(NODE0, path)
    assert text is not None
    assert text.startswith(line)
    node.answers[f"file show {path}"] = line * (2 * ssh.TEXT_BYTES // len(line))
    with pytest.raises(ReplyNotUnderstood, match=f"answer larger than {ssh.TEXT_BYTES} bytes"):
        reader.read_text(NODE0, path)
    assert reader.observe().both_reachable


@pytest.mark.parametrize(
    ("question", "old", "new"),
    [
        (STATUS, "<device-priority>200<", f"<device-priority>{'2' * 5000}<"),
        (UPTIME, ' junos:seconds="1700009000">2023-11-15', ">2023-02-31"),
    ],
)
def test_a_number_or_date_that_is_none_is_that_answers_fault_alone(
    node: ScriptedNode, reader: Reader, question: str, old: str, new: str
) -> None:
    """Raised on, it ended the look at both nodes, and after a quarter of an hour the wait."""
    reader.observe()
    healthy = str(node.answers[question])
    assert old in healthy
    node.answers[question] = healthy.replace(old, new)
    for _ in range(2):
        seen = reader.observe()
        assert seen.both_reachable
        assert seen.node0.release == replies.RELEASE[NODE0]
        assert seen.node0.error is not None
        assert len(seen.node0.not_understood) == 1
    node.answers[question] = healthy
    assert reader.observe().node0.error is None
