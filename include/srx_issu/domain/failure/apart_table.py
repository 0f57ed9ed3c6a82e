"""Rows of the failure table for the route that takes the two nodes apart (KB17947)."""

from __future__ import annotations

from srx_issu.domain.failure.classes import FailureClass, Permission, TrafficImpact
from srx_issu.domain.failure.facts import Facts

_KB = "[D] KB17947"
_BY_HAND = (
    "A person is needed at the cables: the plan says when, and both nodes must show it. Never join two nodes "
    "that both run: one of them is halted first, and boots with the links in."
)

APART_FACTS: dict[FailureClass, Facts] = {
    FailureClass.LEFT_RELAXED: Facts(
        symptom="The route stopped before a link was touched, or after the nodes were joined again.",
        true_now="Both nodes run the old release as one cluster. Lines that the route has committed may be "
        "in force: the secondary's ports closed, monitoring off.",
        service=TrafficImpact.NOT_REDUNDANT,
        permission=Permission.AUTOMATIC,
        words="The ports are opened and what was switched off is put back, once each node could take over.",
        source=_KB,
    ),
    FailureClass.APART_ON_OLD: Facts(
        symptom="The route stopped with the links apart; no node has been upgraded.",
        true_now="The old primary carries the traffic alone; its peer is isolated, and runs the old release.",
        service=TrafficImpact.NOT_REDUNDANT,
        permission=Permission.ASK,
        at_most=Permission.ASK,
        words=f"The isolated node is halted, the links are joined, and it boots into the cluster. {_BY_HAND}",
        source=_KB,
    ),
    FailureClass.APART_BEFORE_MOVE: Facts(
        symptom="The route stopped with the secondary upgraded and the traffic not moved.",
        true_now="The old primary carries the traffic on the old release; its peer is isolated, upgraded.",
        service=TrafficImpact.NOT_REDUNDANT,
        permission=Permission.ASK,
        at_most=Permission.ASK,
        words="The isolated node is rolled back with the links apart, seen alone on the old release, then "
        f"halted and joined: no outage. {_BY_HAND}",
        source=_KB,
    ),
    FailureClass.APART_NO_TRAFFIC: Facts(
        symptom="The route stopped while the traffic was being moved.",
        true_now="The network ports of both nodes are closed: nothing is forwarded.",
        service=TrafficImpact.AFFECTED,
        permission=Permission.ASK,
        words="The old primary's ports are opened again at once, where the other node shows its own closed; "
        "then the other node goes back as before the move. Ports without a link count as closed: before you "
        "approve, see that the other node's configuration disables each of them. One that is enabled and "
        "comes up late, behind a slow switch, would make both nodes active.",
        source=f"{_KB}; the order is a rule of this software",
    ),
    FailureClass.APART_AFTER_MOVE: Facts(
        symptom="The route stopped after the traffic was moved.",
        true_now="The upgraded node carries the traffic alone; the old primary is isolated.",
        service=TrafficImpact.NOT_REDUNDANT,
        permission=Permission.ASK,
        at_most=Permission.ASK,
        words=f"The old primary is upgraded with the links apart, halted, and joined. {_BY_HAND}",
        source=_KB,
    ),
    FailureClass.NOT_PUT_BACK: Facts(
        symptom="Both nodes run the target as one cluster, and not all is put back.",
        true_now="Lines that the route has committed may be in force: ports closed, monitoring off.",
        service=TrafficImpact.NOT_REDUNDANT,
        permission=Permission.AUTOMATIC,
        words="The ports are opened and what was switched off is put back, once each node could take over.",
        source=_KB,
    ),
    FailureClass.BOTH_ACTIVE: Facts(
        symptom="Both nodes call themselves primary, and both show network ports up.",
        true_now="Both nodes answer for the same addresses: traffic goes to one or the other by chance.",
        service=TrafficImpact.AFFECTED,
        permission=Permission.NEVER,
        at_most=Permission.NEVER,
        words="Page somebody now. Take the ports of one node down at its switches: those of the node that "
        "did not carry the traffic before. Only then look at the links.",
        source=_KB,
    ),
}
