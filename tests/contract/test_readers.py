"""Both readers against nodes that misbehave. The same cases on both wires: failure first."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from srx_issu.domain.cluster.model import GroupState, NodeName
from srx_issu.domain.errors import CommandRefused, RequestRefused
from tests.fakes import replies
from tests.fakes.node import SYNTAX_ERROR, Act, Answer, ScriptedNode, closed_port, host_key
from tests.fakes.wires import WIRES, cluster_at, open_reader

N0, N1 = NodeName.NODE0, NodeName.NODE1
PATH = "/var/tmp/srx-issu-job/transcript"

pytestmark = pytest.mark.parametrize("wire", WIRES)


@pytest.fixture
def peer() -> Iterator[ScriptedNode]:
    """node1, healthy."""
    with ScriptedNode(dict(replies.healthy())) as node:
        yield node


def known(*nodes: ScriptedNode) -> str:
    return "".join(node.known_hosts for node in nodes)


def set_answer(node: ScriptedNode, rpc: str, command: str, answer: Answer) -> None:
    node.answers[rpc] = answer
    node.answers[command] = answer


def test_unreachable_node_is_an_answer_and_the_other_is_seen(wire: str, peer: ScriptedNode) -> None:
    with closed_port() as nowhere:
        cluster = cluster_at(nowhere, peer.address)
        trusted = known(peer) + peer.known_hosts.replace(str(peer.address.port), str(nowhere.port))
        with open_reader(wire, cluster, peer.credentials(known_hosts=trusted)) as reader:
            seen = reader.observe()
    assert not seen.node0.reachable
    assert seen.node0.error
    assert "efused" in seen.node0.error
    assert seen.node0.release is None  # though node1's wrapped replies speak of node0
    assert seen.node1.reachable
    assert seen.node1.release == replies.RELEASE[N1]


def test_node_that_accepts_tcp_and_says_nothing_costs_no_more_than_the_deadline(
    wire: str, peer: ScriptedNode
) -> None:
    mute = ScriptedNode()
    mute.silent_logins = True
    with (
        mute,
        open_reader(
            wire,
            cluster_at(mute.address, peer.address),
            peer.credentials(known_hosts=known(mute, peer)),
            connect_s=0.5,
        ) as reader,
    ):
        seen = reader.observe()
    assert not seen.node0.reachable
    assert seen.node0.error == (
        "NETCONF login: not done within 0.5 s" if wire == "netconf" else "SSH login: not done within 0.5 s"
    )
    assert seen.node1.reachable


def test_wrong_password_is_said_and_offered_once(wire: str, peer: ScriptedNode) -> None:
    wrong = peer.credentials(password="wrong")
    with open_reader(wire, cluster_at(peer.address, peer.address), wrong) as reader:
        seen = reader.observe()
    assert not seen.both_reachable
    assert seen.node0.error
    assert "wrong" not in seen.node0.error
    assert "uthentication failed" in seen.node0.error or "ermission denied" in seen.node0.error
    assert peer.passwords == ["wrong", "wrong"]  # once a node


def test_changed_host_key_is_rejected_before_the_password_is_sent(wire: str, peer: ScriptedNode) -> None:
    with ScriptedNode(dict(replies.healthy()), key=host_key(other=True)) as other:
        changed = other.known_hosts.split()[0] + " " + peer.known_hosts.split(" ", 1)[1]
        credentials = peer.credentials(known_hosts=known(peer) + changed)
        with open_reader(wire, cluster_at(peer.address, other.address), credentials) as reader:
            seen = reader.observe()
        assert seen.node0.reachable
        assert not seen.node1.reachable
        assert seen.node1.error
        assert "host key" in seen.node1.error.lower()
        assert other.passwords == []


def test_unknown_host_key_is_rejected_before_the_password_is_sent(wire: str, peer: ScriptedNode) -> None:
    with open_reader(
        wire, cluster_at(peer.address, peer.address), peer.credentials(known_hosts="")
    ) as reader:
        seen = reader.observe()
    assert not seen.node0.reachable
    assert "host key" in (seen.node0.error or "").lower()
    assert peer.passwords == []


@pytest.mark.parametrize("kind", ["ssh-rsa", "ecdsa-sha2-nistp256"])
def test_host_keys_of_every_kind_are_verified(wire: str, peer: ScriptedNode, kind: str) -> None:
    with ScriptedNode(dict(replies.healthy()), key=host_key(kind)) as other:
        credentials = peer.credentials(known_hosts=known(peer, other))
        with open_reader(wire, cluster_at(other.address, peer.address), credentials) as reader:
            assert reader.observe().both_reachable


def test_hang_ends_at_the_timeout_and_the_node_is_not_asked_further(wire: str, peer: ScriptedNode) -> None:
    with ScriptedNode(dict(replies.healthy())) as node:
        set_answer(node, "get-system-uptime-information", "show system uptime", Act.HANG)
        credentials = peer.credentials(known_hosts=known(peer, node))
        with open_reader(wire, cluster_at(node.address, peer.address), credentials, rpc_s=0.4) as reader:
            seen = reader.observe()
        assert seen.node0.reachable
        assert seen.node0.release == replies.RELEASE[N0]
        assert seen.node0.booted_at is None
        assert seen.node0.groups == ()
        assert "no answer within 0.4 s" in (seen.node0.error or "")
        who_answers = 2 if wire == "netconf" else 0  # asked once a session
        assert len(node.requests) == who_answers + 2


@pytest.mark.parametrize("act", [Act.CUT, Act.GARBAGE, Act.ENTITIES])
def test_broken_reply_leaves_its_fact_unknown(wire: str, peer: ScriptedNode, act: Act) -> None:
    with ScriptedNode(dict(replies.healthy())) as node:
        set_answer(node, "get-chassis-cluster-status", "show chassis cluster status", act)
        credentials = peer.credentials(known_hosts=known(peer, node))
        with open_reader(wire, cluster_at(node.address, peer.address), credentials) as reader:
            seen = reader.observe()
    assert seen.node0.reachable
    assert seen.node0.groups == ()
    assert seen.node0.release == replies.RELEASE[N0]
    words = {
        Act.CUT: "chassis",
        Act.GARBAGE: "not XML",
        Act.ENTITIES: "declares a document type or entities, refused",
    }
    assert words[act] in (seen.node0.error or "")
    if act is not Act.CUT:  # the node is there; only that answer is not
        assert seen.node0.cold_sync is not None


def test_nothing_answered_at_all_is_not_reachable(wire: str, peer: ScriptedNode) -> None:
    with ScriptedNode() as node:
        set_answer(node, "get-software-information", "show version", Act.HANG)
        credentials = peer.credentials(known_hosts=known(peer, node))
        with open_reader(wire, cluster_at(node.address, peer.address), credentials, rpc_s=0.4) as reader:
            assert not reader.observe().node0.reachable


def test_healthy_cluster_each_node_by_its_own_word(wire: str, peer: ScriptedNode) -> None:
    with open_reader(wire, cluster_at(peer.address, peer.address), peer.credentials()) as reader:
        seen = reader.observe()
        again = reader.observe()
    assert seen.node0 == again.node0
    for view in seen.views:
        assert view.reachable
        assert view.error is None
        assert view.release == replies.RELEASE[view.node]
        assert view.hostname == f"fw-{view.node}"
        assert view.model == "SRX4600"
        assert view.booted_at is not None
        assert view.booted_at.timestamp() == replies.BOOT[view.node]
        assert view.cold_sync is not None
        assert view.cold_sync.is_complete
        assert view.issu is not None
        assert view.issu.in_progress is False
    assert seen.primary(0) is N0
    assert seen.node1.own_state(1) is GroupState.SECONDARY
    assert peer.connections == 2  # one a node, kept for both looks


def test_words_around_the_xml_are_not_part_of_the_answer(wire: str, peer: ScriptedNode) -> None:
    peer.around = ("\r\nLast login: never\n{primary:node0}\n", "\n\n{primary:node0}\n")
    with open_reader(wire, cluster_at(peer.address, peer.address), peer.credentials()) as reader:
        seen = reader.observe()
    assert [view.error for view in seen.views] == [None, None]
    assert seen.node0.release == replies.RELEASE[N0]


def test_peer_that_could_not_be_asked_does_not_spoil_the_answer(wire: str, peer: ScriptedNode) -> None:
    silent = (
        "<multi-routing-engine-item><re-name>node1</re-name><rpc-error><error-severity>error</error-severity>"
        "<error-message>Could not connect to node1 : No route to host</error-message></rpc-error>"
        "</multi-routing-engine-item>"
    )
    answer = replies.wrapped({N0: replies.software(N0)}).replace("</multi-routing-engine-results>", silent)
    with ScriptedNode(dict(replies.healthy())) as node:
        body = f"{answer}</multi-routing-engine-results>"
        set_answer(node, "get-software-information", "show version", body)
        credentials = peer.credentials(known_hosts=known(peer, node))
        with open_reader(wire, cluster_at(node.address, peer.address), credentials) as reader:
            seen = reader.observe()
    assert seen.node0.release == replies.RELEASE[N0]
    assert seen.node0.error is None


def test_forwarded_facts_never_stand_for_the_nodes_own(wire: str, peer: ScriptedNode) -> None:
    with ScriptedNode(dict(replies.healthy())) as node:
        only_peer = replies.wrapped({N1: replies.software(N1)})
        set_answer(node, "get-software-information", "show version", only_peer)
        node.answers["get-software-information"] = lambda request: (
            SYNTAX_ERROR if "<node>local</node>" in request else only_peer
        )
        credentials = peer.credentials(known_hosts=known(peer, node))
        with open_reader(wire, cluster_at(node.address, peer.address), credentials) as reader:
            seen = reader.observe()
    assert seen.node0.release is None
    assert "its own answer is missing; answered: node1" in (seen.node0.error or "")


def test_release_without_the_newer_rpcs_falls_back(wire: str, peer: ScriptedNode) -> None:
    with ScriptedNode(dict(replies.healthy())) as node:
        for name in list(node.answers):
            if "cold" in name or "issu" in name:
                del node.answers[name]
        information = replies.both(replies.information_while_cold_sync_runs)
        set_answer(node, "get-chassis-cluster-information", "show chassis cluster information", information)
        credentials = peer.credentials(known_hosts=known(peer, node))
        with open_reader(wire, cluster_at(node.address, peer.address), credentials) as reader:
            seen = reader.observe()
    assert seen.node0.error is None
    assert seen.node0.issu is None
    assert seen.node0.cold_sync is not None
    assert seen.node0.cold_sync.not_completed == ("flowd",)
    assert seen.node0.cold_sync.is_complete is None


def test_session_found_dead_is_opened_once_more(wire: str, peer: ScriptedNode) -> None:
    with open_reader(wire, cluster_at(peer.address, peer.address), peer.credentials()) as reader:
        assert reader.observe().both_reachable
        peer.hang_up()
        assert reader.observe().both_reachable


def test_other_nodes_banner_is_noticed(wire: str, peer: ScriptedNode) -> None:
    with ScriptedNode(dict(replies.healthy())) as node:
        banner = replies.both(replies.software) + "<cli><banner>{secondary:node1}</banner></cli>"
        set_answer(node, "get-software-information", "show version", banner)
        credentials = peer.credentials(known_hosts=known(peer, node))
        with open_reader(wire, cluster_at(node.address, peer.address), credentials) as reader:
            seen = reader.observe()
    assert not seen.node0.reachable
    assert "the address of node0 answered as node1" in (seen.node0.error or "")


def test_text_file_is_read_and_a_missing_one_is_none(wire: str, peer: ScriptedNode) -> None:
    words = "ISSU: Validating Image\nerror: File does not exist: /var/tmp/x.tgz\n"
    missing = "/var/tmp/srx-issu-other/transcript"
    peer.answers["file-show"] = lambda request: (
        f'<file-content filename="{PATH}" encoding="text">\n{words}</file-content>'
        if PATH in request
        else "<rpc-error><error-severity>error</error-severity><error-message>could not resolve file: "
        f"{missing}</error-message></rpc-error>"
    )
    peer.answers[f"file show {PATH}"] = words
    peer.answers[f"file show {missing}"] = f"error: could not resolve file: {missing}\n"
    with open_reader(wire, cluster_at(peer.address, peer.address), peer.credentials()) as reader:
        assert reader.read_text(N0, PATH) == words
        assert reader.read_text(N0, missing) is None
        with pytest.raises(CommandRefused):
            reader.read_text(N0, "/var/tmp/unknown") if wire == "ssh" else _forbidden(reader, peer)
        with pytest.raises(RequestRefused, match="expected an absolute one"):
            reader.read_text(N0, "/var/tmp/x | request system reboot")


def _forbidden(reader: object, peer: ScriptedNode) -> None:
    peer.answers["file-show"] = (
        "<rpc-error><error-severity>error</error-severity><error-message>permission denied</error-message>"
        "</rpc-error>"
    )
    reader.read_text(N0, PATH)  # type: ignore[attr-defined]
