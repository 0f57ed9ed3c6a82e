"""The checks after an upgrade: releases, groups, cold sync, policies, and the comparison with the baseline.

Those that readiness has too are taken from there, so that one rule of the operator holds for both. What
differs from the baseline is found by ``domain.comparison.compare``; here it is one line a table, and expected
to be none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from srx_issu.checks.check import YES, ZERO, Check, InRange
from srx_issu.checks.frames import Frame, Subject
from srx_issu.checks.route_suites import SUITES
from srx_issu.checks.tables import every_check
from srx_issu.domain.checking import Severity, WhenUnknown
from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.phase import ISSU_PRIORITY, has_rebooted
from srx_issu.domain.cluster.state import ClusterState, Rows
from srx_issu.domain.comparison.difference import Difference
from srx_issu.domain.junos.version import same_release
from srx_issu.domain.recovery.found import was_under_way
from srx_issu.domain.upgrade.intent import Intent, Purpose

COMPARED = "unchanged"  # name of the check whose failures are told difference by difference

_AS_BEFORE = frozenset(
    {"node_reachable", "groups_known", "group_states", "group_priorities", "one_primary"}
    | {"monitor_failures", "cold_sync", "policies_in_sync"}
)
_FLAGS = frozenset({"no_manual_flag", "priority_as_configured"})


def post_checks(intent: Intent, before_state: ClusterState, *, flags_reset: bool) -> tuple[Check, ...]:
    """All of them. ``flags_reset``: after 'failover reset', so that no 255 and no manual flag may be left."""
    shared = SUITES[intent.route].asked(every_check(intent.policy))
    wanted = _AS_BEFORE | _FLAGS if flags_reset else _AS_BEFORE
    told_before = any(isinstance(answer, Rows) for _, answer in before_state.answers("policy_sync"))
    return (
        *_release_checks(intent.purpose),
        *(_softened(check, told_before) for check in shared if check.name in wanted),
        *(_priorities() if flags_reset else ()),
        _unchanged(),
    )


def only_post_checks() -> tuple[Check, ...]:
    """Those that readiness does not have."""
    return (*_release_checks(Purpose.UPGRADE), *_priorities(), _unchanged())


def _softened(check: Check, told_before: bool) -> Check:
    """A release that could not tell before is not blamed for not telling now."""
    if check.name == "policies_in_sync" and not told_before:
        return replace(check, when_unknown=WhenUnknown.SKIP)
    return check


def _release_checks(purpose: Purpose) -> tuple[Check, ...]:
    has_booted = "has rebooted since the baseline"
    if purpose is Purpose.RECOVER:
        has_booted += ", or ran the target or was booting then"
    return (
        Check(
            name="runs_target",
            what="the running release",
            table="after",
            column="runs_target",
            expect=YES,
            guide=True,
            good="runs {release}",
            bad="runs {release}, expected {target}",
            limit="{target}",
            remedy="see docs/runbook.md: one node may not have been upgraded",
        ),
        Check(
            name="has_rebooted",
            what="whether it has rebooted",
            table="after",
            column="rebooted",
            expect=YES,
            guide=True,
            good=has_booted,
            bad="has not rebooted since the baseline",
            limit="rebooted",
            remedy="look at 'show system uptime' of the node",
        ),
    )


def _priorities() -> tuple[Check, ...]:
    return (
        Check(
            name="priority_restored",
            what="whether RG{group} has its configured priority",
            table="priorities",
            column="difference",
            expect=ZERO,
            good="RG{group} has priority {priority} again",
            bad="RG{group} has priority {priority}, had {configured}",
            limit="{configured}",
            remedy="'request chassis cluster failover reset redundancy-group {group}'",
            when_unknown=WhenUnknown.SKIP,
        ),
    )


def _unchanged() -> Check:
    return Check(
        name=COMPARED,
        what="{about} after the upgrade",
        table="comparison",
        column="findings",
        expect=InRange(minimum=0, maximum=0),
        good="{about} as before",
        bad="{findings} differences in {about}",
        limit="as before",
        severity=Severity.WARN,
    )


def after_frame(before: Snapshot, subject: Subject) -> Frame:
    """Two rows: release and reboot of each node."""
    frame = Frame("after", ("node", "about", "runs_target", "release", "target", "rebooted"))
    target = subject.intent.image.release
    for node in NodeName:
        view = subject.view(node)
        why = subject.silence(node) or "not shown"
        known = view.release is not None
        booted = view.booted_at is not None and before.view(node).booted_at is not None
        half_way = was_under_way(subject.intent, before.view(node))
        frame.add(
            {
                "node": node.value,
                "about": node.value,
                "release": view.release,
                "target": target,
                "runs_target": same_release(view.release or "", target) if known else None,
                "rebooted": half_way or (has_rebooted(before.view(node), view) if booted else None),
            },
            {"runs_target": why, "rebooted": why},
        )
    return frame


def priorities_frame(before: Snapshot, after: Snapshot) -> Frame:
    """A row a member: its priority now against the configured one, where the baseline showed that."""
    frame = Frame("priorities", ("node", "about", "group", "priority", "configured", "difference"))
    for group_id in after.group_ids:
        group, old = after.group(group_id), before.group(group_id)
        for member in group.members if group else ():
            was = old.member(member.node) if old else None
            configured = was.priority if was and was.priority not in (0, ISSU_PRIORITY) else None
            known = member.priority is not None and configured is not None
            frame.add(
                {
                    "node": member.node.value,
                    "about": f"RG{group_id}",
                    "group": group_id,
                    "priority": member.priority,
                    "configured": configured,
                    "difference": abs((member.priority or 0) - (configured or 0)) if known else None,
                },
                {"difference": "not shown, or the baseline's was not the configured one"},
            )
    return frame


def comparison_frame(tables: Iterable[str], findings: Iterable[Difference]) -> Frame:
    """A row a table: how many differences count."""
    frame = Frame("comparison", ("node", "about", "findings"))
    found = [difference.table for difference in findings]
    for table in tables:
        frame.add({"about": table, "findings": found.count(table)})
    return frame
