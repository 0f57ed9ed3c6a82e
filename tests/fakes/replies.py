"""Bodies of a healthy node, as small as the parsers allow. Figures differ per node so that a mix-up shows."""

from __future__ import annotations

from srx_issu.domain.cluster.model import NodeName

BOOT = {NodeName.NODE0: 1_700_000_000, NodeName.NODE1: 1_700_000_100}
RELEASE = {NodeName.NODE0: "21.4R3-S5.4", NodeName.NODE1: "22.4R3-S2.11"}


def wrapped(bodies: dict[NodeName, str]) -> str:
    items = "".join(
        f"<multi-routing-engine-item><re-name>{node}</re-name>{body}</multi-routing-engine-item>"
        for node, body in bodies.items()
    )
    return f"<multi-routing-engine-results>{items}</multi-routing-engine-results>"


def both(make: object) -> str:
    assert callable(make)
    return wrapped({node: make(node) for node in NodeName})


def software(node: NodeName) -> str:
    return (
        f"<software-information><host-name>fw-{node}</host-name><product-model>srx4600</product-model>"
        f"<junos-version>{RELEASE[node]}</junos-version></software-information>"
    )


def uptime(node: NodeName) -> str:
    return (
        '<system-uptime-information xmlns="http://xml.juniper.net/junos/22.4R0/junos"><current-time>'
        '<date-time junos:seconds="1700009000">2023-11-15 00:43:20 UTC</date-time></current-time>'
        f'<system-booted-time><date-time junos:seconds="{BOOT[node]}">x</date-time></system-booted-time>'
        "</system-uptime-information>"
    )


def status() -> str:
    def group(number: int) -> str:
        return (
            f"<redundancy-group><redundancy-group-id>{number}</redundancy-group-id>"
            "<redundancy-group-failover-count>1</redundancy-group-failover-count><device-stats>"
            "<device-name>node0</device-name><device-priority>200</device-priority>"
            "<redundancy-group-status>primary</redundancy-group-status><preempt>no</preempt>"
            "<failover-mode>no</failover-mode><monitor-failures>None</monitor-failures>"
            "<device-name>node1</device-name><device-priority>100</device-priority>"
            "<redundancy-group-status>secondary</redundancy-group-status><preempt>no</preempt>"
            "<failover-mode>no</failover-mode><monitor-failures>None</monitor-failures>"
            "</device-stats></redundancy-group>"
        )

    return f"<chassis-cluster-status><cluster-id>1</cluster-id>{group(0)}{group(1)}</chassis-cluster-status>"


def cold_sync(_node: NodeName) -> str:
    return (
        "<cold-synchronization-monitoring-information><cold-synchronization-status-information>"
        "<cold-synchronization-completed>flowd</cold-synchronization-completed>"
        "<cold-synchronization-not-completed>N/A</cold-synchronization-not-completed>"
        "<cold-synchronization-unknown>N/A</cold-synchronization-unknown>"
        "<cold-synchronization-weight>0</cold-synchronization-weight>"
        "</cold-synchronization-status-information></cold-synchronization-monitoring-information>"
    )


def issu(_node: NodeName) -> str:
    event = "<chassis-cluster-issu-event>ISSU not in progress</chassis-cluster-issu-event>"
    return f"<issu-information>{event}</issu-information>"


def information_while_cold_sync_runs(_node: NodeName) -> str:
    return (
        "<chassis-cluster-information><chassis-cluster-monitoring-failure-information>"
        "<coldsync-monitoring-failure-information><coldsync-monitoring-statistics>"
        "<coldsync-not-complete-spu>1</coldsync-not-complete-spu></coldsync-monitoring-statistics>"
        "<coldsync-monitoring-spu-list><pfe-name>flowd</pfe-name><coldsync-state>no</coldsync-state>"
        "</coldsync-monitoring-spu-list></coldsync-monitoring-failure-information>"
        "</chassis-cluster-monitoring-failure-information></chassis-cluster-information>"
    )


def healthy() -> dict[str, str]:
    """Every question of an interview, by RPC and by CLI command."""
    answers = {
        ("get-software-information", "show version"): both(software),
        ("get-system-uptime-information", "show system uptime"): both(uptime),
        ("get-chassis-cluster-status", "show chassis cluster status"): status(),
        (
            "get-chassis-cluster-cold-synchronization-information",
            "show chassis cluster information detail coldsync",
        ): both(cold_sync),
        ("get-chassis-cluster-issu-information", "show chassis cluster information issu"): both(issu),
    }
    return {name: body for names, body in answers.items() for name in names}
