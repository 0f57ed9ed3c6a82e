"""Whether both nodes are reached beside the cluster: by the inventory, and by whose interface it is."""

from __future__ import annotations

import pytest

from srx_issu.adapters.devices.state.routing import INTERFACES
from srx_issu.domain.cluster.model import Address, Cluster, ManagementPath, NodeName
from srx_issu.domain.upgrade.support import InService, Platform, SupportMatrix
from srx_issu.probe.exchange import Exchange, KeptAnswers, Wire, request_text
from srx_issu.probe.paths import told_path
from srx_issu.probe.trial import Trial, TrialResult

HOSTS = {NodeName.NODE0: "192.0.2.1", NodeName.NODE1: "192.0.2.2"}
ISSU, NONE = InService.ISSU, InService.REFUSED


def reply(interface: str, address: str) -> str:
    return (
        "<rpc-reply><interface-information><physical-interface><name>any</name><logical-interface>"
        f"<name>{interface}</name><address-family><interface-address><ifa-local>{address}/24</ifa-local>"
        "</interface-address></address-family></logical-interface></physical-interface>"
        "</interface-information></rpc-reply>"
    )


def answers(*interfaces: str | None) -> KeptAnswers:
    """One of each node in order; None: that node does not answer."""
    request = request_text(INTERFACES.forms[0])
    return KeptAnswers.of(
        Exchange(wire=Wire.NETCONF, node=node, request=request, reply=reply(interface, HOSTS[node]))
        for node, interface in zip(NodeName, interfaces, strict=True)
        if interface is not None
    )


def told(path: ManagementPath | None, *interfaces: str | None, in_service: InService = NONE) -> Trial:
    cluster = Cluster(
        name="c1",
        model="SRX345",
        site="s",
        node0=Address(host=HOSTS[NodeName.NODE0]),
        node1=Address(host=HOSTS[NodeName.NODE1]),
        connection_id="c",
        management_path=path,
    )
    platform = Platform(model="SRX345", in_service=in_service, reason="guide")
    return told_path(cluster, answers(*interfaces), SupportMatrix(platforms={"SRX345": platform}))


OWN = ("fxp0.0", "fxp0.0")


@pytest.mark.parametrize(
    ("path", "interfaces", "result", "words"),
    [
        (ManagementPath.BESIDE, OWN, TrialResult.GOOD, "yes: the inventory says so"),
        (ManagementPath.BESIDE, (None, None), TrialResult.GOOD, "node0 and node1 show the inventory's"),
        (ManagementPath.CONSOLE, ("reth0.0", "fxp0.0"), TrialResult.GOOD, "yes: by a console server"),
        (ManagementPath.BESIDE, ("fxp0.0", "reth0.0"), TrialResult.BAD, "no: node1 has 192.0.2.2 on reth0.0"),
        (None, ("reth1.7", None), TrialResult.BAD, "no: node0 has 192.0.2.1 on reth1.7"),
        (ManagementPath.THROUGH, OWN, TrialResult.BAD, "no: the inventory says so"),
        (None, OWN, TrialResult.LOOK_AT, "unknown: node0 has its address on fxp0.0; node1 has its"),
        (None, (None, None), TrialResult.LOOK_AT, "say it in the inventory (management_path)"),
    ],
)
def test_what_inventory_and_nodes_say_of_the_path(
    path: ManagementPath | None, interfaces: tuple[str | None, ...], result: TrialResult, words: str
) -> None:
    trial = told(path, *interfaces)
    assert trial.result is result
    assert words in trial.said


@pytest.mark.parametrize("path", [None, ManagementPath.THROUGH])
def test_a_model_with_a_route_in_service_does_without(path: ManagementPath | None) -> None:
    trial = told(path, *OWN, in_service=ISSU)
    assert (trial.result, trial.is_good) == (TrialResult.NOT_NEEDED, True)
    assert trial.said.endswith("only dual reboot and minimal downtime need it")
