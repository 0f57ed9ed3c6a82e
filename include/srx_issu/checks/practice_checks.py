"""What experience adds to the guide's preconditions (dossier, section 9).

Whether not knowing blocks, warns or is skipped is each check's default and the operator's to change: older
releases cannot tell everything. Rows and columns are made in ``node_frame``, ``group_frames``,
``part_frames`` and ``cluster_frame``.
"""

from __future__ import annotations

from srx_issu.checks.check import NO, YES, ZERO, Check, InRange, NoneOf, OneOf
from srx_issu.checks.words import percent, span
from srx_issu.domain.checking import CheckRules, Severity, WhenUnknown
from srx_issu.domain.intent import Limits, Timers

BLOCK, WARN, INFO = Severity.BLOCK, Severity.WARN, Severity.INFO
SKIP = WhenUnknown.SKIP


def practice_checks(limits: Limits, timers: Timers, rules: CheckRules) -> tuple[Check, ...]:
    """All of them, with the figures of this cluster's policy."""
    return (
        *_synchronisation(),
        *_links(),
        *_left_overs(),
        *_alarms(),
        *_people(),
        *_hardware(),
        *_loads(limits),
        *_unsupported(),
        *_equalities(limits),
        *_settled(rules),
        *_window(timers),
        *_routing(),
    )


def _window(timers: Timers) -> tuple[Check, ...]:
    return (
        Check(
            name="window_long_enough",
            what="time left in the window",
            table="cluster",
            column="window_left_s",
            when_unknown=SKIP,
            expect=InRange(minimum=timers.worst_case_s),
            good="the window leaves {window_text}",
            bad="the window leaves {window_text}, the worst case takes {worst_case_text}",
            limit=span(timers.worst_case_s),
            remedy="choose a longer window",
        ),
    )


def _synchronisation() -> tuple[Check, ...]:
    return (
        Check(
            name="cold_sync",
            what="cold synchronization",
            table="nodes",
            column="cold_sync_complete",
            expect=YES,
            when_unknown=WhenUnknown.BLOCK,
            good="cold synchronization is complete",
            bad="cold synchronization is not complete ({cold_sync_text})",
            limit="complete",
            remedy="wait for it: 'show chassis cluster information detail coldsync'",
        ),
        Check(
            name="config_sync",
            what="configuration synchronization",
            table="nodes",
            column="config_synced",
            expect=YES,
            when_unknown=SKIP,
            good="configuration synchronization is good",
            bad="configuration synchronization failed ({config_sync_text})",
            limit="successful",
            remedy="'show chassis cluster information configuration-synchronization', then commit again",
        ),
        Check(
            name="policies_in_sync",
            what="whether {about} holds the policies",
            table="pfes",
            column="in_sync",
            expect=YES,
            good="{about} holds the routing engine's policies",
            bad="{about} does not hold the routing engine's policies ({words})",
            limit="in sync",
            remedy="'request security policies resync', then 'request security policies check'",
        ),
        Check(
            name="monitoring_failures",
            what="monitoring failures",
            table="nodes",
            column="failures",
            expect=ZERO,
            good="no monitoring failure",
            bad="monitoring shows {failures_text}",
            limit="none",
            remedy="'show chassis cluster information' tells since when",
        ),
    )


def _links() -> tuple[Check, ...]:
    return (
        Check(
            name="control_link",
            what="state of the {link}",
            table="control_link",
            column="is_up",
            expect=YES,
            good="{link} is up",
            bad="{link} is {link_text}",
            limit="Up",
            remedy="check cable and port; 'show chassis cluster interfaces'",
        ),
        Check(
            name="control_interfaces",
            what="state of {link}",
            table="control_interfaces",
            column="is_up",
            expect=YES,
            severity=WARN,
            when_unknown=SKIP,
            good="{link} is up",
            bad="{link} is {link_text}",
            limit="Up",
            remedy="a second control link that is not cabled may be ignored in policy/checks.yaml",
        ),
        Check(
            name="fabric_links",
            what="state of {link}",
            table="fabric_links",
            column="is_up",
            expect=YES,
            good="{link} is up",
            bad="{link} is {link_text}",
            limit="Up / Up (physical / monitored)",
            remedy="check cable and port; 'show chassis cluster interfaces'",
        ),
        Check(
            name="heartbeat_errors",
            what="growth of heartbeat errors",
            table="nodes",
            column="heartbeat_errors",
            expect=ZERO,
            good="heartbeat errors do not rise",
            limit="no new errors",
            bad="{heartbeat_errors} new heartbeat errors while looking ({heartbeat_text})",
            remedy="the control link loses packets: check cable, port and peer",
        ),
    )


