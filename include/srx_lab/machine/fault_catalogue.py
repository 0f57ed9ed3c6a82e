"""Every fault the lab knows, in the words of the guide's Table 2 where it has them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from srx_lab.machine.words import Phase


class Scope(StrEnum):
    """Where a fault bites."""

    CLUSTER = "cluster"  # one for the cluster
    NODE = "node"  # a given node, or both when none is named
    SECONDARY = "secondary"  # the RG0 secondary of the moment, unless a node is named
    PRIMARY = "primary"  # the RG0 primary of the moment, unless a node is named
    WIRE = "wire"  # between the node and its client; both nodes when none is named


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultSpec:
    """A kind of fault: what it does, where it is known from, its parameters with their defaults."""

    name: str
    says: str
    source: str
    scope: Scope
    parameters: dict[str, str] = field(default_factory=dict)
    default_at: Phase | None = None


_R, _S, _U = "[R]", "[S]", "[U]"


def _spec(
    name: str,
    says: str,
    source: str,
    scope: Scope,
    at: Phase | None = None,
    **parameters: str,
) -> FaultSpec:
    return FaultSpec(name=name, says=says, source=source, scope=scope, parameters=parameters, default_at=at)


_CATALOGUE = (
    # Before anything starts.
    _spec(
        "var_tmp_full",
        "/var on one node has less than twice the image free",
        _S,
        Scope.PRIMARY,
        free_kb="512",
    ),
    _spec(
        "var_tmp_full_on_both",
        "/var on both nodes has less than twice the image free",
        _S,
        Scope.NODE,
        free_kb="512",
    ),
    _spec(
        "rg1_priority_zero",
        "a redundancy group has priority 0 on one node",
        _S,
        Scope.SECONDARY,
        group="1",
        code="IF",
    ),
    _spec("snapshot_refused", "the platform refuses a snapshot of its software", _U, Scope.CLUSTER),
    _spec(
        "failover_leaves_priority_zero",
        "while a group is failed over by hand, the node that it left has priority 0",
        _U,
        Scope.CLUSTER,
    ),
    _spec("already_current", "both nodes already run `release`", _S, Scope.CLUSTER, release="22.4R3-S2.11"),
    _spec(
        "ineligible_release",
        "the nodes run a release ISSU does not start from",
        _S,
        Scope.CLUSTER,
        release="15.1X49-D170.4",
    ),
    _spec(
        "issu_already_in_progress", "an earlier ISSU left both nodes in the ISSU window", _S, Scope.CLUSTER
    ),
    _spec(
        "stale_manual_flag",
        "a group was failed over by hand and never reset",
        _R,
        Scope.CLUSTER,
        group="1",
    ),
    _spec("cpu_high", "routing engine CPU above 80 %", _S, Scope.NODE, busy_percent="93"),
    _spec("image_missing", "the image file cannot be found when the ISSU starts", _S, Scope.PRIMARY),
    _spec("image_truncated", "the image file ends early", _S, Scope.PRIMARY),
    _spec("image_corrupt", "the image file's content is damaged", _S, Scope.PRIMARY),
    _spec("image_wrong_platform", "the image is of another platform family", _U, Scope.PRIMARY),
    _spec("remote_site_unreachable", "the image's remote site does not answer", _S, Scope.CLUSTER),
    _spec("validation_fails", "the configuration does not fit the new release", _S, Scope.CLUSTER),
    _spec(
        "unsupported_pic",
        "a PIC does not support ISSU: warning, the PIC restarts",
        _S,
        Scope.CLUSTER,
        pic="fpc 0 pic 0",
    ),
    _spec(
        "unsupported_protocol",
        "a protocol does not support ISSU: warning, packet loss",
        _S,
        Scope.CLUSTER,
        protocol="igmp",
    ),
    # On the way.
    _spec("rg_failover_error", "the automatic failover of RG1+ to the RG0 primary fails", _S, Scope.CLUSTER),
    _spec("ksyncd_error", "kernel state synchronization reports errors on the secondary", _S, Scope.CLUSTER),
    _spec("chassisd_error", "chassisd reports a problem from the chassis perspective", _S, Scope.CLUSTER),
    _spec(
        "issu_refused",
        "the ISSU is refused in the given `words`, at its start or, with `--at sync_kernel`, in step 3",
        _U,
        Scope.CLUSTER,
        words="error: ISSU cannot be carried out",
    ),
    _spec(
        "issu_ends",
        "the ISSU's command ends in `words` that name no error, at its start or, with `--at sync_kernel`, "
        "in step 3",
        _U,
        Scope.CLUSTER,
        words="Contact your support representative.",
    ),
    _spec(
        "issu_asks",
        "the ISSU's command asks a `question` before it upgrades a node; who does not answer yes ends it",
        "[T]",
        Scope.CLUSTER,
        question="Do you want to continue with these actions being taken ? [yes,no] (no) ",
    ),
    _spec("no_nohup", "the shell has no nohup", _U, Scope.NODE),
    _spec(
        "cli_writes_at_end",
        "the program cli writes into a file only when its command ends",
        _U,
        Scope.NODE,
    ),
    _spec(
        "secondary_reboot_fails",
        "the secondary is not back within the hold timer (4.1)",
        _S,
        Scope.CLUSTER,
        late_s="600",
    ),
    _spec("cold_sync_never_completes", "the secondary's cold sync does not end (6.1)", _S, Scope.CLUSTER),
    _spec("cold_sync_stalls", "cold sync stops at `spus` of m SPUs (6.1)", _S, Scope.CLUSTER, spus="0"),
    _spec(
        "cold_sync_slow", "cold sync takes `factor` times as long, and ends", _U, Scope.CLUSTER, factor="4"
    ),
    _spec("failover_refused", "the switchover is refused (7.1)", _S, Scope.CLUSTER, group="1"),
    _spec(
        "primary_upgrade_fails", "the old primary cannot be upgraded after the switchover", _S, Scope.CLUSTER
    ),
    _spec("primary_reboot_fails", "the old primary does not reboot by itself", _S, Scope.CLUSTER),
    _spec("node_never_comes_back", "the next node that goes down stays down", _U, Scope.NODE),
    _spec(
        "reboot_answers_as_error",
        "a reboot that is carried out is answered with an error",
        _R,
        Scope.NODE,
    ),
    _spec(
        "reboot_reply_never_ends",
        "the reply to the RPC of a reboot that is carried out is never closed",
        _R,
        Scope.NODE,
    ),
    _spec(
        "rollback_impossible",
        "a rollback is answered with a plain warning, and not done",
        _R,
        Scope.NODE,
    ),
    _spec(
        "issu_dies_with_session", "the ISSU ends when the session that started it closes", _U, Scope.CLUSTER
    ),
    # Afterwards.
    _spec(
        "policies_out_of_sync_after",
        "policies differ between RE and PFE after the upgrade",
        _S,
        Scope.CLUSTER,
        Phase.SWITCHOVER,
        resync="helps",
    ),
    _spec(
        "rtos_stop",
        "real-time objects are no longer synchronized, all or those of one `service`",
        _S,
        Scope.CLUSTER,
        Phase.SWITCHOVER,
        service="",
    ),
    _spec(
        "sessions_lost",
        "a fraction of the sessions is gone",
        _U,
        Scope.CLUSTER,
        Phase.SWITCHOVER,
        fraction="0.6",
    ),
    _spec(
        "routes_lost", "a fraction of the routes is gone", _U, Scope.CLUSTER, Phase.SWITCHOVER, fraction="0.5"
    ),
    _spec(
        "tunnels_lost",
        "a fraction of the IPsec tunnels is gone",
        _U,
        Scope.CLUSTER,
        Phase.SWITCHOVER,
        fraction="0.5",
    ),
    _spec(
        "policies_lost",
        "a fraction of the policies is gone",
        _U,
        Scope.CLUSTER,
        Phase.SWITCHOVER,
        fraction="0.25",
    ),
    _spec(
        "core_dump_after",
        "flowd left a core file on one node",
        _U,
        Scope.PRIMARY,
        Phase.SWITCHOVER,
        process="flowd",
    ),
    _spec("major_alarm", "a major chassis alarm is active", "[R]", Scope.SECONDARY, text="FPC 0 Hard errors"),
    # Links and nodes.
    _spec(
        "control_link_down",
        "the control link fails: secondary ineligible, disabled after 180 s",
        "[R]",
        Scope.CLUSTER,
    ),
    _spec("fabric_link_down", "the fabric link fails: FL on the secondary", "[D]", Scope.CLUSTER),
    _spec("both_nodes_primary", "both links fail at once and both nodes take every group", _U, Scope.CLUSTER),
    _spec("node_power_off", "a node loses power and stays off", _U, Scope.SECONDARY),
    _spec("clock_skew", "a node's clock is off by `seconds`", _U, Scope.SECONDARY, seconds="900"),
    # Replies that tell of something the machine does not have; `rpc` names the reply.
    _spec(
        "reply_says",
        "every `element` of one reply says `text`",
        _U,
        Scope.NODE,
        rpc="",
        element="",
        text="",
    ),
    _spec(
        "reply_adds",
        "the body of one reply has an `element` more, which says `text`",
        _U,
        Scope.NODE,
        rpc="",
        element="x-newer-than-this",
        text="something",
    ),
    _spec("reply_empty", "one reply comes without content", _U, Scope.NODE, rpc=""),
    _spec(
        "install_pending",
        "a release was installed and waits for a reboot",
        _U,
        Scope.NODE,
        release="22.4R3.25",
    ),
    _spec("license_ends", "a license ends `in_s` seconds after the look", _U, Scope.NODE, in_s="3600"),
    _spec("multi_node_ha", "the node is a member of a multinode high availability pair", "[R]", Scope.NODE),
    _spec("commit_unconfirmed", "a commit waits for its confirmation", _U, Scope.CLUSTER),
    _spec("no_graceful_restart", "graceful restart is not configured", _U, Scope.CLUSTER),
    # Between the node and its client.
    _spec("netconf_refused", "the NETCONF subsystem is refused", _U, Scope.WIRE),
    _spec("netconf_hangs", "RPCs are taken and never answered", _U, Scope.WIRE),
    _spec(
        "netconf_cut_in_reply",
        "the connection is cut in the middle of a reply",
        _U,
        Scope.WIRE,
        after_bytes="200",
    ),
    _spec("netconf_garbage", "replies are not well-formed XML", _U, Scope.WIRE),
    _spec("no_sftp", "the SFTP server is not enabled, SCP works", "[Y]", Scope.WIRE),
    _spec(
        "copy_cut",
        "the connection is reset after `after_bytes` of a copy to the node, each time",
        _U,
        Scope.WIRE,
        after_bytes="600000",
    ),
    _spec("copy_damaged", "a byte of what is copied to the node is another there, each time", _U, Scope.WIRE),
    _spec("authentication_fails", "every login is refused", _U, Scope.WIRE),
    _spec("host_key_changed", "the node shows another host key", _U, Scope.WIRE),
    _spec("connection_refused", "the management address refuses connections", _U, Scope.WIRE),
    _spec("slow_replies", "every reply is `seconds` of wall time late", _U, Scope.WIRE, seconds="2"),
)

FAULTS: dict[str, FaultSpec] = {spec.name: spec for spec in _CATALOGUE}
