"""One case a check: what makes it fail on the lab, and which words of which answers it hangs on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from srx_issu.domain.checking import CheckRules
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.domain.verdict import Status
from srx_lab.machine.issu_rules import StartOptions
from srx_lab.machine.words import NodeId
from srx_lab.rehearsal import example_image
from srx_lab.session import SessionKind
from tests.integration.checks.lab_nodes import LabNodes
from tests.integration.checks.spoiling import GARBLED

N0, N1 = NodeName.NODE0, NodeName.NODE1
Prepare = Callable[[LabNodes], None]

STATUS = "get-chassis-cluster-status"
COLD_SYNC = "get-chassis-cluster-cold-synchronization-information"
ISSU = "get-chassis-cluster-issu-information"
INFORMATION = "get-chassis-cluster-information"
SOFTWARE = "get-software-information"
UPTIME = "get-system-uptime-information"
LINKS = "get-chassis-cluster-interfaces"
ENGINE = "get-route-engine-information"
CONFIG_SYNC = "get-chassis-cluster-configuration-synchronization-information"
HEARTBEATS = "get-chassis-cluster-control-plane-statistics"
POLICY_CHECK = "request security policies check"
CONFIGURATION = "show configuration | display set"


@dataclass(frozen=True)
class Reads:
    """An answer that a check hangs on, and the element whose words decide.

    ``garbled`` is what a word nobody knows means there. FAIL only where every word is a value of its own,
    such as the name of a model: what differs then differs. ``empty_is_none``: an answer without content is
    this question's usual way to say "none". No ``element``: nothing in it can be garbled.
    """

    question: str
    element: str
    garbled: Status = Status.ERROR
    word: str = GARBLED
    asked_of: tuple[NodeName, ...] = (NodeName.NODE1,)  # whose answers must be bad for node1 to be not known
    empty_is_none: bool = False


@dataclass(frozen=True, kw_only=True)
class Case:
    """``fails`` breaks the lab so that the check fails for ``node`` (None = the cluster)."""

    check: str
    fails: Prepare
    node: NodeName | None = N1
    words: str  # of the sentence
    reads: tuple[Reads, ...] = ()
    judged_by: Callable[[Intent], Intent] = field(default=lambda intent: intent)  # for the failing look only


def injected(fault: str, node: NodeName | None = None, *, after_s: float = 0, **parameters: str) -> Prepare:
    def prepare(nodes: LabNodes) -> None:
        nodes.inject(fault, node, **parameters)
        nodes.pass_time(after_s)

    return prepare


def says(question: str, element: str, text: str, node: NodeName = N1) -> Prepare:
    return injected("reply_says", node, rpc=question, element=element, text=text)


def in_turn(*parts: Prepare) -> Prepare:
    def prepare(nodes: LabNodes) -> None:
        for part in parts:
            part(nodes)

    return prepare


def somebody_logs_in(command: str) -> Prepare:
    """An operator on node1, whose terminal runs ``command``."""

    def prepare(nodes: LabNodes) -> None:
        nodes.cluster.devices[NodeId.NODE1].open_session(SessionKind.CLI, "198.51.100.77")
        says("get-system-users-information", "command", command)(nodes)

    return prepare


def uncommitted(nodes: LabNodes) -> None:
    nodes.cluster.machine.world.state.candidate.append("set system host-name other")


def node1_is_silent(nodes: LabNodes) -> None:
    nodes.silent = frozenset({N1})


def just_rebooted(nodes: LabNodes) -> None:
    nodes.inject("node_power_off", N1)
    nodes.pass_time(60)
    nodes.cluster.machine.clear("node_power_off")
    nodes.pass_time(560)


def an_issu_is_under_way(nodes: LabNodes) -> None:
    nodes.cluster.machine.start_upgrade(NodeId.NODE0, example_image(), StartOptions(reboot=True))
    nodes.pass_time(30)


def ruled(**rules: tuple[str, ...]) -> Callable[[Intent], Intent]:
    def change(intent: Intent) -> Intent:
        return replace(intent, policy=replace(intent.policy, checks=CheckRules(**rules)))  # type: ignore[arg-type]

    return change


def for_other_models(intent: Intent) -> Intent:
    return replace(intent, image=replace(intent.image, models=frozenset({"SRX1500"})))


def in_a_short_window(intent: Intent) -> Intent:
    from tests.integration.checks.judging import NOW  # noqa: PLC0415 - it needs the cases' own words

    return replace(intent, window_end=(NOW + timedelta(hours=1)).isoformat())


def of_an_unlisted_model(intent: Intent) -> Intent:
    return replace(intent, cluster=replace(intent.cluster, model="SRX4601"))


_GROUPS = Reads(STATUS, "redundancy-group-status")
_MODEL = Reads(SOFTWARE, "product-model", garbled=Status.FAIL)
_RELEASE = Reads(SOFTWARE, "junos-version")
_LINK = "control-interface-status"

READINESS: tuple[Case, ...] = (
    Case(check="node_reachable", fails=node1_is_silent, words="no SSH session to its own address"),
    Case(
        check="model_as_in_inventory",
        fails=says(SOFTWARE, "product-model", "srx4200"),
        words="model is SRX4200",
        reads=(_MODEL,),
    ),
    Case(
        check="hostname_as_in_inventory",
        fails=says(SOFTWARE, "host-name", "other-fw"),
        words="host name is other-fw, the inventory has ",
        reads=(Reads(SOFTWARE, "host-name", garbled=Status.FAIL),),
    ),
    Case(
        check="serial_as_in_inventory",
        fails=says("get-chassis-inventory", "serial-number", "ZZ0000AF0001"),
        words="serial number is ZZ0000AF0001, the inventory has ",
        reads=(Reads("get-chassis-inventory", "serial-number", garbled=Status.FAIL),),
    ),
    Case(
        check="cluster_id_as_in_inventory",
        fails=says(STATUS, "cluster-id", "99"),
        words="cluster id is 99, the inventory has 1",
        reads=(Reads(STATUS, "cluster-id"),),
    ),
    Case(
        check="image_for_model",
        fails=lambda _: None,
        judged_by=for_other_models,
        words="model is SRX4600, but the image is made for SRX1500",
        reads=(_MODEL,),
    ),
    Case(
        check="groups_known",
        fails=injected("reply_empty", rpc=STATUS),
        node=None,
        words="neither node shows a redundancy group",
        reads=(Reads(STATUS, "redundancy-group-id"),),
    ),
    Case(
        check="group_states",
        fails=injected("control_link_down", after_s=400),
        words="RG0 is lost (as node0 sees it); the node is not heard",
        reads=(_GROUPS,),
    ),
    Case(
        check="group_priorities",
        fails=injected("rg1_priority_zero"),
        words="RG1 has priority 0: it cannot take over",
        reads=(Reads(STATUS, "device-priority"),),
    ),
    Case(
        check="one_primary",
        fails=injected("both_nodes_primary", after_s=30),
        node=None,
        words="node0 and node1 claims to be primary of RG0",
        reads=(_GROUPS,),
    ),
    Case(
        check="monitor_failures",
        fails=injected("fabric_link_down", after_s=30),
        words="has monitor failures FL",
        reads=(Reads(STATUS, "monitor-failures", word="n/a"),),
    ),
    Case(
        check="groups_together",
        fails=lambda _: None,
        node=None,
        words="RG0 on node0, RG1 on node0, RG2 on node1",
        reads=(_GROUPS,),
    ),
    Case(
        check="var_tmp_space",
        fails=injected("var_tmp_full", N1),
        words="/var/tmp has 524.3 kB free, needs",
        reads=(Reads("get-system-storage", "available-blocks"),),
    ),
    Case(
        check="cpu_load",
        fails=injected("cpu_high", N1),
        words="must be under 80 %",
        reads=(Reads(ENGINE, "cpu-idle"),),
    ),
    Case(
        check="cpu_recommended",
        fails=injected("cpu_high", N1, busy_percent="55"),
        words="recommended is under 40 %",
        reads=(Reads(ENGINE, "cpu-idle"),),
    ),
    Case(
        check="releases_equal",
        fails=says(SOFTWARE, "junos-version", "21.4R3-S4.9"),
        node=None,
        words="node1 runs 21.4R3-S4.9: an upgrade has stopped half way",
        reads=(replace(_RELEASE, garbled=Status.FAIL),),
    ),
    Case(
        check="release_is_later",
        fails=injected("already_current", release="24.2R1.9"),
        node=None,
        words="downgrade",
        reads=(_RELEASE,),
    ),
    Case(
        check="eligible",
        fails=injected("ineligible_release"),
        node=None,
        words="17.4R1",
        reads=(_RELEASE,),
    ),
    Case(
        check="eligibility_documented",
        fails=lambda _: None,
        judged_by=of_an_unlisted_model,
        node=None,
        words="SRX4601",
        reads=(_RELEASE,),
    ),
    Case(
        check="cold_sync",
        fails=says(COLD_SYNC, "cold-synchronization-weight", "255"),
        words="cold synchronization is not complete (weight 255",
        reads=(Reads(COLD_SYNC, "cold-synchronization-weight"),),
    ),
    Case(
        check="config_sync",
        fails=says(CONFIG_SYNC, "configuration-synchronization-last-result", "Failed"),
        words="configuration synchronization failed",
        reads=(Reads(CONFIG_SYNC, "configuration-synchronization-last-result"),),
    ),
    Case(
        check="policies_in_sync",
        fails=injected("policies_out_of_sync_after"),
        words="does not hold the routing engine's policies",
        reads=(Reads(POLICY_CHECK, "output", asked_of=(N0, N1)),),
    ),
    Case(
        check="monitoring_failures",
        fails=injected("fabric_link_down", after_s=30),
        words="monitoring shows",
        reads=(Reads(INFORMATION, ""),),
    ),
    Case(
        check="control_link",
        fails=injected("control_link_down", after_s=30),
        words="control link is Down",
        reads=(Reads(LINKS, _LINK),),
    ),
    Case(
        check="control_interfaces",
        fails=says(LINKS, "control-link-interface-status", "Down"),
        words="is Down",
        reads=(Reads(LINKS, "control-link-interface-status"),),
    ),
    Case(
        check="fabric_links",
        fails=injected("fabric_link_down", after_s=30),
        words="Down",
        reads=(
            Reads(LINKS, "fabric-child-interface-status"),
            Reads(LINKS, "fabric-child-interface-status", word=f"Up   / {GARBLED}"),
            Reads(LINKS, "dataplane-interface-status"),
        ),
    ),
    Case(
        check="heartbeat_errors",
        fails=says(HEARTBEATS, "heartbeat-errors", "{now}"),
        words="new heartbeat errors while looking",
        reads=(Reads(HEARTBEATS, "heartbeat-errors"),),
    ),
    Case(
        check="no_issu_in_progress",
        fails=an_issu_is_under_way,
        words="an ISSU is in progress",
        reads=(Reads(ISSU, "cold-synchronization-progress", garbled=Status.PASS, empty_is_none=True),),
    ),
    Case(
        check="no_manual_flag",
        fails=injected("issu_already_in_progress"),
        node=N0,
        words="RG1 has the manual failover flag",
        reads=(Reads(STATUS, "failover-mode"),),
    ),
    Case(
        check="priority_as_configured",
        fails=injected("issu_already_in_progress"),
        node=N0,
        words="RG1 has priority 255",
        reads=(Reads(STATUS, "device-priority"),),
    ),
    Case(
        check="multi_node_ha",
        fails=injected("multi_node_ha", N1),
        words="runs multinode high availability",
    ),
    Case(
        check="major_alarms",
        fails=injected("major_alarm", N1),
        words="major alarm: FPC 0 Hard errors",
        reads=(Reads("get-alarm-information", ""), Reads("get-system-alarm-information", "")),
    ),
    Case(
        check="minor_alarms",
        fails=in_turn(injected("major_alarm", N1), says("get-alarm-information", "alarm-class", "Minor")),
        words="minor alarm: FPC 0 Hard errors",
        reads=(Reads("get-alarm-information", ""), Reads("get-system-alarm-information", "")),
    ),
    Case(
        check="fresh_core_dumps",
        fails=injected("core_dump_after", N1),
        words="1 fresh core dumps: /var/crash/flowd.core.0.gz",
        reads=(Reads("get-system-core-dumps", "output"),),
    ),
    Case(
        check="ha_led",
        fails=injected("control_link_down", after_s=400),
        words="HA LED is",
        reads=(Reads(INFORMATION, "current-led-color"),),
    ),
    Case(
        check="nobody_configuring",
        fails=somebody_logs_in("cli configure"),
        words="in configure mode: lab on pts/0",
        reads=(Reads("get-system-users-information", "active-user-count"),),
    ),
    Case(
        check="no_exclusive_lock",
        fails=somebody_logs_in("cli configure exclusive"),
        words="configured exclusively by lab on pts/0",
        reads=(Reads("get-system-users-information", "active-user-count"),),
    ),
    Case(
        check="nobody_logged_in",
        fails=somebody_logs_in("-cli (cli)"),
        words="logged in: lab on pts/0",
        reads=(Reads("get-system-users-information", "active-user-count"),),
    ),
    Case(
        check="no_pending_commit",
        fails=injected("commit_unconfirmed"),
        words="a commit waits",
        reads=(Reads("get-commit-information", "sequence-number"),),
    ),
    Case(
        check="no_pending_install",
        fails=injected("install_pending", N1),
        words="an installed release waits for a reboot: Junos version '22.4R3.25' is pending",
        reads=(),
    ),
    Case(
        check="nothing_uncommitted",
        fails=uncommitted,
        words="1 uncommitted lines in [edit]",
        reads=(Reads("get-configuration", "configuration-output"),),
    ),
    Case(
        check="licenses_last",
        fails=injected("license_ends", N1, in_s="3600"),
        words="licenses that have ended, or end before the upgrade is over: idp-sig on 2026-03-01",
        reads=(Reads("get-license-summary-information", "validity-type"),),
    ),
    Case(
        check="uptime",
        fails=just_rebooted,
        words="up for only",
        reads=(Reads(UPTIME, "date-time"),),
    ),
    Case(
        check="clock_follows_ntp",
        fails=says(UPTIME, "time-source", "LOCAL CLOCK"),
        words="clock follows LOCAL CLOCK",
        reads=(Reads(UPTIME, "time-source"),),
    ),
    Case(
        check="clocks_equal",
        fails=injected("clock_skew", N1),
        node=None,
        words="clocks are 15 min apart",
        reads=(Reads(UPTIME, "date-time"),),
    ),
    Case(
        check="pics_online",
        fails=says("get-pic-information", "pic-state", "Offline"),
        words="is Offline",
        reads=(Reads("get-pic-information", "pic-state"),),
    ),
    Case(
        check="spu_load",
        fails=says("get-performance-summary-information", "spu-cpu-utilization", "61"),
        words="is 61 % busy",
        reads=(Reads("get-performance-summary-information", "spu-cpu-utilization"),),
    ),
    Case(
        check="spu_sessions",
        fails=says("get-performance-summary-information", "spu-current-flow-session", "59999999"),
        words="one node may not hold the sessions of both",
        reads=(Reads("get-performance-summary-information", "spu-current-flow-session"),),
    ),
    Case(
        check="pics_support_issu",
        fails=lambda _: None,
        judged_by=ruled(issu_unsupported_pics=(".",)),
        words="does not support ISSU: it restarts",
        reads=(Reads("get-pic-information", "pic-slot"),),
    ),
    Case(
        check="protocols_support_issu",
        fails=lambda _: None,
        judged_by=ruled(issu_unsupported_protocols=("bgp",)),
        node=None,
        words="bgp may lose packets",
        reads=(Reads(CONFIGURATION, "output", asked_of=(N0,)),),
    ),
    Case(
        check="graceful_restart",
        fails=injected("no_graceful_restart"),
        node=None,
        words="without graceful restart",
        reads=(Reads(CONFIGURATION, "output", asked_of=(N0,)),),
    ),
    Case(
        check="window_long_enough",
        fails=lambda _: None,
        judged_by=in_a_short_window,
        node=None,
        words="the window leaves 60 min, the worst case takes",
    ),
    Case(
        check="engines_equal",
        fails=says(ENGINE, "model", "RE-OTHER"),
        node=None,
        words="RE-OTHER",
        reads=(Reads(ENGINE, "model", garbled=Status.FAIL),),
    ),
    Case(
        check="pics_equal",
        fails=says("get-pic-information", "pic-type", "Other PIC"),
        node=None,
        words="Other PIC",
        reads=(Reads("get-pic-information", "pic-slot"),),
    ),
    Case(
        check="modules_equal",
        fails=says("get-chassis-inventory", "description", "Other card"),
        node=None,
        words="Other card",
        reads=(Reads("get-chassis-inventory", "description", garbled=Status.FAIL),),
    ),
    Case(
        check="signatures_equal",
        fails=says("get-idp-security-package-information", "security-package-version", "3600"),
        node=None,
        words="idp 3600",
        reads=(
            Reads("get-idp-security-package-information", "security-package-version", garbled=Status.FAIL),
            Reads("get-appid-package-version", "version-detail", garbled=Status.FAIL),
        ),
    ),
    Case(
        check="licenses_equal",
        fails=says("get-license-summary-information", "licensed", "5"),
        node=None,
        words="(5 installed)",
        reads=(Reads("get-license-summary-information", "licensed"),),
    ),
)

# Checks after an upgrade that readiness does not have; those that it has are the same.
AFTERWARDS: tuple[Case, ...] = (
    Case(
        check="runs_target",
        fails=says(SOFTWARE, "junos-version", "21.4R3-S5.4"),
        words="runs 21.4R3-S5.4, expected 22.4R3-S2.11",
        reads=(replace(_RELEASE, garbled=Status.FAIL),),
    ),
    Case(
        check="has_rebooted",
        fails=lambda _: None,
        words="has not rebooted since the baseline",
        reads=(Reads(UPTIME, "date-time"),),
    ),
    Case(
        check="priority_restored",
        fails=says(STATUS, "device-priority", "50", N0),
        words="has priority 50, had 100",
        reads=(Reads(STATUS, "device-priority", asked_of=(N0, N1)),),
    ),
    Case(
        check="unchanged",
        fails=injected("policies_lost", fraction="0.05"),
        node=None,
        words="is lost",
    ),
)

BY_CHECK = {case.check: case for case in (*READINESS, *AFTERWARDS)}
