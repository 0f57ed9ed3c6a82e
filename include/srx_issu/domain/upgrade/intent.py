"""What one upgrade is meant to do: cluster, image, and the policy that holds, fixed when it starts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import assert_never

from srx_issu.domain.approvals.rule import Approvals, CampaignApproval
from srx_issu.domain.checking import CheckRules
from srx_issu.domain.cluster.model import Cluster, Image
from srx_issu.domain.failure.rules import FailureRules
from srx_issu.domain.upgrade.commands import SoftwareFamily
from srx_issu.domain.upgrade.route import Route
from srx_issu.domain.upgrade.support import SupportMatrix


class Purpose(StrEnum):
    """What a run was started for."""

    UPGRADE = "upgrade"
    RECOVER = "recover"  # an ISSU that somebody else started has stopped half way: put back, or finish


class StartMethod(StrEnum):
    """How the in-service upgrade is asked for."""

    AUTO = "auto"  # only where chosen: SHELL where the account has a shell, else RPC
    SHELL = "shell"  # the default: a job in the node's shell, detached from our session, with a transcript
    RPC = "rpc"  # only where chosen: request-package-in-service-upgrade over NETCONF


class WhenRefused(StrEnum):
    """What follows when the platform refuses a step that the upgrade could do without."""

    WARN = "warn"  # told as a finding, and shown to the approver
    BLOCK = "block"  # the upgrade ends there, nothing started


class ImageValidation(StrEnum):
    """Whether the node's own validation is asked for before people are, and what its no means."""

    NEVER = "never"  # it takes minutes of the routing engine; the ISSU validates by itself
    WARN = "warn"  # what it says against the image is a finding, and shown to the approver
    BLOCK = "block"  # the upgrade ends there, nothing started


RG0_MOVES = 2  # in an upgrade: at the switchover, and when it goes home


@dataclass(frozen=True, kw_only=True)
class Timers:
    """Deadlines and intervals, seconds of the controller's clock; figures per platform are in policy/."""

    poll_s: float = 20.0
    connect_s: float = 30.0
    rpc_s: float = 60.0
    secondary_upgrade_s: float = 5400.0  # start to secondary back on the new release
    cold_sync_s: float = 3600.0
    switchover_s: float = 900.0
    primary_upgrade_s: float = 5400.0
    resync_s: float = 3600.0
    install_s: float = 2700.0  # software added on one node, its validation included
    boot_s: float = 2700.0  # one node, from the command until it says which release it runs
    commit_s: float = 600.0  # until a commit shows on the nodes that it concerns
    outage_s: float = 300.0  # between the last port of one node closed and the first of the other open
    person_s: float = 14400.0  # a person at the cables, or at a node that is to be booted
    shortest_boot_s: float = 120.0  # no node of any platform is back from a reboot sooner
    rg0_hold_down_s: float = 300.0  # real captures: secondary-hold lasts 301 s on RG0
    group_settle_s: float = 120.0
    convergence_s: float = 900.0  # how long state may take to come back before it counts as lost
    approval_s: float = 86400.0
    lease_s: float = 21600.0
    worst_case_s: float = 10800.0  # whole upgrade by its route; a window with less time left is not used
    icu_worst_case_s: float = 10800.0
    minimal_downtime_worst_case_s: float = 21600.0
    dual_reboot_worst_case_s: float = 11700.0
    node_permit_s: float = 30.0  # of the node's clock: later than this a start that arrives does nothing

    def by_route(self, route: Route) -> Timers:
        """With the worst case of that route; as policy has it, it is that of an ISSU."""
        match route:
            case Route.ISSU:
                return self
            case Route.ICU:
                return replace(self, worst_case_s=self.icu_worst_case_s)
            case Route.MINIMAL_DOWNTIME:
                return replace(self, worst_case_s=self.minimal_downtime_worst_case_s)
            case Route.DUAL_REBOOT:
                return replace(self, worst_case_s=self.dual_reboot_worst_case_s)
            case never:
                assert_never(never)

    def held_down(self, rg0_s: float | None, data_s: float | None = None) -> Timers:
        """Longer where the cluster's own configuration holds groups down for longer (seconds; None: not
        configured): any group may take its own to settle, and RG0 twice, at the switchover and on its way
        home."""
        longer_s = max(0.0, (rg0_s or 0.0) - self.rg0_hold_down_s)
        return replace(
            self,
            rg0_hold_down_s=self.rg0_hold_down_s + longer_s,
            group_settle_s=self.group_settle_s + (data_s or 0.0),
            worst_case_s=self.worst_case_s + RG0_MOVES * longer_s,
        )


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Figures that readiness is judged by."""

    cpu_block_percent: float = 80.0  # guide: under 80 % within 5 s
    cpu_warn_percent: float = 40.0  # guide: less than 40 % recommended
    cpu_samples: int = 3
    cpu_sample_interval_s: float = 6.0  # the RE averages over 5 s
    spu_percent: float = 50.0  # one node carries the load of both while the other reboots
    disk_factor: float = 2.0  # guide: double the image size free in /var/tmp
    clock_skew_s: float = 60.0
    rto_interval_s: float = 5.0
    baseline_samples: int = 3  # of the gauges, the baseline itself among them: what moves by itself
    baseline_interval_s: float = 5.0
    readiness_age_s: float = 900.0  # an older assessment is made again before the ISSU is started


@dataclass(frozen=True, kw_only=True)
class EvidenceRules:
    """How much a failure may be looked into for Juniper's support; no recovery waits for it."""

    collect: bool = True
    most_s: float = 300.0  # for all of it
    file_bytes: int = 2 * 1024 * 1024  # kept of each file, its newest part
    log_lines: int = 20_000  # asked for of each log, its newest lines
    bytes_per_s: int = 1024 * 1024  # read from each node, at most
    cpu_percent: float = 80.0  # a node that carries all the traffic at this load or more is left alone
    support_information: bool = False  # after the recovery: 5 to 15 minutes a node
    support_information_s: float = 1200.0
    traceoptions: bool = False  # of the chassis cluster, committed before the start and taken back at the end
    trace_file_mb: int = 10  # each of ``trace_files`` on each node
    trace_files: int = 3
    bundle: bool = False  # with the baseline and after verification, as ``srx-issu record`` writes one


