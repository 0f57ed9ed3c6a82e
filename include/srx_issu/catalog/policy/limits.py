"""``policy/limits.yaml``: deadlines, limits and tolerances, for the fleet and for parts of it.

What the figures do is the business of the steps, sensors and checks that use them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated

from pydantic import AfterValidator, Field

from srx_issu.catalog.campaigns.entries import NotifyEntry
from srx_issu.catalog.faults import Checked
from srx_issu.catalog.fields import FigureName, FileEntry, ModelName, Name, Percent, Seconds, wrong
from srx_issu.catalog.policy.levels import Inventory, Levels, read_levels, report_unknown_tables
from srx_issu.catalog.policy.matrix import RangeEntry
from srx_issu.domain.upgrade.intent import (
    ImageValidation,
    Limits,
    NotifierRule,
    Policy,
    StartMethod,
    Timers,
    Tolerance,
    WhenRefused,
)

MOST_CPU_PERCENT = 80  # guide: under 80 % within 5 s
LEAST_DISK_FACTOR = 2  # guide: double the image size in /var/tmp


def _cpu_of_the_guide(percent: float) -> float:
    if percent > MOST_CPU_PERCENT:
        remedy = f"write {MOST_CPU_PERCENT} or less: Junos looks by itself, and refuses then"
        raise wrong(f"{percent:g} is more than the {MOST_CPU_PERCENT} % that the ISSU guide allows", remedy)
    return percent


def _room_of_the_guide(factor: float) -> float:
    if factor < LEAST_DISK_FACTOR:
        remedy = f"write {LEAST_DISK_FACTOR} or more: Junos looks by itself, and refuses then"
        raise wrong(f"{factor:g} is less than the double image size that the ISSU guide wants", remedy)
    return factor


BlockPercent = Annotated[Percent, AfterValidator(_cpu_of_the_guide)]
DiskFactor = Annotated[float, Field(ge=1, le=20), AfterValidator(_room_of_the_guide)]


class TimersEntry(FileEntry):
    """Deadlines and intervals, seconds."""

    poll_s: Seconds | None = Field(None, description="Between two looks at a node while waiting.")
    connect_s: Seconds | None = Field(None, description="To open an SSH session.")
    rpc_s: Seconds | None = Field(None, description="For one answer.")
    secondary_upgrade_s: Seconds | None = Field(
        None, description="From the start until the secondary runs the new release; more than the hold timer."
    )
    cold_sync_s: Seconds | None = Field(
        None, description="For the upgraded secondary's cold synchronization."
    )
    switchover_s: Seconds | None = Field(None, description="For all groups to move to the upgraded node.")
    primary_upgrade_s: Seconds | None = Field(None, description="Until the old primary runs the new release.")
    resync_s: Seconds | None = Field(None, description="For the cold synchronization after that.")
    install_s: Seconds | None = Field(
        None, description="For an image to be installed on one node, its validation included."
    )
    boot_s: Seconds | None = Field(
        None, description="For a node to be back from a reboot by itself, and to say what it runs."
    )
    commit_s: Seconds | None = Field(
        None, description="For a commit of a route to show on the nodes that it concerns."
    )
    outage_s: Seconds | None = Field(
        None, description="For the traffic to move between two nodes that are taken apart."
    )
    person_s: Seconds | None = Field(
        None, description="How long a person at the cables, or at a halted node, is waited for."
    )
    shortest_boot_s: Seconds | None = Field(
        None, description="No node is back sooner: both nodes of a dual reboot are down by then."
    )
    rg0_hold_down_s: Seconds | None = Field(
        None, description="How long RG0 stays in secondary-hold; longer where the cluster configures it."
    )
    group_settle_s: Seconds | None = Field(None, description="For a group to settle after a failover.")
    convergence_s: Seconds | None = Field(None, description="For sessions, VPNs and routes to come back.")
    approval_s: Seconds | None = Field(None, description="How long an approval is waited for.")
    lease_s: Seconds | None = Field(None, description="How long a dead owner keeps the cluster.")
    worst_case_s: Seconds | None = Field(
        None,
        description="Of an ISSU. A window with less time left is not used; what RG0's configured hold-down "
        "has more than `rg0_hold_down_s` is added, twice.",
    )
    icu_worst_case_s: Seconds | None = Field(None, description="The same of an ICU.")
    minimal_downtime_worst_case_s: Seconds | None = Field(
        None, description="The same of the minimal downtime procedure, the person at the cables included."
    )
    dual_reboot_worst_case_s: Seconds | None = Field(
        None, description="The same of a dual reboot: two installs, one boot of both, and their cold sync."
    )
    node_permit_s: Seconds | None = Field(
        None,
        description="Of the node's clock: a start that arrives later does nothing. More than 30 is for "
        "clusters whose clocks run faster.",
    )


class LimitsEntry(FileEntry):
    """Figures that readiness is judged by."""

    cpu_block_percent: BlockPercent | None = Field(
        None,
        description="RE CPU at or above this: not ready. At most 80, the guide's.",
        json_schema_extra={"maximum": MOST_CPU_PERCENT},
    )
    cpu_warn_percent: Percent | None = Field(None, description="RE CPU at or above this: a warning.")
    cpu_samples: int | None = Field(None, ge=1, le=100, description="How often the CPU is looked at.")
    cpu_sample_interval_s: Seconds | None = Field(None, description="Between two samples.")
    spu_percent: Percent | None = Field(None, description="SPU load above this: a warning.")
    disk_factor: DiskFactor | None = Field(
        None,
        description="Free space in /var/tmp, in images. At least 2, the guide's.",
        json_schema_extra={"minimum": LEAST_DISK_FACTOR},
    )
    clock_skew_s: float | None = Field(None, ge=0, le=86_400, description="Between the two nodes' clocks.")
    rto_interval_s: Seconds | None = Field(None, description="Between two readings of the RTO counters.")
    baseline_samples: int | None = Field(
        None, ge=1, le=100, description="How often sessions, routes and the like are counted before."
    )
    baseline_interval_s: Seconds | None = Field(None, description="Between two of these.")
    readiness_age_s: Seconds | None = Field(
        None, description="An older assessment is made again before the ISSU is started."
    )


class EvidenceRulesEntry(FileEntry):
    """What is kept of a failure for Juniper's support."""

    collect: bool | None = Field(None, description="Whether evidence is taken from the nodes at a failure.")
    most_s: Seconds | None = Field(None, description="For all of it; what was not read by then is missing.")
    file_bytes: int | None = Field(
        None, ge=1024, le=64 * 1024 * 1024, description="Kept of each file, its newest part."
    )
    log_lines: int | None = Field(
        None, ge=1, le=1_000_000, description="Asked for of each log, its newest lines."
    )
    bytes_per_s: int | None = Field(
        None, ge=1024, le=1024 * 1024 * 1024, description="Read from each node, at most."
    )
    cpu_percent: Percent | None = Field(
        None, description="A node that carries all the traffic at this RE CPU or more is left alone."
    )
    support_information: bool | None = Field(
        None, description="After the recovery also `request support information`, 5 to 15 minutes a node."
    )
    support_information_s: Seconds | None = Field(None, description="How long that may take on a node.")
    traceoptions: bool | None = Field(
        None,
        description="Commit chassis cluster traceoptions before the ISSU, and take them back at the end.",
    )
    trace_file_mb: int | None = Field(None, ge=1, le=999, description="Size of each of their files, MB.")
    trace_files: int | None = Field(None, ge=2, le=999, description="How many of these a node keeps.")
    bundle: bool | None = Field(
        None,
        description="Keep every answer, before and after, as `srx-issu record` does: one look more each.",
    )


