"""`show chassis cluster ...`: status, information, interfaces, statistics."""

# ruff: noqa: ARG001 - every body takes scene and query

from __future__ import annotations

from collections.abc import Iterator

from srx_lab.machine.cold_sync import pfe_names, spus_of
from srx_lab.machine.counters import services_of, share_of
from srx_lab.machine.groups import monitor_failures, view
from srx_lab.machine.words import ColdSync, GroupState, NodeId, Power
from srx_lab.markup import Element, leaf, node, padded
from srx_lab.replies.scene import DeviceComplaint, Query, Scene
from srx_lab.replies.when import clock_of, event_date, record_date


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
    port = scene.spec.platform.fabric_ports[scene.node.number]
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


def progress_lines(scene: Scene) -> list[str]:
    """`CS Prereq               1 of 1 SPUs completed` [R] and its sisters [D]."""
    total, done = spus_of(scene.spec), scene.here.cold_sync_spus_done
    stage = scene.here.cold_sync
    prerequisite = total if stage in {ColdSync.RUNNING, ColdSync.COMPLETE} else 0
    postrequisite = total if stage is ColdSync.COMPLETE else 0
    rows = (
        ("CS Prereq", prerequisite),
        ("   1. if_state sync", prerequisite),
        ("   2. fabric link", total if scene.world.state.links.fabric and prerequisite else 0),
        ("   3. policy data sync", prerequisite),
        ("   4. cp ready", prerequisite),
        ("   5. VPN data sync", prerequisite),
        ("CS RTO sync", total if stage is ColdSync.COMPLETE else done),
        ("CS Postreq", postrequisite),
    )
    return [f"{name:<24}{count} of {total} SPUs completed" for name, count in rows]


def cold_synchronization(scene: Scene, query: Query) -> Element:
    """`information detail coldsync`: who is done, progress, cumulative statistics, events [R]."""
    here, names = scene.here, pfe_names(scene.spec, scene.node)
    done = names if here.cold_sync is ColdSync.COMPLETE else names[: here.cold_sync_spus_done]
    unknown = names if here.cold_sync is ColdSync.UNKNOWN else []
    waiting = [name for name in names if name not in done and name not in unknown]
    return node(
        "cold-synchronization-monitoring-information",
        node(
            "cold-synchronization-status-information",
            leaf("cold-synchronization-completed", " ".join(done) or "N/A"),
            leaf("cold-synchronization-not-completed", " ".join(waiting) or "N/A"),
            leaf("cold-synchronization-unknown", " ".join(unknown) or "N/A"),
            leaf("cold-synchronization-weight", 0 if len(done) == len(names) else 255),
        ),
        *(leaf("cold-synchronization-progress", line) for line in progress_lines(scene)),
        node(
            "cold-synchronization-statistics",
            leaf("current-cold-synchronization-completed", here.cold_sync_completed),
            leaf("current-cold-synchronization-failed", here.cold_sync_failed),
        ),
        node(
            "cold-synchronization-events",
            *(
                leaf(
                    "cold-synchronization-event",
                    f"{event_date(clock_of(scene.world, scene.node, at))} : {text}",
                )
                for at, text in here.cold_sync_events[-8:]
            ),
        ),
    )


