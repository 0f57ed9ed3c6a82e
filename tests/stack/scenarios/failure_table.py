"""The table: every fault of the simulator, and how an upgrade of the cluster that has it must end.

Each cluster runs ``old`` on both nodes; node0 is primary of RG0 and RG1 and starts the ISSU, node1 is primary
of RG2. ``docs/failure-scenarios.md`` is written from here.
"""

from __future__ import annotations

from dataclasses import replace

from tests.stack.scenarios.orders import (
    ALL_TO_OLD,
    AS_BEFORE,
    AS_BEFORE_WITH_RG0,
    FAIL_BACK,
    NOTHING,
    PUT_BACK,
    SNAPSHOTS,
    TAKEN_BACK,
    UPGRADE,
    Orders,
    abort,
    move,
    on_vmhost,
    reboot,
    reset,
    resync,
    roll_back,
    start,
    validate,
)
from tests.stack.scenarios.scenario import GIVEN_BACK, KEPT, NEW, OLD, Cluster, Ended, Scenario, mirrored

AT_HOME = "node0 node0 node1"  # who is primary of RG0, RG1 and RG2 when nothing is wrong
DATA_FLAGS = ("RG1 has the manual flag", "RG2 has the manual flag")
ALL_FLAGS = ("RG0 has the manual flag", *DATA_FLAGS)
WINDOWS = ("node0 in the ISSU window", "node1 in the ISSU window")


def cluster(node0: str, node1: str, primaries: str, *left: str) -> Cluster:
    """``primaries``: of each group, or one word for all of them."""
    held_by = tuple(primaries.split())
    return Cluster(
        node0=node0, node1=node1, primaries=held_by * 3 if len(held_by) == 1 else held_by, left=left
    )


BEFORE = cluster(OLD, OLD, AT_HOME)
UPGRADED = cluster(NEW, NEW, AT_HOME)
LEFT_ON_NODE1 = cluster(NEW, NEW, "node1", *ALL_FLAGS)  # the ISSU went on by itself; nobody failed back
REFUSED = (start(), *AS_BEFORE)
GATHERED = (*SNAPSHOTS, move(2, to=0))  # by hand, up to Junos 11.4
RESTORED = (start(), *PUT_BACK)
RESTORED_SO_FAR = (start(), *TAKEN_BACK)  # up to the reboot


def not_ready(left: Cluster = BEFORE) -> Ended:
    """Refused before anything was sent."""
    return Ended(failure=None, sent=NOTHING, cluster=left, outcome="NOT_READY", lease=GIVEN_BACK)


def aborted(failure: str, sent: Orders = REFUSED, left: Cluster = BEFORE) -> Ended:
    """The device gave up before either node changed; flags are cleared."""
    return Ended(failure=failure, sent=sent, cluster=left, outcome="ABORTED_CLEAN", lease=GIVEN_BACK)


def rolled_back(failure: str, sent: Orders = RESTORED, left: Cluster = BEFORE) -> Ended:
    """The guide's restore procedure to its end."""
    return Ended(failure=failure, sent=sent, cluster=left, outcome="ROLLED_BACK", lease=GIVEN_BACK)


def upgraded(
    outcome: str = "UPGRADED",
    sent: Orders = UPGRADE,
    left: Cluster = UPGRADED,
    failure: str | None = None,
) -> Ended:
    return Ended(failure=failure, sent=sent, cluster=left, outcome=outcome, lease=GIVEN_BACK)


def with_findings(sent: Orders = UPGRADE, failure: str | None = None) -> Ended:
    return upgraded("UPGRADED_WITH_FINDINGS", sent, failure=failure)


def held(failure: str | None, sent: Orders, left: Cluster) -> Ended:
    """A person must act; the cluster stays claimed."""
    return Ended(failure=failure, sent=sent, cluster=left, outcome="NEEDS_OPERATOR", lease=KEPT)


