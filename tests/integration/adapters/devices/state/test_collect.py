"""Who is asked what, how often, and what silence becomes."""

from __future__ import annotations

import pytest

from srx_issu.adapters.devices.state.collect import collect
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.cluster.state import TABLES, ClusterState, NotAnswered, Rows
from srx_issu.domain.errors import (
    CommandRefused,
    DeviceTimeout,
    DeviceUnreachable,
    SessionLost,
)
from srx_issu.domain.upgrade.intent import Limits
from srx_issu.ports import codec
from tests.integration.adapters.devices.state.fake_nodes import (
    NODE0,
    NODE1,
    NOW,
    Answer,
    FakeClock,
    FakeNodes,
    both,
    snapshot,
    wrapped,
)

ALARMS = "<alarm-information><alarm-summary><no-active-alarms/></alarm-summary></alarm-information>"
ALARM_RPC = "get-alarm-information"


def alarm(text: str) -> str:
    return (
        "<alarm-information><alarm-summary><active-alarm-count>1</active-alarm-count></alarm-summary>"
        f"<alarm-detail><alarm-class>Major</alarm-class><alarm-description>{text}</alarm-description>"
        "</alarm-detail></alarm-information>"
    )


def cpu(*idle: int) -> Answer:
    def answer(node: NodeName, before: int) -> str:
        return both(f"<route-engine><cpu-idle>{idle[min(before, len(idle) - 1)]}</cpu-idle></route-engine>")

    return answer


def look(nodes: FakeNodes, *tables: str, clock: FakeClock | None = None, **looks: object) -> ClusterState:
    seen = snapshot(**looks)  # type: ignore[arg-type]
    return collect(nodes, seen, tables, clock=clock or FakeClock(), limits=Limits())


def reason(state: ClusterState, table: str, node: NodeName | None) -> str:
    answer = dict(state.answers(table))[node]
    assert isinstance(answer, NotAnswered)
    return answer.reason


def test_a_release_that_knows_nothing_answers_nothing_and_does_not_crash() -> None:
    state = look(FakeNodes({}), *TABLES)
    not_answered = [answer for table in TABLES for _, answer in state.answers(table)]
    ha = state.multi_node_ha.node0
    assert all(isinstance(answer, NotAnswered) for answer in not_answered if answer != ha)
    assert isinstance(ha, Rows)  # no such feature on this release: there is none of it
    assert reason(state, "policies", NODE0) == "syntax error"


def test_one_question_to_the_primary_serves_both_nodes() -> None:
    nodes = FakeNodes({ALARM_RPC: wrapped(ALARMS, alarm("FPC 0 Hard errors"))})
    state = look(nodes, "chassis_alarms", primary=NODE1)
    assert nodes.asked == [(NODE1, ALARM_RPC)]
    assert state.chassis_alarms.rows_of(NODE0) == ()
    assert [a.text for a in state.chassis_alarms.rows_of(NODE1) or ()] == ["FPC 0 Hard errors"]


def test_a_node_missing_in_the_reply_is_asked_in_person() -> None:
    def answer(node: NodeName, _: int) -> str:
        return wrapped(ALARMS, None) if node is NODE0 else wrapped(None, alarm("x"))

    nodes = FakeNodes({ALARM_RPC: answer})
    state = look(nodes, "chassis_alarms")
    assert nodes.asked == [(NODE0, ALARM_RPC), (NODE1, ALARM_RPC)]
    assert len(state.chassis_alarms.rows_of(NODE1) or ()) == 1


def test_a_node_that_nobody_speaks_for_is_not_an_empty_list() -> None:
    nodes = FakeNodes({ALARM_RPC: wrapped(ALARMS, None)})
    state = look(nodes, "chassis_alarms", silent=NODE1)
    assert state.chassis_alarms.rows_of(NODE1) is None
    assert "without a word about node1" in reason(state, "chassis_alarms", NODE1)
    assert nodes.count(ALARM_RPC, NODE1) == 0