class ToleranceEntry(FileEntry):
    """How far a figure may differ after the upgrade."""

    lost_percent: Percent | None = Field(0.0, description="How much less; empty = no limit.")
    gained_percent: float | None = Field(None, ge=0, description="How much more; empty = no limit.")
    absolute: float = Field(0.0, ge=0, description="Differences up to this are always fine.")


class SettingsEntry(FileEntry):
    """What a level may say."""

    timers: TimersEntry = Field(default_factory=TimersEntry)
    limits: LimitsEntry = Field(default_factory=LimitsEntry)
    tolerances: dict[FigureName, ToleranceEntry] = Field(
        default_factory=dict, description="By table, or table.field for one figure."
    )
    evidence: EvidenceRulesEntry = Field(
        default_factory=EvidenceRulesEntry, description="What is kept of a failure for Juniper's support."
    )
    start_method: StartMethod | None = Field(
        None, description="How the ISSU is asked for; `rpc` only by choice."
    )
    answered_prompts: tuple[Annotated[str, Field(min_length=12, max_length=300)], ...] | None = Field(
        None,
        description="Words of questions of the ISSU's command that are answered yes, once each, while both "
        "nodes run the old release; any other is a person's.",
    )
    notify: tuple[NotifyEntry, ...] | None = Field(
        None,
        description="Who is told at once when somebody else is at work during the ISSU, and when somebody "
        "must go to the cables; the log always.",
    )
    unlink_image: bool | None = Field(None, description="Have Junos delete the image, where it can.")
    no_tcp_syn_check: bool | None = Field(
        None,
        description="Whether an ICU switches TCP SYN checks off, so that sessions may go on behind its "
        "outage; the node switches them on again by itself, after 7,200 s.",
    )
    fail_back_rg0: bool | None = Field(
        None, description="Whether RG0 goes back, too: one more switchover of the control plane."
    )
    validate_image: ImageValidation | None = Field(
        None, description="Whether the node validates the image before people are asked, and what a no means."
    )
    snapshot_refused: WhenRefused | None = Field(
        None, description="What to do when a platform refuses the snapshot of its software."
    )


