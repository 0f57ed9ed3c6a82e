"""`show chassis cluster status` and `information`: groups, LED, what fails, SPUs."""

# ruff: noqa: ARG001 - every body takes scene and query

from __future__ import annotations

from collections.abc import Iterator

from srx_lab.machine.cold_sync import pfe_names, spus_of
from srx_lab.machine.configured import IpMonitoring
from srx_lab.machine.groups import view
from srx_lab.machine.monitoring import monitor_failures, unreachable
from srx_lab.machine.ports import fabric_ports
from srx_lab.machine.words import ColdSync, GroupState, NodeId, Power
from srx_lab.markup import Element, leaf, node
from srx_lab.replies import cluster_text
from srx_lab.replies.cold_sync import cold_synchronization
from srx_lab.replies.read_only import NEW_API, read_only
from srx_lab.replies.scene import DeviceComplaint, Query, Scene
from srx_lab.replies.when import clock_of, record_date


def status(scene: Scene, query: Query) -> Element:
    """Flat device-stats: both nodes' rows in one element, told apart by device-name only [R]."""
    wanted = query.get("redundancy-group")
    groups = [g for g in sorted(scene.world.state.groups) if wanted is None or str(g) == wanted]
    if not groups:
        raise DeviceComplaint(f"error: redundancy-group {wanted} is not configured")
    cluster_id = leaf("cluster-id", scene.spec.cluster_id)
    return node("chassis-cluster-status", cluster_id, *(_group_status(scene, group) for group in groups))


def _group_status(scene: Scene, group: int) -> Element:
    rows = [row for each in NodeId for row in _device_row(scene, each, group)]
    return node(
        "redundancy-group",
        leaf("cluster-id", scene.spec.cluster_id),
        leaf("redundancy-group-id", group),
        leaf("redundancy-group-failover-count", scene.world.state.groups[group].failovers),
        node("device-stats", *rows),
    )


def _device_row(scene: Scene, device: NodeId, group: int) -> Iterator[Element]:
    row = view(scene.world, scene.asked, device, group)
    yield leaf("device-name", device)
    yield leaf("device-priority", row.priority)
    yield leaf("redundancy-group-status", row.state)
    yield leaf("preempt", row.preempt)
    yield leaf("failover-mode", row.manual)
    if scene.release.x_train is None or scene.release.x_train > 45:
        yield leaf("monitor-failures", row.failures)


def information(scene: Scene, query: Query) -> Element:
    """Per node: groups with their transitions, LED, and failures only where there are some [R][Y]."""
    return node(
        "chassis-cluster-information",
        node("chassis-cluster-redundancy-group-information", *_group_lists(scene)),
        _led(scene),
        _failures(scene),
    )


def _group_lists(scene: Scene) -> Iterator[Element]:
    for group in sorted(scene.here.groups):
        held = scene.here.groups[group]
        yield node(
            "redundancy-group-list",
            leaf("redundancy-group-id", group),
            leaf("redundancy-group-status", held.state),
            leaf("redundancy-group-weight", 0 if monitor_failures(scene.world, scene.node, group) else 255),
            *(
                node(
                    "redundancy-group-state-transition-record",
                    leaf("transition-time", record_date(clock_of(scene.world, scene.node, record.at))),
                    leaf("from-state", record.before),
                    leaf("to-state", record.after),
                    leaf("transition-reason", record.reason),
                )
                for record in held.history[-10:]
            ),
        )


def _led(scene: Scene) -> Element:
    color, reason = led(scene)
    return node(
        "chassis-cluster-led-information",
        leaf("current-led-color", color),
        leaf("last-change-reason", reason),
    )


def led(scene: Scene) -> tuple[str, str]:
    """Colour and reason: green, red for a peer in trouble, off for a disabled node [R]; amber [U]."""
    peer = scene.node.peer
    states = {held.state for held in scene.here.groups.values()}
    if GroupState.DISABLED in states:
        return "Off", f"{scene.node} is disabled"
    if scene.world.node(peer).power is not Power.UP or not scene.world.state.links.control:
        return "Red", f"Peer node: {peer} is lost"
    if any(held.state is GroupState.DISABLED for held in scene.world.node(peer).groups.values()):
        return "Red", f"Peer node: {peer} is disabled"
    if any(monitor_failures(scene.world, scene.node, group) for group in scene.here.groups):
        return "Amber", "Monitored object failure"
    return "Green", "No failures"


def _failures(scene: Scene) -> Element | None:
    """A disabled node lists none [R]."""
    if any(held.state is GroupState.DISABLED for held in scene.here.groups.values()):
        return None
    parts = [part for part in (_cold_sync_failure(scene), _fabric_failure(scene)) if part is not None]
    if not parts:
        return None
    title = leaf("monitoring-failure-title", "Failure Information:")
    return node("chassis-cluster-monitoring-failure-information", title, *parts)


