"""A case of a check: what breaks the lab, and the answers that the check hangs on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from srx_issu.domain.checking import CheckRules
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.upgrade.commands import SoftwareFamily
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.domain.upgrade.route import Route
from srx_issu.domain.upgrade.support import InService, Platform, SupportMatrix
from srx_issu.domain.verdict import Status
from srx_lab.machine.groups import fail_over
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
    route: Route = Route.ISSU  # one that asks it
    passes: Prepare | None = None  # what the lab needs to pass; None: it does as it is

    def asked(self, intent: Intent) -> Intent:
        return replace(intent, route=self.route)


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
    nodes.cluster.machine.world.node(NodeId.NODE1).configuration.candidate.append(
        "set system host-name other"
    )


def no_rescue(nodes: LabNodes) -> None:
    for each in nodes.cluster.machine.world.nodes():
        each.rescue_saved = False


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


def all_groups_on_node0(nodes: LabNodes) -> None:
    fail_over(nodes.cluster.machine.world, 2, NodeId.NODE0, "manual failover", straight=True)


def a_pic_goes_offline(nodes: LabNodes) -> None:
    """On node1 alone."""
    _first_pic_offline(nodes, NodeId.NODE1)


def a_pic_is_offline_on_both(nodes: LabNodes) -> None:
    for node in NodeId:
        _first_pic_offline(nodes, node)


def _first_pic_offline(nodes: LabNodes, node: NodeId) -> None:
    world = nodes.cluster.machine.world
    world.node(node).offline_pics.add((world.spec.platform.first_slot(node), 0))


def ruled(**rules: tuple[str, ...]) -> Callable[[Intent], Intent]:
    def change(intent: Intent) -> Intent:
        return replace(intent, policy=replace(intent.policy, checks=CheckRules(**rules)))  # type: ignore[arg-type]

    return change


def as_with_three_engines(intent: Intent) -> Intent:
    """As if the model came with engines of both families of software, and had RE2."""
    engines = {"RE2": SoftwareFamily.SYSTEM, "RE3": SoftwareFamily.VMHOST}
    platform = Platform(
        model=intent.cluster.model, in_service=InService.ISSU, reason="guide", routing_engines=engines
    )
    return replace(
        intent,
        cluster=replace(intent.cluster, routing_engine="RE2"),
        support=SupportMatrix(platforms={platform.model: platform}),
    )


def for_other_models(intent: Intent) -> Intent:
    return replace(intent, image=replace(intent.image, models=frozenset({"SRX1500"})))


def in_a_short_window(intent: Intent) -> Intent:
    from tests.integration.checks.judging import NOW  # noqa: PLC0415 - it needs the cases' own words

    return replace(intent, window_end=(NOW + timedelta(hours=1)).isoformat())


def to_release(release: str) -> Callable[[Intent], Intent]:
    return lambda intent: replace(intent, image=replace(intent.image, release=release))


def of_an_unlisted_model(intent: Intent) -> Intent:
    return replace(intent, cluster=replace(intent.cluster, model="SRX4601"))
