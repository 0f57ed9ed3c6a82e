"""The failure table of the in-band cluster upgrade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

START = "node0: request system software in-service-upgrade IMAGE no-sync"
ABORT_1 = "node1: request system software abort in-service-upgrade"
BACK_0 = "node0: request system software rollback node 0"
BACK_1 = "node1: request system software rollback node 1"
REBOOT_1 = "node1: request system reboot node 1"


@dataclass(frozen=True, kw_only=True)
class Row:
    """``faults``: by name, on which node. ``then``: the outcome and the failure's class; ``nodes`` as the
    simulator sees them at the end; ``sent`` behind the start and before flags and groups."""

    name: str
    faults: Mapping[str, str | None] = field(default_factory=dict)
    policy: Mapping[str, Any] = field(default_factory=dict)
    outcome: str
    failure: str | None = None
    nodes: tuple[str, str]
    start: str = START
    sent: tuple[str, ...] = ()


OLD, NEW = ("old", "old"), ("new", "new")
PUT_BACK = (ABORT_1, BACK_1, REBOOT_1, BACK_0)
ROWS = (
    Row(name="healthy", outcome="UPGRADED", nodes=NEW),
    Row(
        name="syn_check_off",
        policy={"no_tcp_syn_check": True},
        outcome="UPGRADED",
        nodes=NEW,
        start=f"{START} no-tcp-syn-check",
    ),
    Row(
        name="validation_fails",
        faults={"validation_fails": None},
        outcome="ABORTED_CLEAN",
        failure="validation_failed",
        nodes=OLD,
    ),
    Row(
        name="image_corrupt",
        faults={"image_corrupt": None},
        outcome="ABORTED_CLEAN",
        failure="image_corrupt",
        nodes=OLD,
    ),
    Row(
        name="image_wrong_platform",
        faults={"image_wrong_platform": None},
        outcome="ABORTED_CLEAN",
        failure="wrong_platform",
        nodes=OLD,
    ),
    Row(
        name="push_fails",
        faults={"push_fails": None},
        outcome="ABORTED_CLEAN",
        failure="icu_install_failed",
        nodes=OLD,
    ),
    Row(
        name="secondary_install_fails",
        faults={"secondary_install_fails": None},
        outcome="ABORTED_CLEAN",
        failure="icu_install_failed",
        nodes=OLD,
    ),
    Row(
        name="pending_on_the_secondary_only",
        faults={"primary_upgrade_fails": None},
        outcome="ABORTED_CLEAN",
        failure="icu_install_failed",
        nodes=OLD,
        sent=(BACK_1,),
    ),
    Row(
        name="groups_do_not_gather",
        faults={"rg_failover_error": None},
        outcome="ABORTED_CLEAN",
        failure="group_failover_failed",
        nodes=OLD,
        sent=(BACK_0, BACK_1),
    ),
    Row(
        name="secondary_back_too_late",
        faults={"secondary_reboot_fails": None},
        outcome="ROLLED_BACK",
        failure="icu_secondary_not_back",
        nodes=OLD,
        sent=PUT_BACK,
    ),
    Row(
        name="secondary_never_back",
        faults={"node_never_comes_back": None},
        outcome="NEEDS_OPERATOR",
        failure="icu_secondary_not_back",
        nodes=("old", "old, off"),
    ),
    Row(
        name="primary_does_not_reboot",
        faults={"primary_reboot_fails": None},
        outcome="ROLLED_BACK",
        failure="icu_ended_half_way",
        nodes=OLD,
        sent=PUT_BACK,
    ),
    Row(
        name="rollback_refused",
        faults={"primary_reboot_fails": None, "rollback_refused": "node1"},
        outcome="NEEDS_OPERATOR",
        failure="icu_ended_half_way",
        nodes=("old", "new"),
        sent=(ABORT_1, BACK_1),
    ),
    Row(
        name="secondary_boots_the_old_release",
        faults={"boots_old_release": None},
        outcome="NEEDS_OPERATOR",
        failure="releases_together",
        nodes=("new", "old"),
    ),
    Row(
        name="session_lost",
        faults={"issu_dies_with_session": None},
        outcome="UPGRADED",
        nodes=NEW,
    ),
)

FOR_EVERY_CHANGE = (
    "healthy",
    "validation_fails",
    "pending_on_the_secondary_only",
    "secondary_back_too_late",
    "secondary_boots_the_old_release",
)
