"""A commit over the wire: locked, loaded, committed once, unlocked; no candidate is ever left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import yaml

from srx_issu.adapters.devices import login_class
from srx_issu.adapters.devices.netconf import NetconfSession
from srx_issu.adapters.devices.parse.refusals import errors_in
from srx_issu.adapters.devices.pyez import PyezClusterReader
from srx_issu.adapters.devices.question import RequestForm
from srx_issu.adapters.devices.writer import PyezClusterWriter
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import CommandRefused, DeviceTimeout, PermitExpired, SessionLost
from srx_issu.domain.upgrade.configuration import CommitConfiguration
from srx_issu.domain.upgrade.intent import EvidenceRules, Timers
from srx_issu.domain.upgrade.rpc import Rpc
from srx_issu.domain.upgrade.traces import UNDO, is_tracing, trace_lines
from srx_issu.ports.devices import Line
from tests.contract.worlds import Lab
from tests.fakes.lines import permit
from tests.fakes.node import Act, Answer, ScriptedNode
from tests.fakes.wires import cluster_at
from tests.places import DEMO_TOPOLOGY

N0 = NodeName.NODE0
LINES = trace_lines(EvidenceRules())
SET = CommitConfiguration(lines=LINES, comment="srx-issu u: trace options for the ISSU")
DELETE = CommitConfiguration(lines=UNDO, comment="srx-issu u: as before the ISSU")
WHO_ANSWERS = ("get-interface-information", "get-software-information")
LOCK, LOAD, COMMIT, UNLOCK = (
    "lock-configuration",
    "load-configuration",
    "commit-configuration",
    "unlock-configuration",
)
BOTH = "".join(
    f"<routing-engine><name>{node}</name><commit-success/></routing-engine>" for node in ("node0", "node1")
)


def error(words: str, severity: str = "error") -> str:
    told = f"<error-severity>{severity}</error-severity><error-message>{words}</error-message>"
    return f"<rpc-error>{told}</rpc-error>"


@pytest.fixture
def node() -> Iterator[ScriptedNode]:
    answers: dict[str, Answer] = {
        LOCK: "<ok/>",
        LOAD: "<load-configuration-results><ok/></load-configuration-results>",
        COMMIT: f"<commit-results>{BOTH}</commit-results>",
        UNLOCK: "<ok/>",
    }
    with ScriptedNode(answers) as scripted:
        yield scripted


@pytest.fixture
def writer(node: ScriptedNode) -> Iterator[PyezClusterWriter]:
    writer = PyezClusterWriter(
        cluster_at(node.address, node.address), node.credentials(), Timers(connect_s=5, rpc_s=3)
    )
    yield writer
    writer.close()


def told(node: ScriptedNode) -> list[str]:
    return [request for request in node.requests if request not in WHO_ANSWERS]


def commit(writer: PyezClusterWriter, seconds: float = 30.0) -> str:
    with writer.line(N0) as line:
        return line.commit(SET, permit(N0, seconds))


def test_both_nodes_are_named_that_have_committed(node: ScriptedNode, writer: PyezClusterWriter) -> None:
    assert commit(writer) == "committed on node0, node1"
    assert told(node) == [LOCK, LOAD, COMMIT, UNLOCK]


def test_what_the_node_warns_of_is_kept(node: ScriptedNode, writer: PyezClusterWriter) -> None:
    node.answers[COMMIT] = f"<commit-results>{error('peer is slow', 'warning')}{BOTH}</commit-results>"
    assert commit(writer) == "committed on node0, node1\nwarning: peer is slow"


def test_a_lock_that_somebody_else_has_ends_it_there(node: ScriptedNode, writer: PyezClusterWriter) -> None:
    node.answers[LOCK] = error("configuration database locked by: ada terminal pts/0")
    with pytest.raises(CommandRefused, match="lock-configuration: configuration database locked by: ada"):
        commit(writer)
    assert told(node) == [LOCK]


def test_a_refusal_throws_the_candidate_away_and_unlocks(
    node: ScriptedNode, writer: PyezClusterWriter
) -> None:
    node.answers[COMMIT] = error("commit failed: (missing statements)")
    with pytest.raises(CommandRefused, match="missing statements"):
        commit(writer)
    assert told(node) == [LOCK, LOAD, COMMIT, LOAD, UNLOCK]


def test_a_candidate_that_cannot_be_thrown_away_ends_with_its_session(
    node: ScriptedNode, writer: PyezClusterWriter
) -> None:
    node.answers[LOAD] = error("syntax error")
    with pytest.raises(CommandRefused, match="load-configuration: syntax error"):
        commit(writer)
    assert told(node) == [LOCK, LOAD, LOAD]


def test_a_permit_that_has_run_out_commits_nothing(node: ScriptedNode, writer: PyezClusterWriter) -> None:
    with pytest.raises(PermitExpired):
        commit(writer, seconds=-1)
    assert told(node) == [LOCK, LOAD, LOAD, UNLOCK]


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        (Act.CUT, SessionLost),
        (Act.GARBAGE, SessionLost),
        (error("x") + BOTH, SessionLost),
        (error("timeout waiting for response from node1"), SessionLost),
        (error("remote commit-configuration failed on node1"), SessionLost),
        (error("Could not connect to node1 : No route to host"), SessionLost),
        ("", SessionLost),
        ("<commit-results><routing-engine><name>node0</name></routing-engine></commit-results>", SessionLost),
    ],
)
def test_an_answer_that_does_not_tell_is_neither_yes_nor_no(
    node: ScriptedNode, writer: PyezClusterWriter, answer: str | Act, raised: type[Exception]
) -> None:
    node.answers[COMMIT] = answer
    with pytest.raises(raised):
        commit(writer)
    assert told(node).count(COMMIT) == 1


def test_a_node_that_says_nothing_to_the_load_is_left_with_its_session(
    node: ScriptedNode, writer: PyezClusterWriter
) -> None:
    node.answers[LOAD] = Act.HANG
    with pytest.raises(DeviceTimeout):
        commit(writer)
    assert told(node) == [LOCK, LOAD]


def test_a_candidate_that_cannot_be_unlocked_is_left_with_its_session(
    node: ScriptedNode, writer: PyezClusterWriter
) -> None:
    node.answers[UNLOCK] = error("busy")
    assert commit(writer) == "committed on node0, node1"
    before = node.connections
    with writer.line(N0):
        assert node.connections == before + 1


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Its account has the published class and what it needs for trace options, and nothing more."""
    topology = yaml.safe_load(DEMO_TOPOLOGY.read_text(encoding="utf-8"))
    topology["credentials"] = {"login_class": [*login_class.configuration(), *login_class.traces()]}
    path = tmp_path_factory.mktemp("topology") / "topology.yaml"
    path.write_text(yaml.safe_dump(topology), encoding="utf-8")
    lab = Lab.start(tmp_path_factory.mktemp("lab"), path)
    yield lab
    lab.stop()