class PlatformSettingsEntry(SettingsEntry):
    """Settings for some models, and for images of some releases."""

    models: tuple[ModelName, ...] = Field(min_length=1)
    releases: RangeEntry = Field(default_factory=RangeEntry, description="Of the image; none = all.")


class LimitsFile(FileEntry):
    """policy/limits.yaml."""

    fleet: SettingsEntry | None = Field(None, description="Holds for every cluster.")
    platforms: tuple[PlatformSettingsEntry, ...] | None = None
    groups: dict[Name, SettingsEntry] | None = Field(None, description="By inventory group.")
    clusters: dict[Name, SettingsEntry] | None = Field(None, description="By cluster.")


def merge(levels: Iterable[SettingsEntry]) -> Policy:
    """Later levels override; what none says keeps the software's own default."""
    policy = Policy(timers=Timers(), limits=Limits(), tolerances={})
    for level in levels:
        tolerances = {table: Tolerance(**entry.model_dump()) for table, entry in level.tolerances.items()}
        policy = replace(
            policy,
            timers=replace(policy.timers, **level.timers.model_dump(exclude_none=True)),
            limits=replace(policy.limits, **level.limits.model_dump(exclude_none=True)),
            tolerances=policy.tolerances | tolerances,
            evidence=replace(policy.evidence, **level.evidence.model_dump(exclude_none=True)),
            start_method=level.start_method or policy.start_method,
            answered_prompts=(
                policy.answered_prompts if level.answered_prompts is None else level.answered_prompts
            ),
            notify=(
                policy.notify
                if level.notify is None
                else tuple(NotifierRule(**entry.model_dump()) for entry in level.notify)
            ),
            unlink_image=policy.unlink_image if level.unlink_image is None else level.unlink_image,
            no_tcp_syn_check=(
                policy.no_tcp_syn_check if level.no_tcp_syn_check is None else level.no_tcp_syn_check
            ),
            fail_back_rg0=policy.fail_back_rg0 if level.fail_back_rg0 is None else level.fail_back_rg0,
            validate_image=level.validate_image or policy.validate_image,
            snapshot_refused=level.snapshot_refused or policy.snapshot_refused,
        )
    return policy


def read_limits(checked: Checked, inventory: Inventory) -> Levels[SettingsEntry]:
    """The sound part of the file; the faults are left in ``checked``."""
    levels = read_levels(checked, SettingsEntry, PlatformSettingsEntry, inventory)
    for entry, place in levels.placed():
        report_unknown_tables(checked, entry.tolerances, *place, "tolerances")
    return levels