ROWS: tuple[Scenario, ...] = (
    # Before anything starts.
    Scenario(fault="var_tmp_full", then=not_ready()),
    Scenario(fault="var_tmp_full", node="node1", at="validate", then=aborted("disk_full")),
    Scenario(fault="var_tmp_full_on_both", then=not_ready()),
    Scenario(fault="rg1_priority_zero", then=not_ready()),
    Scenario(
        fault="rg1_priority_zero",
        at="prepare_pfes",
        then=held("switchover_failed", RESTORED_SO_FAR, cluster("old", "old", "node0", *DATA_FLAGS)),
    ),
    # Up to Junos 11.4 the groups are gathered by hand before the start, and go back when it is not made. The
    # calendar of releases does not reach back so far: a person is asked.
    Scenario(
        fault="failover_leaves_priority_zero",
        kind="11.4",
        answer="Approve",
        then=replace(not_ready(), sent=(*GATHERED, reset(2, via=1), move(2, to=1), reset(2, via=1))),
    ),
    Scenario(
        fault="unsupported_pic", kind="11.4", answer="Approve", then=upgraded(sent=(*GATHERED, *UPGRADE))
    ),
    Scenario(
        fault="validation_fails",
        kind="11.4",
        answer="Approve",
        then=aborted("validation_failed", (*GATHERED, *REFUSED)),
    ),
    # Routing Engine 3 is a vmhost: other commands, another snapshot.
    Scenario(fault="unsupported_pic", kind="RE3", then=upgraded(sent=on_vmhost((*SNAPSHOTS, *UPGRADE)))),
    Scenario(fault="snapshot_refused", kind="RE3", then=upgraded(sent=on_vmhost((*SNAPSHOTS, *UPGRADE)))),
    Scenario(
        fault="cold_sync_never_completes",
        kind="RE3",
        then=rolled_back("cold_sync_failed", on_vmhost((*SNAPSHOTS, *RESTORED))),
    ),
    # Three PICs of each node are Offline in health: a central point, and two of an IOC3.
    Scenario(fault="unsupported_pic", kind="CP", then=upgraded(sent=(*SNAPSHOTS, *UPGRADE))),
    Scenario(fault="already_current", then=upgraded("ALREADY_CURRENT", NOTHING)),
    Scenario(fault="ineligible_release", then=not_ready()),
    Scenario(
        fault="issu_already_in_progress",
        then=not_ready(cluster("old", "old", AT_HOME, *WINDOWS, "RG1 has the manual flag")),
    ),
    Scenario(
        fault="stale_manual_flag", then=not_ready(cluster("old", "old", AT_HOME, "RG1 has the manual flag"))
    ),
    Scenario(fault="cpu_high", then=not_ready()),
    Scenario(fault="cpu_high", node="node1", at="consolidate_groups", then=aborted("cpu_busy", (start(),))),
    Scenario(fault="image_missing", then=aborted("image_missing", (start(),), BEFORE)),
    Scenario(fault="image_truncated", then=aborted("image_corrupt")),
    Scenario(fault="image_corrupt", then=aborted("image_corrupt")),
    Scenario(fault="image_wrong_platform", then=aborted("wrong_platform")),
    Scenario(fault="remote_site_unreachable", then=aborted("remote_site", (start(),), BEFORE)),
    Scenario(fault="validation_fails", then=aborted("validation_failed")),
    Scenario(
        fault="validation_fails",
        policy={"validate_image": "warn"},
        then=aborted("validation_failed", (validate(), *REFUSED)),
    ),
    Scenario(
        fault="validation_fails",
        policy={"validate_image": "block"},
        then=replace(not_ready(), sent=(validate(),)),
    ),
    Scenario(fault="unsupported_pic", then=upgraded()),
    Scenario(fault="unsupported_protocol", then=upgraded()),
    # On the way.
    Scenario(fault="rg_failover_error", then=aborted("group_failover_failed", (start(),), BEFORE)),
    Scenario(fault="ksyncd_error", then=aborted("ksyncd")),
    Scenario(fault="chassisd_error", then=aborted("chassisd", (start(),), BEFORE)),
    *(
        Scenario(fault="issu_refused", parameters={"words": words}, then=aborted(failure, (start(),), BEFORE))
        for words, failure in {
            "ISSU currently do not support L2 mode": "unsupported_feature",
            "'reboot' keyword must be specified. Aborting ISSU": "reboot_keyword_missing",
        }.items()
    ),
    Scenario(
        fault="issu_refused",
        at="sync_kernel",
        then=held("unknown", (start(),), cluster("old", "old", "node0", *DATA_FLAGS)),
    ),
    # Ended, or waiting, in words that no list has.
    Scenario(
        fault="issu_ends", answer="Approve", then=aborted("command_ended", (start(), abort(0), abort(1)))
    ),
    Scenario(fault="issu_ends", answer="Reject", then=held("command_ended", (start(),), BEFORE)),
    Scenario(
        fault="issu_ends",
        at="sync_kernel",
        answer="Approve",
        then=aborted("command_ended", (start(), abort(0), abort(1), *AS_BEFORE)),
    ),
    Scenario(
        fault="issu_ends",
        at="sync_kernel",
        besides="cli_writes_at_end",
        answer="Approve",
        then=aborted("command_ended", (start(), abort(0), abort(1), *AS_BEFORE)),
    ),
    Scenario(fault="no_nohup", then=upgraded()),
    Scenario(fault="issu_asks", answer="Approve", then=aborted("prompt_unanswered")),
    Scenario(
        fault="issu_asks",
        answer="Reject",
        then=held("prompt_unanswered", (start(),), cluster("old", "old", "node0", *DATA_FLAGS)),
    ),
    Scenario(fault="secondary_reboot_fails", then=rolled_back("secondary_reboot_failed")),
    Scenario(fault="cold_sync_never_completes", then=rolled_back("cold_sync_failed")),
    *(
        Scenario(fault="cold_sync_never_completes", besides=also, then=rolled_back("cold_sync_failed"))
        for also in ("reboot_answers_as_error", "reboot_reply_never_ends")
    ),
    Scenario(
        fault="cold_sync_never_completes",
        besides="rollback_impossible",
        then=held(
            "cold_sync_failed",
            (start(), roll_back(1)),
            cluster("old", "new", "node0", *WINDOWS, "node1 not in sync", *DATA_FLAGS),
        ),
    ),
    Scenario(fault="cold_sync_stalls", then=rolled_back("cold_sync_failed")),
    Scenario(fault="cold_sync_slow", then=upgraded()),
    Scenario(fault="cold_sync_slow", parameters={"factor": "10"}, then=rolled_back("cold_sync_failed")),
    Scenario(fault="failover_refused", then=rolled_back("switchover_failed")),
    Scenario(
        fault="primary_upgrade_fails",
        answer="Approve",
        then=rolled_back("primary_upgrade_failed", (start(), *ALL_TO_OLD, *TAKEN_BACK, *AS_BEFORE_WITH_RG0)),
    ),
    Scenario(
        fault="primary_upgrade_fails",
        answer="Reject",
        then=held("primary_upgrade_failed", (start(),), cluster("old", "new", "node1", *WINDOWS, *ALL_FLAGS)),
    ),
    Scenario(
        fault="primary_reboot_fails",
        answer="Approve",
        then=with_findings(
            (start(), reboot(0), abort(0), abort(1), *FAIL_BACK), failure="primary_reboot_failed"
        ),
    ),
    Scenario(
        fault="primary_reboot_fails",
        answer="Reject",
        then=held(
            "primary_reboot_failed",
            (start(),),
            cluster("old", "new", "node1", "node0 has a release waiting for its reboot", *ALL_FLAGS),
        ),
    ),
    Scenario(
        fault="node_never_comes_back",
        then=held(
            "secondary_reboot_failed",
            (start(),),
            cluster("old", "old, off", "node0", "node0 in the ISSU window", *DATA_FLAGS),
        ),
    ),
    Scenario(
        fault="node_never_comes_back",
        node="node0",
        then=held("primary_reboot_failed", (start(),), cluster("old, off", "new", "node1", *ALL_FLAGS)),
    ),
    Scenario(fault="issu_dies_with_session", then=upgraded()),
    # Afterwards.
    Scenario(fault="policies_out_of_sync_after", then=upgraded(sent=(start(), resync(1), *FAIL_BACK))),
    Scenario(
        fault="policies_out_of_sync_after",
        parameters={"resync": "fails"},
        then=held(
            None,
            (start(), resync(1)),
            cluster(
                "new",
                "new",
                "node1",
                "node0 has policies out of sync",
                "node1 has policies out of sync",
                *ALL_FLAGS,
            ),
        ),
    ),
    Scenario(fault="rtos_stop", then=with_findings()),
    Scenario(fault="rtos_stop", parameters={"service": "Session create"}, then=with_findings()),
    Scenario(fault="sessions_lost", then=with_findings()),
    Scenario(fault="sessions_lost", parameters={"fraction": "0.05"}, then=upgraded()),
    Scenario(fault="routes_lost", then=with_findings()),
    Scenario(fault="tunnels_lost", then=with_findings()),
    Scenario(fault="policies_lost", then=with_findings()),
    Scenario(fault="core_dump_after", then=with_findings()),
    Scenario(fault="major_alarm", at="now", then=not_ready()),
    Scenario(fault="major_alarm", at="switchover", then=with_findings()),
    # Links and nodes.
    Scenario(fault="control_link_down", then=not_ready(cluster("old", "old", "node0", "node1 disabled"))),
    Scenario(
        fault="control_link_down",
        at="cold_sync_secondary",
        then=held(
            "link_lost",
            (start(),),
            cluster("old", "new", "nobody node0 node0", *WINDOWS, "node1 disabled", *ALL_FLAGS),
        ),
    ),
    Scenario(fault="fabric_link_down", then=not_ready()),
    Scenario(
        fault="fabric_link_down",
        at="prepare_pfes",
        then=held("link_lost", (start(),), cluster("old", "new", "node0", *WINDOWS, *DATA_FLAGS)),
    ),
    Scenario(fault="both_nodes_primary", then=not_ready(cluster("old", "old", "both"))),
    Scenario(
        fault="both_nodes_primary",
        at="cold_sync_secondary",
        then=held(
            "both_primary",
            (start(),),
            cluster("old", "new", "both", *WINDOWS, "node1 not in sync", *DATA_FLAGS),
        ),
    ),
    Scenario(
        fault="both_nodes_primary",
        at="cold_sync_primary",
        then=held("both_primary", (start(),), cluster("new", "new", "both", "node0 not in sync", *ALL_FLAGS)),
    ),
    Scenario(fault="node_power_off", then=not_ready(cluster("old", "old, off", "node0"))),
    Scenario(
        fault="node_power_off",
        node="node1",
        at="install_secondary",
        then=held(
            "secondary_reboot_failed",
            (start(),),
            cluster("old", "old, off", "node0", "node0 in the ISSU window", *DATA_FLAGS),
        ),
    ),
    Scenario(
        fault="node_power_off",
        node="node0",
        at="install_secondary",
        then=held(
            "node_missing", (start(),), cluster("old, off", "old", "node1", "node1 in the ISSU window")
        ),
    ),
    Scenario(
        fault="node_power_off",
        node="node1",
        at="cold_sync_primary",
        then=held("node_missing", (start(),), cluster("new", "new, off", "node0")),
    ),
    Scenario(fault="clock_skew", then=not_ready()),
    Scenario(
        fault="reply_says",
        parameters={
            "rpc": "get-chassis-cluster-status",
            "element": "redundancy-group-status",
            "text": "strange",
        },
        then=not_ready(),
    ),
    Scenario(fault="login_announcement", then=upgraded()),
    Scenario(fault="c_shell", then=upgraded()),
    Scenario(fault="reply_adds", parameters={"rpc": "get-chassis-cluster-status"}, then=upgraded()),
    Scenario(fault="status_legend_flush_left", then=upgraded()),
    Scenario(fault="reply_empty", parameters={"rpc": "get-chassis-cluster-status"}, then=not_ready()),
    Scenario(
        fault="reply_empty",
        at="cold_sync_secondary",
        parameters={"rpc": "get-chassis-cluster-status"},
        then=held("unknown", (start(),), LEFT_ON_NODE1),
    ),
    Scenario(
        fault="install_pending",
        then=not_ready(
            cluster(
                "old",
                "old",
                AT_HOME,
                "node0 has a release waiting for its reboot",
                "node1 has a release waiting for its reboot",
            )
        ),
    ),
    Scenario(fault="license_ends", then=upgraded()),
    Scenario(fault="multi_node_ha", then=not_ready()),
    Scenario(fault="somebody_commits", at="install_secondary", then=upgraded()),
    Scenario(fault="somebody_logs_in", at="install_secondary", then=upgraded()),
    Scenario(fault="commit_unconfirmed", then=not_ready()),
    Scenario(fault="package_gone", at="install_secondary", then=with_findings()),
    Scenario(fault="ha_link_encrypted", then=upgraded()),
    Scenario(fault="no_graceful_restart", then=upgraded()),
    # Between the node and its client.
    Scenario(fault="netconf_refused", then=not_ready()),
    Scenario(
        fault="netconf_refused",
        at="cold_sync_secondary",
        then=held("node_missing", (start(),), LEFT_ON_NODE1),
    ),
    Scenario(fault="netconf_hangs", then=not_ready()),
    Scenario(fault="netconf_cut_in_reply", then=not_ready()),
    Scenario(fault="netconf_garbage", then=not_ready()),
    Scenario(fault="no_sftp", then=upgraded()),
    Scenario(fault="copy_cut", parameters={"after_bytes": "1500000"}, then=upgraded()),
    Scenario(fault="copy_damaged", then=not_ready()),
    Scenario(fault="authentication_fails", then=not_ready()),
    Scenario(
        fault="authentication_fails",
        node="node1",
        at="install_secondary",
        then=held("node_missing", (start(),), LEFT_ON_NODE1),
    ),
    Scenario(fault="host_key_changed", node="node1", then=not_ready()),
    Scenario(
        fault="host_key_changed",
        node="node1",
        at="reboot_secondary",
        then=held("node_missing", (start(),), LEFT_ON_NODE1),
    ),
    Scenario(fault="connection_refused", then=not_ready()),
    Scenario(
        fault="connection_refused",
        at="cold_sync_primary",
        then=held("node_missing", (start(),), LEFT_ON_NODE1),
    ),
    Scenario(fault="slow_replies", parameters={"seconds": "0.2"}, then=upgraded()),
    # Trouble that passes.
    Scenario(fault="connection_refused", at="install_secondary", lasts_s=900, then=upgraded()),
    Scenario(fault="authentication_fails", at="switchover", lasts_s=300, then=upgraded()),
    Scenario(fault="node_power_off", node="node1", at="install_secondary", lasts_s=900, then=upgraded()),
    Scenario(fault="control_link_down", at="prepare_pfes", lasts_s=60, then=upgraded()),
    Scenario(fault="netconf_hangs", at="cold_sync_primary", lasts_s=3600, then=upgraded()),
)

# The same with node1 as the primary of RG0, where the ISSU is started.
_FROM_NODE1 = (
    "cold_sync_never_completes",
    "failover_refused",
    "primary_upgrade_fails, Approve",
    "primary_reboot_fails, Approve",
    "validation_fails",
    "policies_out_of_sync_after",
)
TABLE: tuple[Scenario, ...] = (
    *(replace(row) for row in ROWS),
    *(mirrored(row) for row in ROWS if row.name in _FROM_NODE1),
)

# What ``make test`` plays on a real scheduler as well as in one process: put back, finished forward after a
# yes, ended before anything was upgraded, and a wait that outlives its node's silence.
_ON_A_STACK_TOO = (
    "cold_sync_never_completes from node1",
    "primary_reboot_fails, Approve",
    "validation_fails",
    "connection_refused at install_secondary for 900 s",
)
ON_A_STACK_TOO = tuple(row for row in TABLE if row.name in _ON_A_STACK_TOO)