def _left_overs() -> tuple[Check, ...]:
    return (
        Check(
            name="no_issu_in_progress",
            what="whether an ISSU is in progress",
            table="nodes",
            column="issu_in_progress",
            expect=NO,
            when_unknown=WhenUnknown.BLOCK,
            good="no ISSU is in progress",
            bad="an ISSU is in progress ({issu_text})",
            limit="none",
            remedy="if it is stale: 'request chassis cluster in-service-upgrade abort' on both nodes",
        ),
        Check(
            name="no_manual_flag",
            what="manual failover flag of RG{group}",
            table="members",
            column="manual",
            expect=NO,
            good="RG{group} has no manual failover flag",
            bad="RG{group} has the manual failover flag",
            limit="no",
            remedy="'request chassis cluster failover reset redundancy-group {group}'",
        ),
        Check(
            name="priority_as_configured",
            what="priority in RG{group}",
            table="members",
            column="priority",
            expect=NoneOf(values=(255,)),
            good="RG{group} has priority {priority}",
            limit="not 255",
            bad="RG{group} has priority 255, left by a manual failover or an ISSU",
            remedy="'request chassis cluster failover reset redundancy-group {group}'",
        ),
        Check(
            name="multi_node_ha",
            what="use of multinode high availability",
            table="nodes",
            column="multi_node_ha",
            expect=NO,
            good="is no multinode high availability node",
            bad="runs multinode high availability ({mnha_text}): this ISSU is for chassis clusters only",
            limit="not in use",
            remedy="upgrade an MNHA pair node by node, by its own procedure",
        ),
    )


def _alarms() -> tuple[Check, ...]:
    return (
        Check(
            name="major_alarms",
            what="major alarms",
            table="nodes",
            column="major_alarms",
            expect=ZERO,
            good="no major alarm",
            bad="major alarm: {major_text}",
            limit="none",
            remedy="'show chassis alarms' and 'show system alarms'; clear the cause first",
        ),
        Check(
            name="minor_alarms",
            what="minor alarms",
            table="nodes",
            column="minor_alarms",
            expect=ZERO,
            severity=WARN,
            good="no minor alarm",
            bad="minor alarm: {minor_text}",
            limit="none",
            remedy="review 'show system alarms'",
        ),
        Check(
            name="fresh_core_dumps",
            what="fresh core dumps",
            table="nodes",
            column="fresh_cores",
            expect=ZERO,
            good="no fresh core dump",
            bad="{fresh_cores} fresh core dumps: {cores_text}",
            limit="none",
            remedy="find out what crashed, move the file away: 'show system core-dumps'",
        ),
        Check(
            name="ha_led",
            what="HA LED",
            table="nodes",
            column="led_green",
            expect=YES,
            severity=WARN,
            good="HA LED is green",
            bad="HA LED is {led_text}",
            limit="Green",
            remedy="'show chassis cluster information' gives the reason",
        ),
    )


def _people() -> tuple[Check, ...]:
    return (
        Check(
            name="nobody_configuring",
            what="users in configure mode",
            table="nodes",
            column="configuring",
            expect=ZERO,
            good="nobody is in configure mode",
            bad="in configure mode: {configuring_text}",
            limit="nobody",
            remedy="ask them to leave; nothing can be committed during an ISSU",
        ),
        Check(
            name="no_exclusive_lock",
            what="exclusive locks of the configuration",
            table="nodes",
            column="exclusive",
            expect=ZERO,
            good="nobody holds the configuration exclusively",
            bad="configured exclusively by {exclusive_text}",
            limit="nobody",
            remedy="ask them to leave: nothing else can be committed",
        ),
        Check(
            name="nobody_logged_in",
            what="users logged in",
            table="nodes",
            column="logins",
            expect=ZERO,
            severity=INFO,
            when_unknown=SKIP,
            good="nobody else is logged in",
            bad="logged in: {logins_text}",
            limit="nobody",
        ),
        Check(
            name="no_pending_commit",
            what="pending commits",
            table="nodes",
            column="commit_pending",
            expect=NO,
            good="no commit is pending",
            bad="a commit waits: {commit_text}",
            limit="none",
            remedy="confirm it or let it roll back ('show system commit')",
        ),
        Check(
            name="no_pending_install",
            what="pending installs",
            table="nodes",
            column="installs",
            expect=ZERO,
            when_unknown=SKIP,
            good="no installed release waits for a reboot",
            bad="an installed release waits for a reboot: {install_text}",
            limit="none",
            remedy="'request system software rollback', or reboot the node in a window of its own",
        ),
        Check(
            name="nothing_uncommitted",
            what="uncommitted changes",
            table="nodes",
            column="uncommitted_lines",
            expect=ZERO,
            good="nothing uncommitted",
            bad="{uncommitted_lines} uncommitted lines in {candidate_text}",
            limit="no candidate changes",
            remedy="'show | compare', then commit or rollback 0",
        ),
    )


def _hardware() -> tuple[Check, ...]:
    return (
        Check(
            name="pics_online",
            what="state of {about}",
            table="pics",
            column="state",
            expect=OneOf(values=("Online",)),
            good="{about} is online",
            bad="{about} ({kind}) is {state}",
            limit="Online",
            remedy="bring it online, or ignore it in policy/checks.yaml if it is meant to be offline",
        ),
    )