def issu_information(scene: Scene, query: Query) -> Element:
    """`information issu`: progress and events; their wording is [U], the elements are [Y]."""
    return node(
        "issu-information",
        *(leaf("cold-synchronization-progress", line) for line in progress_lines(scene)),
        *(
            leaf(
                "chassis-cluster-issu-event", f"{event_date(clock_of(scene.world, scene.node, at))} : {text}"
            )
            for at, text in scene.here.issu_events[-20:]
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


def interfaces(scene: Scene, query: Query) -> Element:
    """Control link, fabric children as `Up   / Up` (physical / monitored), flat reth list [R]."""
    platform, links = scene.spec.platform, scene.world.state.links
    peer_up = scene.world.node(scene.node.peer).is_up
    control = "Up" if links.control and peer_up else "Down"
    fabric = "Up" if links.fabric and peer_up else "Down"
    return node(
        "chassis-cluster-interface-statistics",
        leaf("control-interface-status", control),
        node("control-link-interfaces", _control(platform.control_interface, control)),
        leaf("dataplane-interface-status", fabric),
        node("dataplane-interfaces", *(_fabric(scene, index, fabric) for index in (0, 1))),
        node("reth", *_reths(scene)),
        node("pseudo-if", leaf("name", "lo0"), leaf("status", "Up"), leaf("redundancy-group-id", 0)),
        node("interface-monitoring"),
    )


def _control(name: str, state: str) -> Element:
    return node(
        "control-information",
        leaf("control-link-interface-index", 0),
        leaf("control-link-interface-name", name),
        leaf("control-link-interface-status", state),
        leaf("control-link-interface-internal-sa-status", "Disabled"),
        leaf("control-link-interface-security-status", "Disabled"),
    )


def _fabric(scene: Scene, index: int, state: str) -> Element:
    physical = "Up" if scene.world.state.links.fabric else "Down"
    return node(
        "fabric-information",
        leaf("fabric-interface-index", index),
        leaf("fabric-child-interface-name", scene.spec.platform.fabric_ports[index]),
        leaf("fabric-child-interface-status", f"{physical:<5}/ {state}"),
        leaf("fabric-link-interface-security-status", "Disabled"),
        leaf("fabric-interface-index", index),
    )


def _reths(scene: Scene) -> Iterator[Element]:
    groups = [group for group in sorted(scene.world.state.groups) if group] or [1]
    for index in range(scene.spec.scale.reths):
        yield leaf("reth-name", f"reth{index}")
        yield leaf("reth-status", "Up")
        yield leaf("redundancy-group-id-for-reth", groups[index % len(groups)])


def control_plane_statistics(scene: Scene, query: Query) -> Element:
    """Heartbeats and fabric probes of the node that is asked."""
    here, now = scene.here, scene.now
    idle = node(
        "fabric-child",
        leaf("fabric-child-index", 1),
        leaf("fabric-hello-sent", 0),
        leaf("fabric-hello-received", 0),
    )
    return node(
        "chassis-cluster-statistics",
        node(
            "chassis-cluster-interfaces",
            node(
                "chassis-cluster-control",
                leaf("control-interface-index", 0),
                leaf("heartbeat-sent", here.heartbeats_sent.read(now)),
                leaf("heartbeat-received", here.heartbeats_received.read(now)),
                leaf("heartbeat-errors", 0),
            ),
            node(
                "chassis-cluster-fabric",
                node(
                    "fabric-child",
                    leaf("fabric-child-index", 0),
                    leaf("fabric-hello-sent", here.probes_sent.read(now)),
                    leaf("fabric-hello-received", here.probes_received.read(now)),
                ),
                idle,
            ),
        ),
    )


def data_plane_statistics(scene: Scene, query: Query) -> tuple[Element, ...]:
    """The RTO counters in one flat list, and the ICD packets beside it [R]."""
    sent, received = scene.here.rtos_sent.read(scene.now), scene.here.rtos_received.read(scene.now)
    rows: list[Element] = []
    for service in services_of(scene.release.major):
        rows.append(padded("service-name", service))
        if service in scene.world.state.silent_services:
            rows += [padded("rtos-sent", 0), padded("rtos-received", 0)]
            continue
        rows.append(padded("rtos-sent", share_of(service, sent) % 2**32))
        rows.append(padded("rtos-received", share_of(service, received) % 2**32))
    icd = node(
        "icd-pkt-stats",
        padded("service-name", "ICD Data"),
        padded("pkts-sent", 0),
        padded("pkts-received", 0),
    )
    return node("services-synchronized", *rows), icd


def statistics(scene: Scene, query: Query) -> tuple[Element, ...]:
    """Three siblings under one reply [R]."""
    return (control_plane_statistics(scene, query), *data_plane_statistics(scene, query))


def data_plane_interfaces(scene: Scene, query: Query) -> Element:
    whole = interfaces(scene, query)
    return node("chassis-cluster-data-plane-interfaces", whole.child("dataplane-interfaces"))


def ip_monitoring(scene: Scene, query: Query) -> Element:
    """No addresses are monitored in the lab."""
    return node("chassis-cluster-ip-monitoring")


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
