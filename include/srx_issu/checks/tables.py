"""Every table that readiness is judged by, and every check over them: the one list of both."""

from __future__ import annotations

from srx_issu.checks.check import Check
from srx_issu.checks.cluster.table import cluster_checks, cluster_frame
from srx_issu.checks.frames import Frame, Subject
from srx_issu.checks.groups.members import member_checks, members_frame
from srx_issu.checks.groups.primaries import group_checks, groups_frame
from srx_issu.checks.hardware.links import link_checks, link_frames
from srx_issu.checks.hardware.pfes import pfe_checks, pfes_frame
from srx_issu.checks.hardware.pics import pic_checks, pics_frame
from srx_issu.checks.hardware.spus import spu_checks, spus_frame
from srx_issu.checks.nodes.table import node_checks, nodes_frame
from srx_issu.domain.upgrade.intent import Policy


def every_frame(subject: Subject) -> tuple[Frame, ...]:
    return (
        nodes_frame(subject),
        members_frame(subject),
        groups_frame(subject),
        cluster_frame(subject),
        *link_frames(subject),
        pics_frame(subject),
        pfes_frame(subject),
        spus_frame(subject),
    )


def every_check(policy: Policy) -> tuple[Check, ...]:
    """With the figures of this cluster's policy; what the guide itself demands comes first."""
    checks = (
        *node_checks(policy),
        *member_checks(),
        *group_checks(),
        *cluster_checks(policy),
        *link_checks(),
        *pic_checks(),
        *pfe_checks(),
        *spu_checks(policy),
    )
    return tuple(sorted(checks, key=lambda check: not check.guide))
