"""Real-time objects: what flowed before must flow after, measured alike whoever is active."""

from __future__ import annotations

import pytest

from srx_issu.domain.cluster import rows
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.cluster.state import PerNode, Rows
from srx_issu.domain.comparison.compare import compare
from srx_issu.domain.comparison.difference import Observation
from tests.unit.domain.comparison.test_diff import NODE0, NODE1, look

SERVICE = "Session create"


def counters(sent: int | None, received: int | None) -> rows.RtoCounter:
    return rows.RtoCounter(service=SERVICE, sent=0, received=0, sent_delta=sent, received_delta=received)


def flowing(from_node0: tuple[int, int], from_node1: tuple[int, int], *primaries: NodeName) -> Observation:
    """Of each direction what was sent and what arrived; ``primaries`` of RG1 and up."""
    node0 = counters(from_node0[0], from_node1[1])
    node1 = counters(from_node1[0], from_node0[1])
    return look(*primaries, rtos=PerNode(node0=Rows(rows=(node0,)), node1=Rows(rows=(node1,))))


def told(before: Observation, after: Observation) -> list[tuple[NodeName | None, str]]:
    return [(found.node, found.text) for found in compare(before, after, {})]


@pytest.mark.parametrize(
    ("before", "after", "stalled"),
    [
        ((40, 40), (1, 1), False),
        ((40, 40), (0, 40), True),
        ((40, 40), (40, 0), True),
        ((9, 40), (0, 0), False),
    ],
)
def test_services_that_flowed_plainly_must_flow_again(
    before: tuple[int, int], after: tuple[int, int], stalled: bool
) -> None:
    was, now = flowing(before, (0, 0), NODE0), flowing((0, 0), after, NODE1)
    assert bool(told(was, now)) is stalled


def test_an_unknown_growth_is_no_flow_and_none_to_compare_with() -> None:
    half = Rows(rows=(counters(40, None),))
    unknown = look(NODE0, rtos=PerNode(node0=half, node1=half))
    plain = flowing((40, 40), (0, 0), NODE0)
    assert told(unknown, plain) == []
    assert told(plain, unknown) == [
        (None, "RTO service Session create: 40 sent, unknown received (before: 40, 40)")
    ]


def test_a_service_that_is_no_longer_listed_is_told() -> None:
    gone = look(NODE0, rtos=PerNode(node0=Rows(rows=()), node1=Rows(rows=())))
    assert told(flowing((40, 40), (0, 0), NODE0), gone) == [
        (None, "RTO service Session create: is no longer listed")
    ]
    assert told(flowing((0, 0), (40, 40), NODE0), gone) == []  # what the passive node sent did not count


class TestGroupsOnBothNodes:
    """The ISSU gathers them on one node; the fail-back brings them apart again."""

    SPLIT = flowing((571, 571), (575, 575), NODE0, NODE1)

    def test_what_the_node_that_stands_by_sends_is_a_flow(self) -> None:
        assert told(self.SPLIT, flowing((571, 575), (0, 0), NODE1, NODE1)) == []
        assert told(self.SPLIT, flowing((0, 0), (30, 30), NODE1, NODE1)) == []

    def test_nothing_in_either_direction_is_told_once(self) -> None:
        assert told(self.SPLIT, flowing((0, 0), (0, 0), NODE1, NODE1)) == [
            (None, "RTO service Session create: 0 sent, 0 received (before: 575, 575)")
        ]

    def test_sent_in_one_direction_and_received_in_the_other_is_no_flow(self) -> None:
        assert len(told(self.SPLIT, flowing((30, 0), (0, 30), NODE1, NODE1))) == 1

    def test_the_silence_of_one_direction_is_told_when_the_groups_are_apart_again(self) -> None:
        assert told(self.SPLIT, flowing((0, 0), (30, 30), NODE0, NODE1)) == [
            (NODE0, "RTO service Session create: 0 sent, 0 received (before: 571, 571)")
        ]

    def test_nodes_that_have_changed_places_are_compared_by_their_groups(self) -> None:
        one_way = flowing((571, 571), (0, 0), NODE0, NODE1)
        assert told(one_way, flowing((0, 0), (30, 30), NODE1, NODE0)) == []
        assert [node for node, _ in told(one_way, flowing((30, 30), (0, 0), NODE1, NODE0))] == [NODE1]

    def test_without_a_primary_either_direction_will_do(self) -> None:
        nobody = flowing((0, 0), (30, 30))
        nobody = Observation(snapshot=look(NODE0, NODE0).snapshot, state=nobody.state)
        assert told(self.SPLIT, nobody) == []

    def test_from_one_node_to_both_either_direction_will_do(self) -> None:
        together = flowing((40, 40), (0, 0), NODE0, NODE0)
        assert told(together, flowing((0, 0), (12, 12), NODE0, NODE1)) == []
        assert len(told(together, flowing((0, 0), (0, 0), NODE0, NODE1))) == 1