def _loads(limits: Limits) -> tuple[Check, ...]:
    """One node alone carries the traffic while the other reboots."""
    return (
        Check(
            name="spu_load",
            what="load of {about}",
            table="spus",
            column="busy_percent",
            expect=InRange(maximum=limits.spu_percent),
            severity=WARN,
            when_unknown=SKIP,
            good="{about} is {busy_percent} % busy",
            bad="{about} is {busy_percent} % busy: one node may not carry the traffic of both",
            limit=f"at most {percent(limits.spu_percent)}",
            remedy="choose a quieter time ('show security monitoring')",
        ),
        Check(
            name="spu_sessions",
            what="sessions of {about}",
            table="spus",
            column="sessions_percent",
            expect=InRange(maximum=limits.spu_percent),
            severity=WARN,
            when_unknown=SKIP,
            good="{about} has {sessions_text} sessions",
            bad="{about} has {sessions_text} sessions: one node may not hold the sessions of both",
            limit=f"at most {percent(limits.spu_percent)} of its maximum",
            remedy="choose a quieter time ('show security monitoring')",
        ),
    )


def _unsupported() -> tuple[Check, ...]:
    """The guide: unsupported PICs restart, unsupported protocols may lose packets; the ISSU only warns."""
    return (
        Check(
            name="pics_support_issu",
            what="whether {about} supports ISSU",
            table="pics",
            column="unsupported",
            expect=NO,
            severity=WARN,
            when_unknown=SKIP,
            good="{about} is of no kind that restarts in an ISSU",
            bad="{about} ({kind}) does not support ISSU: it restarts during the upgrade",
            limit="not in issu_unsupported_pics",
            remedy="expect an interruption on its ports",
        ),
        Check(
            name="protocols_support_issu",
            what="whether the routing protocols support ISSU",
            table="cluster",
            column="unsupported_protocols",
            expect=ZERO,
            severity=WARN,
            when_unknown=SKIP,
            good="no protocol is configured that loses packets in an ISSU",
            bad="{unsupported_protocols_text} may lose packets during the upgrade: no ISSU support",
            limit="none of issu_unsupported_protocols",
            remedy="expect packet loss for it",
        ),
    )


def _equalities(limits: Limits) -> tuple[Check, ...]:
    def equal(name: str, what: str, text: str, remedy: str, severity: Severity = BLOCK) -> Check:
        return Check(
            name=f"{name}_equal",
            what=f"whether {what} are equal",
            table="cluster",
            column=f"{name}_equal",
            expect=YES,
            severity=severity,
            when_unknown=WhenUnknown.WARN,
            good=f"{what} are equal on both nodes",
            bad=f"{what} differ: {text}",
            limit="equal on both nodes",
            remedy=remedy,
        )

    return (
        equal("engines", "routing engines", "{engines_text}", "ISSU needs two nodes of the same hardware"),
        equal("pics", "PICs", "{pics_text}", "put the same cards into the same slots"),
        equal("modules", "hardware modules", "{modules_text}", "compare 'show chassis hardware'", WARN),
        equal("signatures", "signature packages", "{signatures_text}", "install the same on both nodes"),
        equal("licences", "licences", "{licences_text}", "install the missing licence"),
        Check(
            name="clocks_equal",
            what="difference of the clocks",
            table="cluster",
            column="clock_skew_s",
            expect=InRange(maximum=limits.clock_skew_s),
            good="clocks are {skew_text} apart",
            bad="clocks are {skew_text} apart",
            limit=f"at most {span(limits.clock_skew_s)}",
            remedy="let both nodes follow NTP",
        ),
    )


def _settled(rules: CheckRules) -> tuple[Check, ...]:
    return (
        Check(
            name="uptime",
            what="uptime",
            table="nodes",
            column="uptime_s",
            expect=InRange(minimum=rules.settled_uptime_s),
            severity=WARN,
            good="up for {uptime_text}",
            bad="up for only {uptime_text}",
            limit=f"at least {span(rules.settled_uptime_s)}",
            remedy="find out why it rebooted",
        ),
        Check(
            name="clock_follows_ntp",
            what="time source",
            table="nodes",
            column="clock_is_ntp",
            expect=YES,
            severity=INFO,
            when_unknown=SKIP,
            good="clock follows NTP",
            bad="clock follows {time_source_text}",
            limit="NTP CLOCK",
            remedy="configure NTP, so that logs of both nodes compare",
        ),
    )


def _routing() -> tuple[Check, ...]:
    return (
        Check(
            name="graceful_restart",
            what="graceful restart",
            table="cluster",
            column="graceful_restart",
            expect=YES,
            severity=WARN,
            when_unknown=SKIP,
            good="graceful restart is configured, or no routing protocol is",
            bad="{protocols_text} without graceful restart: adjacencies will be lost at the switchover",
            limit="configured (recommended by the guide)",
            remedy="'set routing-options graceful-restart', on the neighbours too",
        ),
    )
