"""Cluster status of releases, states and replies that are not in the captures."""

from __future__ import annotations

import pytest

from srx_issu.adapters.devices.parse.reply import parse_reply
from srx_issu.adapters.devices.parse.status import redundancy_groups
from srx_issu.domain.cluster.model import GroupState, NodeName
from srx_issu.domain.errors import ReplyNotUnderstood

N0, N1 = NodeName.NODE0, NodeName.NODE1


def record(name: str, **fields: str) -> str:
    values = {
        "device-priority": "200",
        "redundancy-group-status": "primary",
        "preempt": "no",
        "failover-mode": "no",
        "monitor-failures": "None",
        **{key.replace("_", "-"): text for key, text in fields.items()},
    }
    return f"<device-name>{name}</device-name>" + "".join(
        f"<{tag}>{text}</{tag}>" for tag, text in values.items() if text != "absent"
    )


def status(*records: str, group: str = "1") -> str:
    number = f"<redundancy-group-id>{group}</redundancy-group-id>"
    stats = f"<device-stats>{''.join(records)}</device-stats>"
    one = f"<redundancy-group>{number}{stats}</redundancy-group>"
    return f"<chassis-cluster-status>{one}</chassis-cluster-status>"


def groups(text: str):  # type: ignore[no-untyped-def]
    return redundancy_groups("node0", parse_reply("node0", text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<chassis-cluster-status/>", "without a redundancy group"),
        (status(record("node0"), group=""), "without an id"),
        (status(record("node0"), group="one"), "not a number"),
        (status(), "expected node0 and node1 once each"),
        (status(record("node0"), record("node0")), "expected node0 and node1 once each"),
        (status("<preempt>no</preempt>", record("node0")), "<preempt> out of place"),
        (status(record("node0") + "<preempt>no</preempt>"), "<preempt> out of place"),
        (status(record("node7")), "member 'node7'"),
        (status(record("node0", redundancy_group_status="absent")), "in state None"),
        (
            "<chassis-cluster-status>"
            + 2 * status(record("node0"), record("node1"))
            + "</chassis-cluster-status>",
            "lists a redundancy group twice",
        ),
    ],
)
def test_status_that_makes_no_sense_is_refused(text: str, words: str) -> None:
    with pytest.raises(ReplyNotUnderstood, match=words):
        groups(text)


def test_release_without_the_monitor_failures_column_leaves_it_unknown() -> None:
    (group,) = groups(
        status(record("node0", monitor_failures="absent"), record("node1", monitor_failures="absent"))
    )
    assert [member.monitor_failures for member in group.members] == [None, None]


def test_unknown_state_is_never_healthy() -> None:
    (group,) = groups(status(record("node0", redundancy_group_status="rejoining"), record("node1")))
    assert group.members[0].state is GroupState.UNKNOWN
    assert not group.members[0].is_settled


def test_lost_peer_shows_what_it_shows() -> None:
    lost = record(
        "node1",
        device_priority="0",
        redundancy_group_status="lost",
        preempt="n/a",
        failover_mode="n/a",
        monitor_failures="n/a",
    )
    (group,) = groups(status(record("node0"), lost))
    member = group.member(N1)
    assert member is not None
    assert (member.state, member.priority) == (GroupState.LOST, 0)
    assert (member.preempt, member.manual, member.monitor_failures) == (None, None, None)


@pytest.mark.parametrize(
    ("words", "codes"),
    [("CS", {"CS"}), ("CS CF", {"CS", "CF"}), ("IF, cs", {"IF", "CS"}), ("\nNone\n", set())],
)
def test_monitor_failures(words: str, codes: set[str]) -> None:
    (group,) = groups(status(record("node0", monitor_failures=words), record("node1")))
    assert group.members[0].monitor_failures == frozenset(codes)


def test_one_device_stats_a_node_is_understood_too() -> None:
    text = status(record("node0") + "</device-stats><device-stats>" + record("node1", device_priority="100"))
    (group,) = groups(text)
    assert [(member.node, member.priority) for member in group.members] == [(N0, 200), (N1, 100)]