def test_the_peers_silence_beside_the_answer_does_not_spoil_it() -> None:
    error = "<rpc-error><error-severity>error</error-severity><error-message>Could not connect to node1 : No route to host</error-message></rpc-error>"  # noqa: E501
    state = look(FakeNodes({ALARM_RPC: wrapped(ALARMS, None, error)}), "chassis_alarms", silent=NODE1)
    assert state.chassis_alarms.rows_of(NODE0) == ()


def test_a_refusal_that_is_only_about_the_peer_is_asked_again_without_it() -> None:
    def answer(node: NodeName, before: int) -> str | Exception:
        words = "Could not connect to node1 : No route to host"
        return CommandRefused(node, words) if before == 0 else ALARMS

    state = look(FakeNodes({ALARM_RPC: answer}), "chassis_alarms", silent=NODE1)
    assert state.chassis_alarms.rows_of(NODE0) == ()


def test_the_cli_is_asked_where_the_rpc_is_not_known() -> None:
    nodes = FakeNodes({"show chassis alarms": both(ALARMS)})
    state = look(nodes, "chassis_alarms")
    assert state.chassis_alarms.rows_of(NODE1) == ()


@pytest.mark.parametrize(
    "reply", ["<rpc-reply/>", both(""), both("<alarm-information/>"), "<output>what?</output>"]
)
def test_an_empty_or_garbled_reply_is_not_an_empty_list(reply: str) -> None:
    state = look(FakeNodes({ALARM_RPC: reply}), "chassis_alarms")
    assert state.chassis_alarms.rows_of(NODE0) is None
    assert state.chassis_alarms.rows_of(NODE1) is None


def test_fewer_alarms_than_announced_are_not_understood() -> None:
    short = "<alarm-information><alarm-summary><active-alarm-count>2</active-alarm-count></alarm-summary></alarm-information>"  # noqa: E501
    assert "2 alarms announced, 0 listed" in reason(
        look(FakeNodes({ALARM_RPC: both(short)}), "chassis_alarms"), "chassis_alarms", NODE0
    )


def test_routing_is_asked_of_the_rg0_primary_only() -> None:
    nodes = FakeNodes({"get-bgp-summary-information": "<bgp-information/>"})
    state = look(nodes, "bgp", "bgp_prefixes", primary=NODE1)
    assert nodes.asked == [(NODE1, "get-bgp-summary-information")]  # one reply, two tables
    assert state.bgp == Rows(rows=())


def test_without_a_primary_nobody_is_asked_about_routing() -> None:
    nodes = FakeNodes({})
    state = collect(
        nodes,
        snapshot(silent=NODE0),
        ["bgp"],
        clock=FakeClock(),
        limits=Limits(),
    )
    assert nodes.asked == []
    assert "RG0 primary" in reason(state, "bgp", None)


@pytest.mark.parametrize(
    ("words", "none"),
    [
        ("OSPF instance is not running", True),
        ("the routing subsystem is not running", False),
        ("permission denied", False),
    ],
)
def test_a_protocol_that_does_not_run_has_no_neighbors(words: str, none: bool) -> None:
    for answer in (CommandRefused(NODE0, words), f"<rpc-reply><output>{words}</output></rpc-reply>"):
        state = look(FakeNodes({"get-ospf-neighbor-information": answer}), "ospf")
        assert (state.ospf == Rows(rows=())) is none


def test_a_box_without_multinode_ha_has_none() -> None:
    words = "error: Chassis high-availability is not configured"
    nodes = FakeNodes({"get-chassis-high-availability-information": CommandRefused(NODE0, words)})
    assert look(nodes, "multi_node_ha").multi_node_ha.rows_of(NODE0) == ()


def test_a_silent_box_does_not_say_that_it_has_no_multinode_ha() -> None:
    state = look(FakeNodes({}), "multi_node_ha", silent=NODE1)
    assert "does not answer" in reason(state, "multi_node_ha", NODE1)


def test_the_load_is_sampled_until_its_median_is_plain() -> None:
    clock = FakeClock()
    state = look(FakeNodes({"get-route-engine-information": cpu(0, 91, 90)}), "cpu", clock=clock)
    assert [s.busy_percent for s in state.cpu.rows_of(NODE0) or ()] == [100.0, 9.0, 10.0]
    assert clock.slept == [6.0, 6.0]
    clock = FakeClock()
    quiet = look(FakeNodes({"get-route-engine-information": cpu(90)}), "cpu", clock=clock)
    assert len(quiet.cpu.rows_of(NODE0) or ()) == 2
    assert clock.slept == [6.0]


