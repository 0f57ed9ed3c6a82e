"""Whether both nodes can be reached while the cluster forwards nothing: yes, no, or unknown, with the reason.

The inventory says how the addresses are reached; the nodes show whose interface has them. An address of the
cluster's own traffic is no path beside it, whatever the inventory says.
"""

from __future__ import annotations

from srx_issu.adapters.devices.pyez import ask
from srx_issu.adapters.devices.state.reply import words
from srx_issu.adapters.devices.state.routing import INTERFACES
from srx_issu.domain.cluster.model import Cluster, ManagementPath, NodeName
from srx_issu.domain.errors import DeviceError
from srx_issu.domain.upgrade.model_routes import usual_route
from srx_issu.domain.upgrade.support import SupportMatrix
from srx_issu.probe.exchange import KeptAnswers
from srx_issu.probe.trial import Trial, TrialResult

NAME = "path beside the cluster"
_MANAGEMENT = "fxp"  # interfaces that no forwarding of the cluster is needed for
_SAID = {
    ManagementPath.BESIDE: "the inventory says so (management_path: beside)",
    ManagementPath.CONSOLE: "by a console server for both nodes, as the inventory says",
}


def told_path(cluster: Cluster, answers: KeptAnswers, rules: SupportMatrix) -> Trial:
    """Something to look at only where the model has no route but those that need the path."""
    has_path, said = _judged(cluster, {node: _interface(cluster, answers, node) for node in NodeName})
    answer = "unknown" if has_path is None else "yes" if has_path else "no"
    if has_path:
        return Trial(name=NAME, result=TrialResult.GOOD, said=f"{answer}: {said}")
    if usual_route(cluster.model, rules) is not None:
        said = f"{said}; only dual reboot and minimal downtime need it"
        return Trial(name=NAME, result=TrialResult.NOT_NEEDED, said=f"{answer}: {said}")
    result = TrialResult.LOOK_AT if has_path is None else TrialResult.BAD
    return Trial(name=NAME, result=result, said=f"{answer}: {said}")


def _judged(cluster: Cluster, owners: dict[NodeName, str | None]) -> tuple[bool | None, str]:
    path = cluster.management_path
    if path is ManagementPath.CONSOLE:
        return True, _SAID[path]
    for node, owner in owners.items():
        if owner is not None and not owner.startswith(_MANAGEMENT):
            return (
                False,
                f"{node} has {cluster.address(node).host} on {owner}, which the cluster forwards for",
            )
    if path is ManagementPath.THROUGH:
        return False, "the inventory says so (management_path: through)"
    shown = [f"{node} has its address on {owner}" for node, owner in owners.items() if owner is not None]
    silent = [node.value for node, owner in owners.items() if owner is None]
    if silent:
        shown.append(f"{' and '.join(silent)} show the inventory's address on no interface")
    if path is ManagementPath.BESIDE:
        return True, "; ".join((_SAID[path], *shown))
    return None, "; ".join(
        (*shown, "how it is reached no node shows: say it in the inventory (management_path)")
    )


def _interface(cluster: Cluster, answers: KeptAnswers, node: NodeName) -> str | None:
    """The logical interface that has the node's address; None where it shows none, or does not answer."""
    try:
        reply = ask(answers.session(node), INTERFACES)
    except DeviceError:
        return None
    for found in reply.iter("logical-interface"):
        local = ((each.text or "").strip().partition("/")[0] for each in found.iter("ifa-local"))
        if cluster.address(node).host in local:
            return words(found, "name")
    return None