def _cold_sync_failure(scene: Scene) -> Element | None:
    if scene.here.cold_sync is ColdSync.COMPLETE:
        return None
    total, done = spus_of(scene.spec), scene.here.cold_sync_spus_done
    return node(
        "coldsync-monitoring-failure-information",
        node(
            "coldsync-monitoring-statistics",
            leaf("coldsync-total-spu", total),
            leaf("coldsync-completed-spu", done),
            leaf("coldsync-not-complete-spu", total - done),
        ),
        *(
            node(
                "coldsync-monitoring-spu-list",
                leaf("pfe-name", name),
                leaf("coldsync-state", "Completed" if index < done else "In progress"),
            )
            for index, name in enumerate(pfe_names(scene.spec, scene.node))
        ),
    )


def _fabric_failure(scene: Scene) -> Element | None:
    if scene.world.state.links.fabric:
        return None
    port = fabric_ports(scene.spec, scene.node)[0]
    return node(
        "fabric-link-failure-information",
        node(
            "fabric-link-interface-status",
            leaf("fabric-link-interface-index", scene.node.number),
            node(
                "fabric-link-child-interface-status",
                leaf("fabric-link-child-interface-name", port),
                leaf("fabric-link-child-interface-physical-status", "Down"),
                leaf("fabric-link-child-interface-monitored-status", "Down"),
            ),
        ),
    )


def detail(scene: Scene, query: Query) -> Element:
    """`information detail`: adds mode, heartbeats, node health and cold sync [Y]; values are [U]."""
    mode = "active-active" if len(scene.world.state.groups) > 2 else "active-backup"
    return node(
        "chassis-cluster-detail-information",
        leaf("redundancy-mode-configured", mode),
        leaf("redundancy-mode-operational", mode),
        leaf("heartbeat-interval", 1000),
        leaf("heartbeat-threshold", 3),
        leaf("node-health", "healthy" if led(scene)[0] == "Green" else "not healthy"),
        *_group_lists(scene),
        cold_synchronization(scene, query),
        _led(scene),
    )


def configuration_synchronization(scene: Scene, query: Query) -> Element:
    return node(
        "configuration-synchronization-information",
        leaf("configuration-synchronization-activation-status", "Enabled"),
        leaf("configuration-synchronization-last-operation", "Auto-Sync"),
        leaf("configuration-synchronization-last-result", "Not needed"),
    )


def ip_monitoring(scene: Scene, query: Query) -> Element:
    """Each monitored address as the node reaches it; the elements are [Y], how they nest is [U]."""
    wanted = query.get("redundancy-group")
    watched = sorted(scene.here.settings.ip_monitor.items())
    rows = (
        row for group, each in watched if wanted in {None, str(group)} for row in _watched(scene, group, each)
    )
    return node("chassis-cluster-ip-monitoring", *rows)


def _watched(scene: Scene, group: int, watched: IpMonitoring) -> Iterator[Element]:
    lost = {address for address in watched.weights if unreachable(scene.world, scene.node, address)}
    left = max(0, watched.threshold - sum(watched.weights[address] for address in lost))
    yield leaf("redundancy-group", group)
    yield leaf("ip-monitoring-global-weight", watched.global_weight)
    yield leaf("ip-monitoring-global-threshold", watched.threshold)
    yield leaf("ip-monitoring-current-threshold", left)
    for address, weight in watched.weights.items():
        yield leaf("ip-address", address)
        yield leaf("ip-reachability-status", "unreachable" if address in lost else "reachable")
        yield leaf("failure-count", 1 if address in lost else 0)
        yield leaf("ip-unreachable-reason", "no-route" if address in lost else "n/a")
        yield leaf("ip-monitoring-weight", weight)


def spu(scene: Scene, query: Query) -> Element:
    """Every SPU up, as in the captured block [R for the elements]."""
    return node(
        "spu-monitoring-information",
        node(
            "spu-monitoring-status",
            leaf("spu-monitoring-state", "Enabled"),
            leaf("spu-monitoring-weight", 0),
        ),
        node(
            "spu-monitoring-statistics",
            leaf("spu-up-count", spus_of(scene.spec)),
            leaf("npc-up-count", 0),
            leaf("spu-down-count", 0),
            leaf("npc-down-count", 0),
            leaf("chinfo-blob-error-count", 0),
        ),
    )


_GROUP = {"redundancy-group": ("redundancy-group", True)}

SHOWS = (
    read_only(
        "show chassis cluster status",
        "get-chassis-cluster-status",
        status,
        cluster_text.cluster_status,
        forwarded=False,
        options=_GROUP,
    ),
    read_only(
        "show chassis cluster information",
        "get-chassis-cluster-information",
        information,
        cluster_text.cluster_information,
    ),
    read_only(
        "show chassis cluster information configuration-synchronization",
        "get-chassis-cluster-configuration-synchronization-information",
        configuration_synchronization,
    ),
    read_only(
        "show chassis cluster information detail",
        "get-chassis-cluster-detail-information",
        detail,
        since=NEW_API,
        options=_GROUP,
    ),
    read_only(
        "show chassis cluster information detail spu",
        "get-chassis-cluster-spu-information",
        spu,
        since=NEW_API,
    ),
    read_only(
        "show chassis cluster ip-monitoring status",
        "get-chassis-cluster-ip-monitoring-status",
        ip_monitoring,
        options=_GROUP,
    ),
)
