"""The table: faults of the simulator, and how an upgrade of the cluster that has one must end.

Each cluster runs ``old`` on both nodes; node0 is primary of RG0 and RG1 and would start the ISSU, node1 is
primary of RG2. ``docs/failure-scenarios.md`` is written from here.
"""

from __future__ import annotations

from tests.scenarios.orders import NOTHING
from tests.scenarios.scenario import GIVEN_BACK, NEW, OLD, Cluster, Ended, Scenario

BEFORE = Cluster(node0=OLD, node1=OLD, primaries=("node0", "node0", "node1"))
UPGRADED = Cluster(node0=NEW, node1=NEW, primaries=("node0", "node0", "node1"))


def not_ready(left: Cluster = BEFORE) -> Ended:
    """Refused before anything was sent."""
    return Ended(failure=None, sent=NOTHING, cluster=left, outcome="NOT_READY", lease=GIVEN_BACK)


def already_current() -> Ended:
    return Ended(failure=None, sent=NOTHING, cluster=UPGRADED, outcome="ALREADY_CURRENT", lease=GIVEN_BACK)


TABLE: tuple[Scenario, ...] = (
    Scenario(fault="rg1_priority_zero", then=not_ready()),
    Scenario(fault="already_current", then=already_current()),
)

# Faults whose scenario nobody has seen pass yet. A fault that is in neither place fails a test.
NOT_PLAYED_YET = frozenset(
    {
        "var_tmp_full",
        "var_tmp_full_on_both",
        "ineligible_release",
        "issu_already_in_progress",
        "cpu_high",
        "image_missing",
        "image_truncated",
        "image_corrupt",
        "image_wrong_platform",
        "remote_site_unreachable",
        "validation_fails",
        "unsupported_pic",
        "unsupported_protocol",
        "rg_failover_error",
        "ksyncd_error",
        "chassisd_error",
        "secondary_reboot_fails",
        "cold_sync_never_completes",
        "cold_sync_stalls",
        "cold_sync_slow",
        "failover_refused",
        "primary_upgrade_fails",
        "primary_reboot_fails",
        "node_never_comes_back",
        "issu_dies_with_session",
        "policies_out_of_sync_after",
        "rtos_stop",
        "sessions_lost",
        "routes_lost",
        "tunnels_lost",
        "policies_lost",
        "core_dump_after",
        "major_alarm",
        "control_link_down",
        "fabric_link_down",
        "both_nodes_primary",
        "node_power_off",
        "clock_skew",
        "reply_says",
        "reply_empty",
        "install_pending",
        "licence_ends",
        "multi_node_ha",
        "commit_unconfirmed",
        "no_graceful_restart",
        "netconf_refused",
        "netconf_hangs",
        "netconf_cut_in_reply",
        "netconf_garbage",
        "authentication_fails",
        "host_key_changed",
        "connection_refused",
        "slow_replies",
    }
)