def test_a_node_that_falls_silent_between_samples_has_no_load() -> None:
    def answer(node: NodeName, before: int) -> str | Exception:
        if before:
            return SessionLost(node, "the session ended")
        return both("<route-engine><cpu-idle>3</cpu-idle></route-engine>")

    state = look(FakeNodes({"get-route-engine-information": answer}), "cpu")
    assert state.cpu.rows_of(NODE0) is None


def test_counters_are_read_twice_and_their_growth_told() -> None:
    def answer(node: NodeName, before: int) -> str:
        return (
            "<services-synchronized><service-name>\nSession create\n</service-name><rtos-sent>\n"
            f"{100 + 40 * before}\n</rtos-sent><rtos-received>{7 - before}</rtos-received>"
            "</services-synchronized>"
        )

    clock = FakeClock()
    state = look(FakeNodes({"get-chassis-cluster-data-plane-statistics": answer}), "rtos", clock=clock)
    row = (state.rtos.rows_of(NODE1) or ())[0]
    assert (row.service, row.sent, row.sent_delta) == ("Session create", 140, 40)
    assert row.received_delta is None  # it fell: the counter was cleared
    assert clock.slept == [5.0]


def test_a_lost_node_is_not_asked_again() -> None:
    def answer(node: NodeName, _: int) -> str | Exception:
        return DeviceUnreachable(node, "connection refused") if node is NODE1 else "<rpc-reply/>"

    rpcs = ("get-chassis-cluster-interfaces", "get-license-summary-information", "get-commit-information")
    nodes = FakeNodes(dict.fromkeys(rpcs, answer))
    state = look(nodes, "links", "licenses", "commits")
    assert sum(node is NODE1 for node, _ in nodes.asked) == 1
    assert reason(state, "licenses", NODE1) == "connection refused"


def test_two_time_outs_are_enough() -> None:
    nodes = FakeNodes(
        dict.fromkeys(
            ("get-chassis-cluster-interfaces", "get-license-summary-information", "get-commit-information"),
            lambda node, _: DeviceTimeout(node, "no answer within 60 s"),
        )
    )
    look(nodes, "links", "licenses", "commits")
    assert sum(node is NODE1 for node, _ in nodes.asked) == 2


def test_an_image_that_is_not_there_is_an_answer() -> None:
    words = "/var/tmp/x.tgz: No such file or directory"
    nodes = FakeNodes(
        {"file-list": f"<rpc-reply><rpc-error><error-message>{words}</error-message></rpc-error></rpc-reply>"}
    )
    state = collect(
        nodes, snapshot(), ["images"], clock=FakeClock(), limits=Limits(), image_path="/var/tmp/x.tgz"
    )
    assert state.images.rows_of(NODE0) == ()


def test_no_reason_shows_xml() -> None:
    """It stands in a row of the report; the fragment is for the log."""
    nodes = FakeNodes({ALARM_RPC: wrapped("<other><thing>1</thing></other>", None)})
    shown = reason(look(nodes, "chassis_alarms"), "chassis_alarms", NODE0)
    assert shown == "no <alarm-information> in the reply"


def test_reasons_stay_short() -> None:
    state = look(FakeNodes({ALARM_RPC: f"<rpc-reply><x>{'y' * 900}</x></rpc-reply>"}), "chassis_alarms")
    assert len(reason(state, "chassis_alarms", NODE0)) <= 161


def test_an_unknown_table_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="no such tables: sesions"):
        look(FakeNodes({}), "sesions")


def test_a_state_survives_the_evidence_store() -> None:
    nodes = FakeNodes({ALARM_RPC: wrapped(ALARMS, alarm("x")), "get-route-engine-information": cpu(90)})
    state = look(nodes, *TABLES)
    assert codec.loads(ClusterState, codec.dumps(state)) == state
    assert state.taken_at == NOW
