"""The failure table of the route that takes the nodes apart, and what the person on site does in each row.

A person is asked at two moments, and each time what they do is one turn of the row; the last turn goes for
every further time. Faults that must strike between two commits are put in there, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Move = Mapping[str, Any]  # a request to the simulator; BOOT is for whichever node is halted

PULL: Move = {"do": "unplug", "cables": ["control", "fabric"]}
PLUG: Move = {"do": "plug", "cables": ["control", "fabric"]}
BOOT: Move = {"do": "power-on"}
OLD, NEW = "old", "new"


def cable(do: str, name: str) -> Move:
    return {"do": do, "cables": [name]}


def fault(name: str, node: str | None = None, **parameters: str) -> Move:
    return {"do": "inject", "fault": name, "node": node, "parameters": parameters}


def over(name: str) -> Move:
    return {"do": "clear", "fault": name}


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What is done, then what is said of it."""

    moves: tuple[Move, ...] = ()
    says: str = "Done"


DOES_IT = (Turn(moves=(PULL,)),)
JOINS = (Turn(moves=(PLUG, BOOT)),)


@dataclass(frozen=True, kw_only=True)
class Row:
    """``first``: before the run. ``apart`` and ``join``: turn by turn. ``once_upgraded``: by somebody else,
    when the secondary runs the target. ``asked``: before the way back is approved. ``nodes``: the releases at
    the end; ``hears``: somebody let two releases hear each other."""

    name: str
    outcome: str
    failure: str | None = None
    nodes: tuple[str, str]
    first: tuple[Move, ...] = ()
    apart: tuple[Turn, ...] = DOES_IT
    join: tuple[Turn, ...] = JOINS
    once_upgraded: tuple[Move, ...] = ()
    asked: tuple[Move, ...] = ()
    hears: bool = False


BOTH_OLD, BOTH_NEW = (OLD, OLD), (NEW, NEW)
ROWS = (
    Row(name="no space", first=(fault("var_tmp_full", "node1"),), outcome="NOT_READY", nodes=BOTH_OLD),
    Row(
        name="says it and does nothing, then stops",
        apart=(Turn(), Turn(says="Stop here")),
        outcome="ABORTED_CLEAN",
        failure="left_relaxed",
        nodes=BOTH_OLD,
    ),
    Row(
        name="pulls a port of the network, then puts it right",
        apart=(
            Turn(moves=(cable("unplug", "ge-0/0/4"),)),
            Turn(moves=(cable("plug", "ge-0/0/4"), PULL)),
        ),
        outcome="UPGRADED",
        nodes=BOTH_NEW,
    ),
    Row(
        name="pulls one link, and the other when asked again",
        apart=(Turn(moves=(cable("unplug", "control"),)), Turn(moves=(cable("unplug", "fabric"),))),
        outcome="UPGRADED",
        nodes=BOTH_NEW,
    ),
    Row(
        name="is late at the cables",
        first=(fault("person_is_late", late_s="1200"),),
        outcome="UPGRADED",
        nodes=BOTH_NEW,
    ),
    Row(
        name="boots the halted node before the links are in",
        join=(Turn(moves=(BOOT,)), *JOINS),
        outcome="UPGRADED_WITH_FINDINGS",
        failure="apart_after_move",
        nodes=BOTH_NEW,
    ),
    Row(
        name="puts one link in, and the other when asked again",
        join=(Turn(moves=(cable("plug", "control"), BOOT)), Turn(moves=(cable("plug", "fabric"),))),
        outcome="UPGRADED",
        nodes=BOTH_NEW,
    ),
    Row(
        name="somebody puts a link in between two releases",
        once_upgraded=(cable("plug", "fabric"),),
        outcome="NEEDS_OPERATOR",
        failure="releases_together",
        nodes=(OLD, NEW),
        hears=True,
    ),
    Row(
        name="image refused by the secondary",
        first=(fault("install_refused", "node1"),),
        outcome="ROLLED_BACK",
        failure="apart_on_old",
        nodes=BOTH_OLD,
    ),
    Row(
        name="image refused by the old primary",
        first=(fault("install_refused", "node0"),),
        asked=(over("install_refused"),),
        outcome="UPGRADED_WITH_FINDINGS",
        failure="apart_after_move",
        nodes=BOTH_NEW,
    ),
    Row(
        name="secondary does not return",
        first=(fault("node_never_comes_back", "node1"),),
        outcome="NEEDS_OPERATOR",
        failure="node_missing",
        nodes=(OLD, OLD),
    ),
    Row(
        name="secondary back on the old release",
        first=(fault("boots_old_release", "node1"),),
        outcome="ROLLED_BACK",
        failure="apart_on_old",
        nodes=BOTH_OLD,
    ),
    Row(
        name="old primary back on the old release",
        first=(fault("boots_old_release", "node0"),),
        outcome="NEEDS_OPERATOR",
        failure="apart_after_move",
        nodes=(OLD, NEW),
    ),
    Row(
        name="halt lost",
        first=(fault("halt_lost", "node0"),),
        asked=(over("halt_lost"),),
        outcome="UPGRADED_WITH_FINDINGS",
        failure="apart_after_move",
        nodes=BOTH_NEW,
    ),
    Row(
        name="first commit refused",
        first=(fault("commit_refused", "node0"),),
        outcome="ABORTED_CLEAN",
        failure="left_relaxed",
        nodes=BOTH_OLD,
    ),
    Row(
        name="secondary's ports cannot be opened",
        apart=(Turn(moves=(PULL, fault("commit_refused", "node1"))),),
        asked=(over("commit_refused"),),
        outcome="ROLLED_BACK",
        failure="apart_no_traffic",
        nodes=BOTH_OLD,
    ),
    Row(
        name="rollback refused",
        apart=(Turn(moves=(PULL, fault("commit_refused", "node0"), fault("rollback_refused", "node1"))),),
        outcome="NEEDS_OPERATOR",
        failure="apart_before_move",
        nodes=(OLD, NEW),
    ),
    Row(
        name="a line that cannot be put back",
        join=(Turn(moves=(PLUG, BOOT, fault("commit_refused", "node1"))),),
        outcome="NEEDS_OPERATOR",
        failure="not_put_back",
        nodes=BOTH_NEW,
    ),
    Row(
        name="power lost between commit and restore",
        apart=(Turn(moves=(PULL, fault("power_lost_after_commit", "node1"))),),
        outcome="UPGRADED",
        nodes=BOTH_NEW,
    ),
)

FOR_EVERY_CHANGE = (
    "secondary back on the old release",
    "somebody puts a link in between two releases",
)
