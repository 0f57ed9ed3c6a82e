"""A claim about one snapshot as data, and what comes of judging it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from srx_issu.domain.cluster.model import NodeName


class StateClaim(StrEnum):
    """What can be claimed of a cluster; the words in brackets are the fields that a claim needs."""

    ANSWERS = "answers"  # [node] answers on its own address
    RUNS = "runs"  # [node] says that it runs [release]
    PRIMARY_OF_ALL = "primary_of_all"  # [node] alone is primary of every group
    PRIMARY_OF = "primary_of"  # [node] is primary of [group_id]
    REBOOTED = "rebooted"  # [node] has booted since the step [since] was sent, or since [booted_at]
    CAN_TAKE_OVER = "can_take_over"  # [node] is settled and in sync everywhere, and has no priority of 0
    CANNOT_TAKE_OVER = "cannot_take_over"  # [node] is seen to lack that: the fault is still there
    NO_HOLD_DOWN = "no_hold_down"  # nobody is in secondary-hold in [group_id]
    WINDOW_CLOSED = "window_closed"  # [node] says that no ISSU is in progress
    WINDOW_NOT_OPEN = "window_not_open"  # [node] does not say that one is; a node that has booted may be mute
    FLAGS_CLEAR = "flags_clear"  # [group_id] has neither manual flag nor priority 255 on either node
    PENDING = "pending"  # [node] will boot [release] next
    HAS_PENDING = "has_pending"  # [node] will boot another image than it runs
    NOTHING_PENDING = "nothing_pending"  # [node] will boot what it runs
    COMMAND_ENDED = "command_ended"  # the in-service upgrade that was started on [node] has ended
    GONE = "gone"  # [node] is lost to its peer and does not answer, or has booted since the command [since]
    WENT_DOWN = "went_down"  # [node] does not answer, or has booted since the command [since]
    HEARD_BUT_SILENT = "heard_but_silent"  # [node] does not answer; its peer hears it, and is up for minutes
    NOT_BACK = "not_back"  # [node] is down, for the reboot that the command [since] asked for
    UNREBOOTED = "unrebooted"  # [node] has not booted since the command [since], or since [booted_at]
    MAY_BOOT = "may_boot"  # nothing shows that [node] runs [release] already, or will boot another one next
    LINKS_APART = "links_apart"  # [node] shows control and fabric link down
    LINKS_JOINED = "links_joined"  # [node] shows control and fabric link up
    PORTS_DOWN = "ports_down"  # [node] shows every one of [ports] down
    PORTS_UP = "ports_up"  # [node] shows every one of [ports] up
    ALONE = "alone"  # [node] is primary of every group by its own word, and has lost its peer
    BACK_ALONE = "back_alone"  # [node] has booted since the command [since], and is alone
    IN_FORCE = "in_force"  # [node] shows every one of [lines] in its committed configuration
    NO_COMMIT_PENDING = "no_commit_pending"  # [node] shows no commit that is undone unless it is confirmed
    BACK_ON_OTHER = "back_on_other"  # [node] has booted since the command [since], and does not run [release]


OF_NEXT_BOOT = frozenset({StateClaim.PENDING, StateClaim.HAS_PENDING, StateClaim.NOTHING_PENDING})
SEEN_BY_WORKERS = OF_NEXT_BOOT | {StateClaim.COMMAND_ENDED}  # no trigger asks for it


@dataclass(frozen=True, kw_only=True)
class StateCondition:
    """One claim with what it speaks of."""

    claim: StateClaim
    node: NodeName | None = None
    group_id: int | None = None
    release: str | None = None
    since: str | None = None  # key of a command of the plan
    ports: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    booted_at: datetime | None = None  # aware; when the node had booted before, by its own clock


@dataclass(frozen=True, kw_only=True)
class Judged:
    """Whether a condition holds, and the sentence that says why (not)."""

    holds: bool | None
    text: str

    @property
    def opposite(self) -> Judged:
        """Of the opposite claim; the sentence says what is seen, and stays."""
        return Judged(holds=None if self.holds is None else not self.holds, text=self.text)


BootTimes = Mapping[str, datetime | None]  # key of a command -> boot time of its node just before it was sent


def node_of(condition: StateCondition) -> NodeName:
    if condition.node is None:
        raise ValueError(f"{condition.claim} names no node")
    return condition.node


def group_of(condition: StateCondition) -> int:
    if condition.group_id is None:
        raise ValueError(f"{condition.claim} names no redundancy group")
    return condition.group_id
