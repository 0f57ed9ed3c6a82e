"""What the nodes are expected to be told, in the order in which they are told it. node0 starts the ISSU."""

from __future__ import annotations

IMAGE = "IMAGE"  # stands for the path of the image
GROUPS = (0, 1, 2)  # of each simulated cluster; RG0 and RG1 belong to the starter, RG2 to its peer

Orders = tuple[str, ...]


def start(node: int = 0) -> str:
    return f"node{node}: request system software in-service-upgrade {IMAGE} reboot"


def validate(node: int = 0) -> str:
    return f"node{node}: request system software validate {IMAGE}"


def roll_back(node: int) -> str:
    return f"node{node}: request system software rollback node {node} reboot"


def abort(node: int) -> str:
    return f"node{node}: request chassis cluster in-service-upgrade abort"


def reboot(node: int) -> str:
    return f"node{node}: request system reboot node {node}"


def reset(group: int, via: int) -> str:
    """``via``: the node that is asked; the flag goes on both."""
    return f"node{via}: request chassis cluster failover reset redundancy-group {group}"


def move(group: int, to: int, via: int | None = None) -> str:
    asked = to if via is None else via
    return f"node{asked}: request chassis cluster failover redundancy-group {group} node {to}"


def resync(node: int) -> str:
    return f"node{node}: request security policies resync"


def resets(via: int, groups: tuple[int, ...] = GROUPS) -> Orders:
    return tuple(reset(group, via) for group in groups)


def on_vmhost(orders: Orders) -> Orders:
    """The same where the software is a vmhost's."""
    return tuple(order.replace(": request system ", ": request vmhost ") for order in orders)


NOTHING: Orders = ()
SNAPSHOTS: Orders = (
    "node0: request system snapshot",
    "node1: request system snapshot",
)  # on the SRX5000 line
FAIL_BACK: Orders = (*resets(1), move(1, 0), move(0, 0), *resets(0, (0, 1)))
UPGRADE: Orders = (start(), *FAIL_BACK)
# RG2 served from node1 before the ISSU gathered every group on node0.
AS_BEFORE: Orders = (reset(2, via=1), move(2, to=1), *resets(0, (1, 2)))
AS_BEFORE_WITH_RG0: Orders = (reset(2, via=1), move(2, to=1), *resets(0))  # when RG0 was moved, too
TAKEN_BACK: Orders = (roll_back(1), abort(0), abort(1), reboot(1))
PUT_BACK: Orders = (*TAKEN_BACK, *AS_BEFORE)
# Behind the switchover every group is flagged, and none moves before its flag is reset.
ALL_TO_OLD: Orders = tuple(order for group in (1, 2, 0) for order in (reset(group, 0), move(group, to=0)))
