"""The CLI's text of `show chassis cluster ...`, made from its XML; [R] where seen on devices, else [U]."""

from __future__ import annotations

from collections.abc import Iterator

from srx_lab.markup import Element

_CODES = (
    ("CS", "Cold Sync monitoring", "FL", "Fabric Connection monitoring"),
    ("GR", "GRES monitoring", "HW", "Hardware monitoring"),
    ("IF", "Interface monitoring", "IP", "IP monitoring"),
    ("LB", "Loopback monitoring", "MB", "Mbuf monitoring"),
    ("NH", "Nexthop monitoring", "NP", "NPC monitoring"),
    ("SP", "SPU monitoring", "SM", "Schedule monitoring"),
)


def cluster_status(element: Element) -> Iterator[str]:
    """[R]"""
    yield "Monitor Failure codes:"
    for one, first, two, second in _CODES:
        yield f"    {one}  {first:<28}{two}  {second}"
    yield "    CF  Config Sync monitoring"
    yield ""
    yield f"Cluster ID: {element.value('cluster-id')}"
    yield "Node   Priority Status               Preempt Manual   Monitor-failures"
    for group in element.all("redundancy-group"):
        yield ""
        number, count = group.value("redundancy-group-id"), group.value("redundancy-group-failover-count")
        yield f"Redundancy group: {number} , Failover count: {count}"
        yield from _status_rows(group)


def _status_rows(group: Element) -> Iterator[str]:
    stats = group.child("device-stats")
    record: dict[str, str] = {}
    for each in (stats.children or ()) if stats else ():
        if each.tag == "device-name" and record:
            yield _status_row(record)
            record = {}
        record[each.tag] = each.text or ""
    if record:
        yield _status_row(record)


def _status_row(row: dict[str, str]) -> str:
    return (
        f"{row['device-name']:<7}{row['device-priority']:<9}{row['redundancy-group-status']:<21}"
        f"{row['preempt']:<8}{row['failover-mode']:<9}{row.get('monitor-failures', '')}".rstrip()
    )


def issu(element: Element) -> Iterator[str]:
    """Progress and events of an upgrade [D for the progress block, U for the rest]."""
    yield "Cold Synchronization Progress:"
    for line in element.all("cold-synchronization-progress"):
        yield f"    {line.text}"
    yield ""
    yield "ISSU events:"
    for event in element.all("chassis-cluster-issu-event"):
        yield f"    {event.text}"


def cold_sync(element: Element) -> Iterator[str]:
    """[R]"""
    yield "Cold Synchronization:"
    yield "    Status:"
    facts = "cold-synchronization-status-information"
    for label, tag in (
        ("completed", "cold-synchronization-completed"),
        ("failed", "cold-synchronization-not-completed"),
        ("not known", "cold-synchronization-unknown"),
    ):
        yield f"        Cold synchronization {label} for: {element.value(facts, tag)}"
    yield f"        Current Monitoring Weight: {element.value(facts, 'cold-synchronization-weight')}"
    yield ""
    yield "    Progress:"
    for line in element.all("cold-synchronization-progress"):
        yield f"        {line.text}"
    yield ""
    yield "    Statistics:"
    counts = "cold-synchronization-statistics"
    done, failed = ("current-cold-synchronization-completed", "current-cold-synchronization-failed")
    yield f"        Number of cold synchronization completed: {element.value(counts, done)}"
    yield f"        Number of cold synchronization failed: {element.value(counts, failed)}"
    yield ""
    yield "    Events:"
    events = element.child("cold-synchronization-events")
    for event in events.all("cold-synchronization-event") if events else ():
        yield f"        {event.text}"


def cluster_information(element: Element) -> Iterator[str]:
    """The shape of newer releases [U]; the branch capture shows an older one."""
    yield "Redundancy Group Information:"
    groups = element.child("chassis-cluster-redundancy-group-information")
    for group in groups.all("redundancy-group-list") if groups else ():
        yield ""
        yield (
            f"    Redundancy Group {group.value('redundancy-group-id')} , Current State: "
            f"{group.value('redundancy-group-status')}, Weight: {group.value('redundancy-group-weight')}"
        )
        yield ""
        yield "        Time            From                 To                   Reason"
        for record in group.all("redundancy-group-state-transition-record"):
            yield (
                f"        {record.value('transition-time')} {record.value('from-state'):<20} "
                f"{record.value('to-state'):<20} {record.value('transition-reason')}"
            )
    yield ""
    yield "Chassis cluster LED information:"
    led = "chassis-cluster-led-information"
    yield f"    Current LED color: {element.value(led, 'current-led-color')}"
    yield f"    Last LED change reason: {element.value(led, 'last-change-reason')}"