@dataclass(frozen=True, kw_only=True)
class NotifierRule:
    """One of Airflow's notifiers, by its class; ``message`` and ``subject`` name the arguments that take the
    text and its first line. Secrets are in Airflow's connections, never in ``arguments``."""

    notifier: str
    message: str = "text"
    subject: str | None = None
    arguments: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Tolerance:
    """How far a figure may differ after the upgrade. None = no limit in that direction."""

    lost_percent: float | None = 0.0
    gained_percent: float | None = None
    absolute: float = 0.0  # differences up to this are always fine


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The rules that hold for one cluster, resolved from the operator's policy folder."""

    timers: Timers
    limits: Limits
    tolerances: dict[str, Tolerance]  # by table name
    start_method: StartMethod = StartMethod.SHELL
    unlink_image: bool = False
    no_tcp_syn_check: bool = False  # an ICU switches TCP SYN checks off, for a window of time
    fail_back_rg0: bool = True  # guide, step 7; False: the control plane stays where the ISSU has left it
    answered_prompts: tuple[str, ...] = ()  # words of questions that the ISSU may be answered yes
    validate_image: ImageValidation = ImageValidation.NEVER
    snapshot_refused: WhenRefused = WhenRefused.WARN  # by the platform; a snapshot that fails always blocks
    checks: CheckRules = field(default_factory=CheckRules)
    failures: FailureRules = field(default_factory=FailureRules)
    evidence: EvidenceRules = field(default_factory=EvidenceRules)
    notify: tuple[NotifierRule, ...] = ()  # who is told at once of somebody else at work during the ISSU


@dataclass(frozen=True, kw_only=True)
class SharedLimit:
    """A resource that at most ``places`` upgrades hold at once, such as ``site:fra1``."""

    resource: str
    places: int


@dataclass(frozen=True, kw_only=True)
class OrderedBy:
    """The campaign that ordered an upgrade, proven by ``claim`` against the campaign's journal."""

    campaign_id: str
    nonce: str


@dataclass(frozen=True, kw_only=True)
class Intent:
    """One upgrade. ``upgrade_id`` is the Airflow run id; it names rows, files and jobs everywhere."""

    upgrade_id: str
    cluster: Cluster
    image: Image
    software: SoftwareFamily
    policy: Policy
    requested_by: str
    approvals: Approvals = field(
        default_factory=Approvals
    )  # policy/approvals.yaml, and what the run asked for
    approved_by_campaign: CampaignApproval | None = None  # from the campaign's journal
    approval_reason: str | None = None  # set when the support matrix leaves the pair to a person
    fail_back: bool = True  # each group to domain.home.home
    plan_only: bool = False
    no_validate: bool = False  # the start leaves the node's own validation out; a person has asked for it
    window_start: str | None = None  # ISO 8601 with offset; None = at once
    window_end: str | None = None
    purpose: Purpose = Purpose.UPGRADE
    route: Route = Route.ISSU
    shared_limits: tuple[SharedLimit, ...] = ()  # site, region and fleet, from policy/concurrency.yaml
    ordered_by: OrderedBy | None = None  # None: asked for by itself
    on_site: str | None = None  # who is at the cables, of a route that needs somebody there
    support: SupportMatrix | None = None  # of this model, in force at claim; None in those of older versions
    old_images: tuple[Image, ...] = ()  # of the catalogue at claim, where a rollback may not lead back