def test_the_class_lets_nothing_else_in(lab: Lab) -> None:
    session = NetconfSession(N0, lab.cluster.node0, lab.credentials, connect_s=20, rpc_s=20)
    more = Rpc("load-configuration", (("configuration-set", "set system host-name other"),))
    reply = session.send(RequestForm(rpc=more, attributes=(("action", "set"), ("format", "text"))))
    session.close()
    assert "permission denied" in next(errors_in(reply))


def configurations(lab: Lab) -> list[str]:
    with PyezClusterReader(lab.cluster, lab.credentials, Timers(connect_s=20, rpc_s=20)) as reader:
        return [reader.configuration(each, "set") for each in NodeName]


@contextmanager
def on_the_lab(lab: Lab) -> Iterator[Line]:
    writer = PyezClusterWriter(lab.cluster, lab.credentials, Timers(connect_s=20, rpc_s=20))
    with writer.line(N0) as line:
        yield line
    writer.close()


def test_the_lab_has_it_on_both_nodes_and_is_as_before_when_it_is_taken_back(lab: Lab) -> None:
    before = configurations(lab)
    with on_the_lab(lab) as line:
        assert line.commit(SET, permit(N0)) == "committed on node0, node1"
    assert all(is_tracing(text) for text in configurations(lab))
    with on_the_lab(lab) as line:
        line.commit(DELETE, permit(N0))
    assert configurations(lab) == before


def test_the_lab_says_who_has_the_configuration(lab: Lab) -> None:
    before = configurations(lab)
    ada = NetconfSession(N0, lab.cluster.node0, lab.credentials, connect_s=20, rpc_s=20)
    ada.send(RequestForm(rpc=Rpc("lock-configuration")))
    with on_the_lab(lab) as line, pytest.raises(CommandRefused, match="database locked by"):
        line.commit(SET, permit(N0))
    ada.close()
    assert configurations(lab) == before
    with on_the_lab(lab) as line, pytest.raises(PermitExpired):
        line.commit(SET, permit(N0, -1))
    with on_the_lab(lab) as line:  # nothing of it was left in the candidate
        line.commit(SET, permit(N0))
        line.commit(DELETE, permit(N0))
    assert configurations(lab) == before
