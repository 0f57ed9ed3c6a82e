"""ncclient, as it comes: Junos RPCs, NETCONF's own operations, both of its views of a device."""

from __future__ import annotations

import pytest
from lxml import etree
from ncclient import manager
from ncclient.operations import RPCError

from tests.foreign.questions import QUESTIONS
from tests.foreign.served_lab import RELEASE
from tests.foreign.with_ncclient.conftest import Connect, done

BASE = "urn:ietf:params:xml:ns:netconf:base:1.0"


@pytest.mark.parametrize(("rpc", "command", "root"), QUESTIONS, ids=[each[0] for each in QUESTIONS])
def test_rpc_is_answered(session: manager.Manager, rpc: str, command: str, root: str) -> None:
    assert f"<{root}" in str(session.rpc(f"<{rpc}/>"))


@pytest.mark.parametrize("capability", [":candidate", ":confirmed-commit", ":validate", ":url"])
def test_capability(session: manager.Manager, capability: str) -> None:
    assert capability in session.server_capabilities


@pytest.mark.parametrize(
    "rpc",
    ["get-software-information", "get-chassis-cluster-status", "get-system-uptime-information",
     "get-interface-information", "get-route-summary-information", "request-package-in-service-upgrade",
     "get-chassis-inventory", "request-chassis-cluster-failover-reset"],
)  # fmt: skip
def test_unknown_argument_is_refused(session: manager.Manager, rpc: str) -> None:
    with pytest.raises(RPCError) as refused:
        session.rpc(f"<{rpc}><no-such-argument/></{rpc}>")
    assert "syntax error" in refused.value.message
    assert "no-such-argument" in refused.value.info


def test_value_of_a_flag_is_refused(session: manager.Manager) -> None:
    """https://github.com/Juniper/netconf-perl/issues/27."""
    with pytest.raises(RPCError) as refused:
        session.rpc("<get-chassis-inventory><detail>1</detail></get-chassis-inventory>")
    assert refused.value.message.strip() == "syntax error"
    assert "bad-element>1</" in refused.value.info


def test_known_arguments_are_taken(session: manager.Manager) -> None:
    reply = str(session.rpc("<get-chassis-cluster-status><redundancy-group>1</redundancy-group>"
                            "</get-chassis-cluster-status>"))  # fmt: skip
    assert "<redundancy-group-id>1<" in reply
    assert "<redundancy-group-id>0<" not in reply


def test_unknown_rpc_is_refused(session: manager.Manager) -> None:
    with pytest.raises(RPCError) as refused:
        session.rpc("<get-no-such-thing/>")
    assert (refused.value.tag, refused.value.type) == ("operation-failed", "protocol")
    assert "get-no-such-thing" in refused.value.info


@pytest.mark.parametrize("form", ["text", "xml", "json"])
def test_command(session: manager.Manager, form: str) -> None:
    assert RELEASE in str(session.command("show version", format=form))


def test_command_that_is_none(session: manager.Manager) -> None:
    with pytest.raises(RPCError):
        session.command("show no-such-thing")


@pytest.mark.parametrize("source", ["running", "candidate"])
def test_get_config_answers_with_data(session: manager.Manager, source: str) -> None:
    reply = session.get_config(source)
    assert reply.xpath("data/configuration/chassis/cluster/reth-count")


@pytest.mark.parametrize("source", ["running", "candidate"])
def test_get_config_for_a_plain_client(plain: manager.Manager, source: str) -> None:
    reply = plain.get_config(source)
    assert reply.data_ele.tag == f"{{{BASE}}}data"
    assert "reth-count" in reply.data_xml


def test_get_config_with_a_subtree(plain: manager.Manager) -> None:
    wanted = "<configuration><routing-options/></configuration>"
    reply = plain.get_config("running", filter=("subtree", wanted))
    assert "autonomous-system" in reply.data_xml
    assert "reth-count" not in reply.data_xml


def test_get_config_of_a_source_that_is_none(session: manager.Manager) -> None:
    """https://github.com/openshift-telco/go-netconf-client keeps such a reply of 20.3R0."""
    with pytest.raises(RPCError) as refused:
        session.rpc("<get-config><source><non-exist/></source></get-config>")
    assert "syntax error, expecting <candidate/> or <running/>" in refused.value.message
    assert "non-exist" in refused.value.info


def test_get_for_a_plain_client(plain: manager.Manager) -> None:
    reply = plain.get()
    assert reply.data_ele.tag == f"{{{BASE}}}data"
    assert "configuration" in reply.data_xml


def test_plain_client_is_refused_in_its_words(plain: manager.Manager) -> None:
    with pytest.raises(RPCError) as refused:
        plain.dispatch(etree.fromstring("<get-no-such-thing/>"))
    assert refused.value.severity == "error"


def test_kill_session_ends_the_other(connect: Connect, session: manager.Manager) -> None:
    with connect("edited") as killer:
        victim = connect("edited")
        assert done(killer.kill_session(victim.session_id))
        with pytest.raises(Exception, match=r"(?i)session|connect|transport"):
            victim.rpc("<get-software-information/>")
        assert killer.connected


def test_kill_session_gives_its_lock_back(connect: Connect) -> None:
    with connect("edited") as killer:
        victim = connect("edited")
        victim.lock("candidate")
        killer.kill_session(victim.session_id)
        assert done(killer.lock("candidate"))
        assert done(killer.unlock("candidate"))


@pytest.mark.parametrize("number", ["own", "0", "999999"])
def test_kill_session_refused(editing: manager.Manager, number: str) -> None:
    with pytest.raises(RPCError):
        editing.kill_session(editing.session_id if number == "own" else number)
    assert editing.rpc("<get-software-information/>") is not None


def test_close_session(connect: Connect) -> None:
    connected = connect("mid")
    assert done(connected.close_session())
    assert not connected.connected
