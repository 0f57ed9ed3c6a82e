"""Every fault the lab knows, in the words of the guide's Table 2 where it has them."""

from __future__ import annotations

from srx_lab.machine.fault_cables import CABLE_FAULTS
from srx_lab.machine.fault_replies import REPLY_FAULTS, WIRE_FAULTS
from srx_lab.machine.fault_routes import ICU_FAULTS, REBOOT_FAULTS
from srx_lab.machine.fault_spec import FaultSpec, R, S, Scope, U, spec
from srx_lab.machine.words import Phase

_CATALOGUE = (
    # Before anything starts.
    spec(
        "var_tmp_full",
        "/var on one node has less than twice the image free",
        S,
        Scope.PRIMARY,
        free_kb="512",
    ),
    spec(
        "var_tmp_full_on_both",
        "/var on both nodes has less than twice the image free",
        S,
        Scope.NODE,
        free_kb="512",
    ),
    spec(
        "rg1_priority_zero",
        "a redundancy group has priority 0 on one node",
        S,
        Scope.SECONDARY,
        group="1",
        code="IF",
    ),
    spec("snapshot_refused", "the platform refuses a snapshot of its software", U, Scope.CLUSTER),
    spec(
        "failover_leaves_priority_zero",
        "while a group is failed over by hand, the node that it left has priority 0",
        U,
        Scope.CLUSTER,
    ),
    spec("already_current", "both nodes already run `release`", S, Scope.CLUSTER, release="22.4R3-S2.11"),
    spec(
        "ineligible_release",
        "the nodes run a release ISSU does not start from",
        S,
        Scope.CLUSTER,
        release="15.1X49-D170.4",
    ),
    spec("issu_already_in_progress", "an earlier ISSU left both nodes in the ISSU window", S, Scope.CLUSTER),
    spec(
        "stale_manual_flag",
        "a group was failed over by hand and never reset",
        R,
        Scope.CLUSTER,
        group="1",
    ),
    spec("cpu_high", "routing engine CPU above 80 %", S, Scope.NODE, busy_percent="93"),
    spec("image_missing", "the image file cannot be found when the ISSU starts", S, Scope.PRIMARY),
    spec("image_truncated", "the image file ends early", S, Scope.PRIMARY),
    spec("image_corrupt", "the image file's content is damaged", S, Scope.PRIMARY),
    spec("image_wrong_platform", "the image is of another platform family", U, Scope.PRIMARY),
    spec("remote_site_unreachable", "the image's remote site does not answer", S, Scope.CLUSTER),
    spec("validation_fails", "the configuration does not fit the new release", S, Scope.CLUSTER),
    spec(
        "unsupported_pic",
        "a PIC does not support ISSU: warning, the PIC restarts",
        S,
        Scope.CLUSTER,
        pic="fpc 0 pic 0",
    ),
    spec(
        "unsupported_protocol",
        "a protocol does not support ISSU: warning, packet loss",
        S,
        Scope.CLUSTER,
        protocol="igmp",
    ),
    # On the way.
    spec("rg_failover_error", "the automatic failover of RG1+ to the RG0 primary fails", S, Scope.CLUSTER),
    spec("ksyncd_error", "kernel state synchronization reports errors on the secondary", S, Scope.CLUSTER),
    spec("chassisd_error", "chassisd reports a problem from the chassis perspective", S, Scope.CLUSTER),
    spec(
        "issu_refused",
        "the ISSU is refused in the given `words`, at its start or, with `--at sync_kernel`, in step 3",
        U,
        Scope.CLUSTER,
        words="error: ISSU cannot be carried out",
    ),
    spec(
        "issu_ends",
        "the ISSU's command ends in `words` that name no error, at its start or, with `--at sync_kernel`, "
        "in step 3",
        U,
        Scope.CLUSTER,
        words="Contact your support representative.",
    ),
    spec(
        "issu_asks",
        "the ISSU's command asks a `question` before it upgrades a node; who does not answer yes ends it",
        "[T]",
        Scope.CLUSTER,
        question="Do you want to continue with these actions being taken ? [yes,no] (no) ",
    ),
    spec("no_nohup", "the shell has no nohup", U, Scope.NODE),
    spec(
        "cli_writes_at_end",
        "the program cli writes into a file only when its command ends",
        U,
        Scope.NODE,
    ),
    spec(
        "secondary_reboot_fails",
        "the secondary is not back within the hold timer (4.1)",
        S,
        Scope.CLUSTER,
        late_s="600",
    ),
    spec("cold_sync_never_completes", "the secondary's cold sync does not end (6.1)", S, Scope.CLUSTER),
    spec("cold_sync_stalls", "cold sync stops at `spus` of m SPUs (6.1)", S, Scope.CLUSTER, spus="0"),
    spec("cold_sync_slow", "cold sync takes `factor` times as long, and ends", U, Scope.CLUSTER, factor="4"),
    spec("failover_refused", "the switchover is refused (7.1)", S, Scope.CLUSTER, group="1"),
    spec(
        "primary_upgrade_fails", "the old primary cannot be upgraded after the switchover", S, Scope.CLUSTER
    ),
    spec("primary_reboot_fails", "the old primary does not reboot by itself", S, Scope.CLUSTER),
    spec("node_never_comes_back", "the next node that goes down stays down", U, Scope.NODE),
    spec(
        "reboot_answers_as_error",
        "a reboot that is carried out is answered with an error",
        R,
        Scope.NODE,
    ),
    spec(
        "reboot_reply_never_ends",
        "the reply to the RPC of a reboot that is carried out is never closed",
        R,
        Scope.NODE,
    ),
    spec(
        "rollback_impossible",
        "a rollback is answered with a plain warning, and not done",
        R,
        Scope.NODE,
    ),
    spec("issu_dies_with_session", "the ISSU ends when the session that started it closes", U, Scope.CLUSTER),
    # Afterwards.
    spec(
        "policies_out_of_sync_after",
        "policies differ between RE and PFE after the upgrade",
        S,
        Scope.CLUSTER,
        Phase.SWITCHOVER,
        resync="helps",
    ),
    spec(
        "rtos_stop",
        "real-time objects are no longer synchronized, all or those of one `service`",
        S,
        Scope.CLUSTER,
        Phase.SWITCHOVER,
        service="",
    ),
    spec(
        "sessions_lost",
        "a fraction of the sessions is gone",
        U,
        Scope.CLUSTER,
        Phase.SWITCHOVER,
        fraction="0.6",
    ),
    spec(
        "routes_lost", "a fraction of the routes is gone", U, Scope.CLUSTER, Phase.SWITCHOVER, fraction="0.5"
    ),
    spec(
        "tunnels_lost",
        "a fraction of the IPsec tunnels is gone",
        U,
        Scope.CLUSTER,
        Phase.SWITCHOVER,
        fraction="0.5",
    ),
    spec(
        "policies_lost",
        "a fraction of the policies is gone",
        U,
        Scope.CLUSTER,
        Phase.SWITCHOVER,
        fraction="0.25",
    ),
    spec(
        "core_dump_after",
        "flowd left a core file on one node",
        U,
        Scope.PRIMARY,
        Phase.SWITCHOVER,
        process="flowd",
    ),
    spec("major_alarm", "a major chassis alarm is active", "[R]", Scope.SECONDARY, text="FPC 0 Hard errors"),
    # Links and nodes.
    spec(
        "control_link_down",
        "the control link fails: secondary ineligible, disabled after 180 s",
        "[R]",
        Scope.CLUSTER,
    ),
    spec("fabric_link_down", "the fabric link fails: FL on the secondary", "[D]", Scope.CLUSTER),
    spec("both_nodes_primary", "both links fail at once and both nodes take every group", U, Scope.CLUSTER),
    spec("node_power_off", "a node loses power and stays off", U, Scope.SECONDARY),
    spec("clock_skew", "a node's clock is off by `seconds`", U, Scope.SECONDARY, seconds="900"),
    *CABLE_FAULTS,
    *REPLY_FAULTS,
    *WIRE_FAULTS,
    # Of the other routes.
    *ICU_FAULTS,
    *REBOOT_FAULTS,
)

FAULTS: dict[str, FaultSpec] = {each.name: each for each in _CATALOGUE}