def flat_counters(element: Element) -> Iterator[str]:
    """Services Synchronized: name, sent, received."""
    yield "Services Synchronized:"
    yield "    Service name                              RTOs sent    RTOs received"
    row: list[str] = []
    for each in element.children or ():
        row.append((each.text or "").strip())
        if len(row) == 3:
            yield f"    {row[0]:<42}{row[1]:<13}{row[2]}"
            row = []


def control_statistics(element: Element) -> Iterator[str]:
    if element.tag == "services-synchronized":
        yield from flat_counters(element)
        return
    if element.tag == "icd-pkt-stats":
        return
    inner = element.child("chassis-cluster-interfaces")
    control = inner.child("chassis-cluster-control") if inner else None
    yield "Control link statistics:"
    yield "    Control link 0:"
    yield f"        Heartbeat packets sent: {control.value('heartbeat-sent') if control else 0}"
    yield f"        Heartbeat packets received: {control.value('heartbeat-received') if control else 0}"
    yield f"        Heartbeat packet errors: {control.value('heartbeat-errors') if control else 0}"
    fabric = inner.child("chassis-cluster-fabric") if inner else None
    child = fabric.child("fabric-child") if fabric else None
    yield "Fabric link statistics:"
    yield "    Child link 0"
    yield f"        Probes sent: {child.value('fabric-hello-sent') if child else 0}"
    yield f"        Probes received: {child.value('fabric-hello-received') if child else 0}"


def interfaces(element: Element) -> Iterator[str]:
    """Columns for security where the release tells of it; layouts of a vSRX cluster on 24.4R1 and of
    ntc-templates' device data [R]."""
    links = element.child("control-link-interfaces")
    controls = links.all("control-information") if links else []
    secured = any(each.child("control-link-interface-security-status") for each in controls)
    yield f"Control link status: {element.value('control-interface-status')}"
    yield ""
    yield "Control interfaces: "
    yield f"    Index   Interface   Monitored-Status   Internal-SA{'   Security' if secured else ''}"
    for each in controls:
        index, name = each.value("control-link-interface-index"), each.value("control-link-interface-name")
        state = each.value("control-link-interface-status")
        yield f"    {index:<8}{name:<12}{state:<19}Disabled{'      Disabled' if secured else ''}"
    yield ""
    yield f"Fabric link status: {element.value('dataplane-interface-status')}"
    yield ""
    yield "Fabric interfaces: "
    yield f"    Name    Child-interface    Status{'                    Security' if secured else ''}"
    yield "                               (Physical/Monitored)"
    fabric = element.child("dataplane-interfaces")
    children = fabric.all("fabric-information") if fabric else []
    places = [each.value("fabric-interface-index") for each in children]
    for each, index in zip(children, places, strict=True):
        state = each.value("fabric-child-interface-status")
        yield (
            f"    fab{index:<5}{each.value('fabric-child-interface-name'):<19}"
            f"{state:<26}{'Disabled' if secured else ''}".rstrip()
        )
        if places.count(index) == 1:  # the place of a second link [R]
            yield f"    fab{index:<4}"
    yield ""
    yield "Redundant-ethernet Information:     "
    yield "    Name         Status      Redundancy-group"
    yield from _reths(element.child("reth"))
    pseudo = element.child("pseudo-if")
    if pseudo:
        yield ""
        yield "Redundant-pseudo-interface Information:"
        yield "    Name         Status      Redundancy-group"
        name, group = pseudo.value("name"), pseudo.value("redundancy-group-id")
        yield f"    {name:<13}{pseudo.value('status'):<12}{group}"
    yield from _monitored(element.child("interface-monitoring"))


def _monitored(ports: Element | None) -> Iterator[str]:
    """[D]"""
    row: list[str] = []
    for index, leaf in enumerate((ports.children or ()) if ports else ()):
        if index == 0:
            yield ""
            yield "Interface Monitoring:"
            yield "    Interface         Weight    Status    Redundancy-group"
        row.append(leaf.text or "")
        if len(row) == 4:
            yield f"    {row[0]:<18}{row[1]:<10}{row[2]:<10}{row[3]}"
            row = []


def _reths(reths: Element | None) -> Iterator[str]:
    row: list[str] = []
    for leaf in (reths.children or ()) if reths else ():
        row.append(leaf.text or "")
        if len(row) == 3:
            yield f"    {row[0]:<13}{row[1]:<12}{row[2]}"
            row = []
