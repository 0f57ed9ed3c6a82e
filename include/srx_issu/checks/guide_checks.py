"""What the ISSU guide demands before an ISSU: nodes, groups, disk, load, eligibility.

``guide=True``: the ISSU would end at its beginning without it, or the guide calls for it by name, so not
knowing it blocks too. Rows and columns are made in ``node_frame``, ``group_frames``,
``part_frames`` and ``cluster_frame``.
"""

from __future__ import annotations

from srx_issu.checks.check import YES, ZERO, AtLeastColumn, Check, InRange, NoneOf, OneOf
from srx_issu.checks.words import percent
from srx_issu.domain.checking import Severity
from srx_issu.domain.intent import Limits
from srx_issu.domain.support import InService


def guide_checks(limits: Limits) -> tuple[Check, ...]:
    """The guide's preconditions, with the figures of this cluster's policy."""
    return (*_nodes_answer(), *_groups(), *_resources(limits), *_eligibility())


def _nodes_answer() -> tuple[Check, ...]:
    return (
        Check(
            name="node_reachable",
            what="reachability",
            table="nodes",
            column="reachable",
            expect=YES,
            guide=True,
            good="answers at its own address",
            limit="answers at its own address",
            bad="does not answer us at its own address: {reachable_text}",
            remedy="check the node, its fxp0 address in the inventory, the route back (backup-router), and "
            "the connection's login and host keys",
        ),
        Check(
            name="model_as_in_inventory",
            what="the model",
            table="nodes",
            column="model_matches",
            expect=YES,
            guide=True,
            good="model is {model_text}",
            bad="model is {model_text}, the inventory has {model_wanted}",
            limit="model of the inventory",
            remedy="correct the inventory, or the addresses in it",
        ),
        Check(
            name="image_for_model",
            what="whether the image fits the model",
            table="nodes",
            column="image_fits",
            expect=YES,
            guide=True,
            good="the image is made for {model_text}",
            bad="model is {model_text}, but the image is made for {image_text}",
            limit="image for this model",
            remedy="choose an image of this model's family",
        ),
    )


def _groups() -> tuple[Check, ...]:
    return (
        Check(
            name="groups_known",
            what="the redundancy groups",
            table="cluster",
            column="groups",
            expect=InRange(minimum=1),
            guide=True,
            good="has {groups} redundancy groups",
            bad="neither node shows a redundancy group{groups_text}",
            limit="at least 1",
            remedy="is chassis cluster enabled? 'show chassis cluster status'",
        ),
        Check(
            name="group_states",
            what="state in RG{group}",
            table="members",
            column="state",
            guide=True,
            expect=OneOf(values=("primary", "secondary")),
            good="RG{group} is {state}",
            bad="RG{group} is {state}{view}",
            limit="primary or secondary",
            remedy="{state_remedy}",
        ),
        Check(
            name="group_priorities",
            what="priority in RG{group}",
            table="members",
            column="priority",
            expect=InRange(minimum=1),
            guide=True,
            limit="above 0",
            good="RG{group} has priority {priority}",
            bad="RG{group} has priority {priority}: it cannot take over{view}",
            remedy="look at the monitor failures in 'show chassis cluster status'",
        ),
        Check(
            name="one_primary",
            what="the primary of RG{group}",
            table="groups",
            column="claims",
            expect=InRange(minimum=1, maximum=1),
            guide=True,
            good="RG{group} has one primary",
            bad="{claims_text} claims to be primary of RG{group}",
            limit="exactly one node",
            remedy="do not start anything; look at 'show chassis cluster status' on both nodes",
        ),
        Check(
            name="monitor_failures",
            what="monitor failures in RG{group}",
            table="members",
            column="failures",
            expect=ZERO,
            good="RG{group} has no monitor failure",
            bad="RG{group} has monitor failures {failures_text}{view}",
            limit="none",
            remedy="'show chassis cluster information detail' tells what failed",
        ),
        Check(
            name="groups_together",
            what="where the groups are primary",
            table="cluster",
            column="consolidated",
            expect=YES,
            severity=Severity.INFO,
            good="{consolidated_text}",
            bad="{consolidated_text}: this release does not bring the groups to one node itself",
            limit="all groups on one node",
            remedy="the upgrade does it first, by manual failover",
        ),
    )


def _resources(limits: Limits) -> tuple[Check, ...]:
    return (
        Check(
            name="var_tmp_space",
            what="free space in /var/tmp",
            table="nodes",
            column="free_bytes",
            guide=True,
            expect=AtLeastColumn(column="needed_bytes"),
            limit="{needed_text}",
            good="/var/tmp has {space_text} free, needs {needed_text}",
            bad="/var/tmp has {space_text} free, needs {needed_text}",
            remedy="delete old images or run 'request system storage cleanup'",
        ),
        Check(
            name="cpu_load",
            what="load of the routing engine",
            table="nodes",
            column="cpu_percent",
            guide=True,
            expect=InRange(maximum=limits.cpu_block_percent, below=True),
            good="routing engine load is {cpu_text}",
            bad="routing engine load is {cpu_text}, must be under " + percent(limits.cpu_block_percent),
            limit=f"under {percent(limits.cpu_block_percent)}",
            remedy="wait for a quieter time; 'show system processes extensive' tells who is busy",
        ),
        Check(
            name="cpu_recommended",
            what="load of the routing engine",
            table="nodes",
            column="cpu_percent",
            severity=Severity.WARN,
            expect=InRange(maximum=limits.cpu_warn_percent, below=True),
            good="routing engine load is {cpu_text}",
            bad="routing engine load is {cpu_text}, recommended is under " + percent(limits.cpu_warn_percent),
            limit=f"under {percent(limits.cpu_warn_percent)}",
            remedy="prefer a quieter time",
        ),
    )


def _eligibility() -> tuple[Check, ...]:
    return (
        Check(
            name="releases_equal",
            what="whether both releases are equal",
            table="cluster",
            column="releases_equal",
            expect=YES,
            guide=True,
            good="{releases_text}",
            bad="{releases_text}: an upgrade has stopped half way",
            limit="the same release on both nodes",
            remedy="bring both nodes to one release first (docs/runbook.md)",
        ),
        Check(
            name="release_is_later",
            what="whether the image is later than the running release",
            table="cluster",
            column="target_is_later",
            expect=YES,
            guide=True,
            good="{later_text}",
            bad="{later_text}",
            limit="later than the running release",
            remedy="an ISSU goes to a later release only; downgrades need 'request system software add'",
        ),
        Check(
            name="eligible",
            what="support for this upgrade",
            table="cluster",
            column="support",
            guide=True,
            expect=OneOf(values=(InService.ISSU.value, InService.ASK.value)),
            good="{support_text}",
            bad="{support_text}",
            limit="ISSU supported",
            remedy="see policy/support.yaml and the guide's Table 1",
        ),
        Check(
            name="eligibility_documented",
            what="support for this upgrade",
            table="cluster",
            column="support",
            asks=True,
            severity=Severity.WARN,
            expect=NoneOf(values=(InService.ASK.value,)),
            good="the support matrix decides",
            bad="{support_text}",
            limit="documented",
            remedy="a person must approve; KB17946 and the release notes tell more",
        ),
    )
