"""The send gate's table: which conditions each purpose has. The runbook prints it.

A row is a purpose and not a command: the same failover begins one thing and brings another one home. What
begins has every condition; a yes to a question before a node has left the old release lets an ISSU begin its
work, so it waits for window and clocks as well. What brings home is never held back by a window, a stop, a
clock, readiness or the age of an approval: a cluster that is half way must always have a way home.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class SendPurpose(StrEnum):
    """Why something is sent."""

    PREPARE = "prepare"  # upload, snapshot, delete: comes before the question and interrupts nothing
    CONFIGURE = "configure"  # a commit that comes before anything is begun, and is undone at the end
    BEGIN = "begin"  # gather the groups by hand, start the ISSU
    CONTINUE = "continue"  # what follows on a route that was begun, and can still be left
    COMPLETE = "complete"  # what is due on a route where stopping would be worse than going on
    ANSWER = "answer"  # a question of the ISSU's command, before a node is upgraded
    BRING_HOME = "bring_home"  # abort, roll back, reboot, finish forward, resync, reset, fail back
    UNDO_COMMIT = "undo_commit"  # what this upgrade has committed, when nothing is under way any more


class SendCondition(StrEnum):
    """One thing that must hold at the moment of sending."""

    OPEN = "open"
    KIND = "kind"
    UNDECIDED = "undecided"
    NOT_STOPPED = "not_stopped"
    NOT_BEGUN = "not_begun"
    OWN_FILE = "own_file"
    OWN_COMMIT = "own_commit"
    OURS_TO_BRING_HOME = "ours_to_bring_home"
    CLOCKS_AGREE = "clocks_agree"
    READINESS = "readiness"
    WAY_BACK = "way_back"
    APPROVED = "approved"
    ROUTE_APPROVED = "route_approved"
    PLAN_APPROVED = "plan_approved"
    WINDOW = "window"
    SAME_WAY = "same_way"
    NODES = "nodes"
    NO_ISSU = "no_issu"
    PROMPT_LISTED = "prompt_listed"
    STILL_DUE = "still_due"
    HELD = "held"  # the last two are judged by the journal, in the transaction that writes the intent
    ONCE = "once"


MEANING: Mapping[SendCondition, str] = MappingProxyType(
    {
        SendCondition.OPEN: "The upgrade is in the journal and not closed.",
        SendCondition.KIND: "Such a command is sent for this purpose, and on this route, at all.",
        SendCondition.UNDECIDED: "No outcome has been decided: an upgrade that was refused begins nothing "
        "more.",
        SendCondition.NOT_STOPPED: "Nobody has stopped the fleet.",
        SendCondition.NOT_BEGUN: "Nothing was begun or decided; after that a file is only taken away.",
        SendCondition.OWN_FILE: "The file is one that this upgrade brought there, by its own journal.",
        SendCondition.OWN_COMMIT: "It takes back just what this upgrade committed, or the one that it took "
        "the cluster over from.",
        SendCondition.OURS_TO_BRING_HOME: "This upgrade began what is brought home, or took it over.",
        SendCondition.CLOCKS_AGREE: "This machine's clock and the database's agree within 5 s.",
        SendCondition.READINESS: "Readiness was assessed, has passed, and is younger than `readiness_age_s`.",
        SendCondition.WAY_BACK: "Where no rollback leads back, both nodes have shown the old image, with the "
        "catalogue's SHA-256.",
        SendCondition.APPROVED: "The newest decision on exactly this start is a yes, entitled and not "
        "expired.",
        SendCondition.ROUTE_APPROVED: "The command is of the plan of the route that was approved, and which "
        "this upgrade has begun.",
        SendCondition.PLAN_APPROVED: "Policy carries this plan out by itself, or the newest decision on "
        "exactly this plan is a yes.",
        SendCondition.WINDOW: "The maintenance window is open and long enough.",
        SendCondition.SAME_WAY: "It goes the way (shell or RPC) that was written with the first intent.",
        SendCondition.NODES: "A fresh look at both nodes shows nothing that blocks a start.",
        SendCondition.NO_ISSU: "An outcome is decided, and a fresh look at both nodes shows one release "
        "and no ISSU that is, or may still come, under way.",
        SendCondition.PROMPT_LISTED: "Policy lists the question, and this upgrade's own job asks it now.",
        SendCondition.STILL_DUE: "A fresh look at both nodes shows that the command is still due.",
        SendCondition.HELD: "The leases are ours.",
        SendCondition.ONCE: "What may be sent once has not been sent.",
    }
)

CONDITIONS: Mapping[SendPurpose, tuple[SendCondition, ...]] = MappingProxyType(
    {
        SendPurpose.PREPARE: (
            SendCondition.OPEN,
            SendCondition.KIND,
            SendCondition.NOT_STOPPED,
            SendCondition.NOT_BEGUN,
            SendCondition.OWN_FILE,
            SendCondition.HELD,
            SendCondition.ONCE,
        ),
        SendPurpose.CONFIGURE: (
            SendCondition.OPEN,
            SendCondition.KIND,
            SendCondition.UNDECIDED,
            SendCondition.NOT_STOPPED,
            SendCondition.NOT_BEGUN,
            SendCondition.CLOCKS_AGREE,
            SendCondition.READINESS,
            SendCondition.APPROVED,
            SendCondition.WINDOW,
            SendCondition.NODES,
            SendCondition.STILL_DUE,
            SendCondition.HELD,
            SendCondition.ONCE,
        ),
        SendPurpose.BEGIN: (
            SendCondition.OPEN,
            SendCondition.KIND,
            SendCondition.UNDECIDED,
            SendCondition.NOT_STOPPED,
            SendCondition.CLOCKS_AGREE,
            SendCondition.READINESS,
            SendCondition.WAY_BACK,
            SendCondition.APPROVED,
            SendCondition.WINDOW,
            SendCondition.SAME_WAY,
            SendCondition.NODES,
            SendCondition.STILL_DUE,
            SendCondition.HELD,
            SendCondition.ONCE,
        ),
        SendPurpose.CONTINUE: (
            SendCondition.OPEN,
            SendCondition.KIND,
            SendCondition.UNDECIDED,
            SendCondition.NOT_STOPPED,
            SendCondition.CLOCKS_AGREE,
            SendCondition.ROUTE_APPROVED,
            SendCondition.WINDOW,
            SendCondition.STILL_DUE,
            SendCondition.HELD,
            SendCondition.ONCE,
        ),
        SendPurpose.COMPLETE: (
            SendCondition.OPEN,
            SendCondition.KIND,
            SendCondition.ROUTE_APPROVED,
            SendCondition.STILL_DUE,
            SendCondition.HELD,
            SendCondition.ONCE,
        ),
        SendPurpose.ANSWER: (
            SendCondition.OPEN,
            SendCondition.KIND,
            SendCondition.UNDECIDED,
            SendCondition.NOT_STOPPED,
            SendCondition.CLOCKS_AGREE,
            SendCondition.APPROVED,
            SendCondition.WINDOW,
            SendCondition.PROMPT_LISTED,
            SendCondition.STILL_DUE,
            SendCondition.HELD,
            SendCondition.ONCE,
        ),
        SendPurpose.BRING_HOME: (
            SendCondition.OPEN,
            SendCondition.KIND,
            SendCondition.OURS_TO_BRING_HOME,
            SendCondition.PLAN_APPROVED,
            SendCondition.STILL_DUE,
            SendCondition.HELD,
            SendCondition.ONCE,
        ),
        SendPurpose.UNDO_COMMIT: (
            SendCondition.OPEN,
            SendCondition.KIND,
            SendCondition.OWN_COMMIT,
            SendCondition.NO_ISSU,
            SendCondition.STILL_DUE,
            SendCondition.HELD,
            SendCondition.ONCE,
        ),
    }
)
