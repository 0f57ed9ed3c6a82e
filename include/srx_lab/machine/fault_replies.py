"""Faults of what a node says: replies that tell of something the machine does not have, and of the wire."""

from __future__ import annotations

from srx_lab.machine.fault_spec import R, S, Scope, U, spec

REPLY_FAULTS = (
    # Replies that tell of something the machine does not have; `rpc` names the reply.
    spec(
        "reply_says",
        "every `element` of one reply says `text`",
        U,
        Scope.NODE,
        rpc="",
        element="",
        text="",
    ),
    spec(
        "reply_adds",
        "the body of one reply has an `element` more, which says `text`",
        U,
        Scope.NODE,
        rpc="",
        element="x-newer-than-this",
        text="something",
    ),
    spec("reply_empty", "one reply comes without content", U, Scope.NODE, rpc=""),
    spec(
        "install_pending",
        "a release was installed and waits for a reboot",
        U,
        Scope.NODE,
        release="22.4R3.25",
    ),
    spec("license_ends", "a license ends `in_s` seconds after the look", U, Scope.NODE, in_s="3600"),
    spec("multi_node_ha", "the node is a member of a multinode high availability pair", "[R]", Scope.NODE),
    spec("somebody_commits", "`user` commits a change of the configuration", R, Scope.CLUSTER, user="alice"),
    spec(
        "somebody_logs_in",
        "`user` logs in to a node from `origin`; `command` is what the list of users shows",
        R,
        Scope.PRIMARY,
        user="alice",
        origin="192.0.2.77",
        command="-cli (cli)",
    ),
    spec("commit_unconfirmed", "a commit waits for its confirmation", U, Scope.CLUSTER),
    spec("package_gone", "`package` is no longer installed", U, Scope.NODE, package="junos-idp"),
    spec("ha_link_encrypted", "the control link is encrypted by the configuration", S, Scope.CLUSTER),
    spec("no_graceful_restart", "graceful restart is not configured", U, Scope.CLUSTER),
    spec(
        "status_legend_flush_left",
        "the legend of `show chassis cluster status` is not indented (test data of ntc-templates)",
        "[R]",
        Scope.NODE,
    ),
)

WIRE_FAULTS = (
    # Between the node and its client.
    spec("netconf_refused", "the NETCONF subsystem is refused", U, Scope.WIRE),
    spec("netconf_hangs", "RPCs are taken and never answered", U, Scope.WIRE),
    spec(
        "netconf_cut_in_reply",
        "the connection is cut in the middle of a reply",
        U,
        Scope.WIRE,
        after_bytes="200",
    ),
    spec("netconf_garbage", "replies are not well-formed XML", U, Scope.WIRE),
    spec(
        "login_announcement",
        "the CLI greets with a `text`, as `set system login announcement` has it",
        "[D]",
        Scope.WIRE,
        text="##### Authorized use only > #",
    ),
    spec("c_shell", "the account's shell is a C shell until a Bourne shell is started", U, Scope.WIRE),
    spec("no_sftp", "the SFTP server is not enabled, SCP works", "[Y]", Scope.WIRE),
    spec(
        "copy_cut",
        "the connection is reset after `after_bytes` of a copy to the node, each time",
        U,
        Scope.WIRE,
        after_bytes="600000",
    ),
    spec("copy_damaged", "a byte of what is copied to the node is another there, each time", U, Scope.WIRE),
    spec("authentication_fails", "every login is refused", U, Scope.WIRE),
    spec("host_key_changed", "the node shows another host key", U, Scope.WIRE),
    spec("connection_refused", "the management address refuses connections", U, Scope.WIRE),
    spec("slow_replies", "every reply is `seconds` of wall time late", U, Scope.WIRE, seconds="2"),
)
