"""The table: every fault of the simulator, and how an upgrade of the cluster that has it must end.

Each cluster runs ``old`` on both nodes; node0 is primary of RG0 and RG1 and starts the ISSU, node1 is primary
of RG2. ``docs/failure-scenarios.md`` is written from here.
"""

from __future__ import annotations

from dataclasses import replace

from tests.scenarios.orders import (
    AS_BEFORE,
    NOTHING,
    PUT_BACK,
    UPGRADE,
    Orders,
    start,
)
from tests.scenarios.scenario import GIVEN_BACK, KEPT, NEW, OLD, Cluster, Ended, Scenario, mirrored

BEFORE = Cluster(node0=OLD, node1=OLD, primaries=("node0", "node0", "node1"))
UPGRADED = Cluster(node0=NEW, node1=NEW, primaries=("node0", "node0", "node1"))
REFUSED = (start(), *AS_BEFORE)
RESTORED = (start(), *PUT_BACK)


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


def with_findings(sent: Orders = UPGRADE, left: Cluster = UPGRADED) -> Ended:
    return upgraded("UPGRADED_WITH_FINDINGS", sent, left)


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
        fault="rg1_priority_zero", at="prepare_pfes", then=held("switchover_failed", (start(),), BEFORE)
    ),
    Scenario(fault="already_current", then=upgraded("ALREADY_CURRENT", NOTHING)),
    Scenario(fault="ineligible_release", then=not_ready()),
    Scenario(fault="issu_already_in_progress", then=not_ready()),
    Scenario(
        fault="issu_already_in_progress",
        node="node1",
        at="cold_sync_primary",
        then=held("stale_in_progress", (start(),), BEFORE),
    ),
    Scenario(fault="cpu_high", then=not_ready()),
    Scenario(fault="cpu_high", node="node1", at="consolidate_groups", then=aborted("cpu_busy")),
    Scenario(fault="image_missing", then=aborted("image_missing", (start(),), BEFORE)),
    Scenario(fault="image_truncated", then=aborted("image_corrupt")),
    Scenario(fault="image_corrupt", then=aborted("image_corrupt")),
    Scenario(fault="image_wrong_platform", then=aborted("wrong_platform")),
    Scenario(fault="remote_site_unreachable", then=aborted("remote_site", (start(),), BEFORE)),
    Scenario(fault="validation_fails", then=aborted("validation_failed")),
    Scenario(fault="unsupported_pic", then=with_findings()),
    Scenario(fault="unsupported_protocol", then=with_findings()),
    # On the way.
    Scenario(fault="rg_failover_error", then=aborted("group_failover_failed", (start(),), BEFORE)),
    Scenario(fault="ksyncd_error", then=aborted("ksyncd")),
    Scenario(fault="chassisd_error", then=aborted("chassisd", (start(),), BEFORE)),
    Scenario(fault="secondary_reboot_fails", then=rolled_back("secondary_reboot_failed")),
    Scenario(fault="cold_sync_never_completes", then=rolled_back("cold_sync_failed")),
    Scenario(fault="cold_sync_stalls", then=rolled_back("cold_sync_failed")),
    Scenario(fault="cold_sync_slow", then=upgraded()),
    Scenario(fault="cold_sync_slow", parameters={"factor": "10"}, then=rolled_back("cold_sync_failed")),
    Scenario(fault="failover_refused", then=rolled_back("switchover_failed")),
    Scenario(fault="primary_upgrade_fails", answer="Approve", then=rolled_back("primary_upgrade_failed")),
    Scenario(
        fault="primary_upgrade_fails",
        answer="Reject",
        then=held("primary_upgrade_failed", (start(),), BEFORE),
    ),
    Scenario(
        fault="primary_reboot_fails",
        answer="Approve",
        then=upgraded(failure="primary_reboot_failed"),
    ),
    Scenario(
        fault="primary_reboot_fails", answer="Reject", then=held("primary_reboot_failed", (start(),), BEFORE)
    ),
    Scenario(fault="node_never_comes_back", then=held("secondary_reboot_failed", (start(),), BEFORE)),
    Scenario(
        fault="node_never_comes_back",
        node="node0",
        then=held("primary_reboot_failed", (start(),), BEFORE),
    ),
    Scenario(fault="issu_dies_with_session", then=upgraded()),
    # Afterwards.
    Scenario(fault="policies_out_of_sync_after", then=upgraded()),
    Scenario(fault="policies_out_of_sync_after", parameters={"resync": "fails"}, then=with_findings()),
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
    Scenario(fault="control_link_down", then=not_ready()),
    Scenario(fault="control_link_down", at="cold_sync_secondary", then=held("link_lost", (start(),), BEFORE)),
    Scenario(fault="fabric_link_down", then=not_ready()),
    Scenario(fault="fabric_link_down", at="prepare_pfes", then=held("link_lost", (start(),), BEFORE)),
    Scenario(fault="both_nodes_primary", then=not_ready()),
    Scenario(
        fault="both_nodes_primary", at="cold_sync_secondary", then=held("both_primary", (start(),), BEFORE)
    ),
    Scenario(
        fault="both_nodes_primary", at="cold_sync_primary", then=held("both_primary", (start(),), BEFORE)
    ),
    Scenario(fault="node_power_off", then=not_ready()),
    Scenario(
        fault="node_power_off",
        node="node1",
        at="install_secondary",
        then=held("node_missing", (start(),), BEFORE),
    ),
    Scenario(
        fault="node_power_off",
        node="node0",
        at="install_secondary",
        then=held("node_missing", (start(),), BEFORE),
    ),
    Scenario(
        fault="node_power_off",
        node="node1",
        at="cold_sync_primary",
        then=held("node_missing", (start(),), BEFORE),
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
    Scenario(fault="reply_empty", parameters={"rpc": "get-chassis-cluster-status"}, then=not_ready()),
    Scenario(
        fault="reply_empty",
        at="cold_sync_secondary",
        parameters={"rpc": "get-chassis-cluster-status"},
        then=held("unknown", (start(),), BEFORE),
    ),
    Scenario(fault="install_pending", then=not_ready()),
    # Between the node and its client.
    Scenario(fault="netconf_refused", then=not_ready()),
    Scenario(fault="netconf_refused", at="cold_sync_secondary", then=held(None, (start(),), BEFORE)),
    Scenario(fault="netconf_hangs", then=not_ready()),
    Scenario(fault="netconf_cut_in_reply", then=not_ready()),
    Scenario(fault="netconf_garbage", then=not_ready()),
    Scenario(fault="authentication_fails", then=not_ready()),
    Scenario(
        fault="authentication_fails",
        node="node1",
        at="install_secondary",
        then=held("node_missing", (start(),), BEFORE),
    ),
    Scenario(fault="host_key_changed", node="node1", then=not_ready()),
    Scenario(
        fault="host_key_changed",
        node="node1",
        at="reboot_secondary",
        then=held("node_missing", (start(),), BEFORE),
    ),
    Scenario(fault="connection_refused", then=not_ready()),
    Scenario(
        fault="connection_refused", at="cold_sync_primary", then=held("node_missing", (start(),), BEFORE)
    ),
    Scenario(fault="slow_replies", then=upgraded()),
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
