"""The CLI's text of what rpd knows: a vSRX cluster's on 24.4R1, OSPF's of ntc-templates' data [R]."""

from __future__ import annotations

from collections.abc import Iterator

from srx_lab.markup import Element


def bgp_summary(element: Element) -> Iterator[str]:
    yield f"Threading mode: {element.value('bgp-thread-mode')}"
    yield "Default eBGP mode: advertise - accept, receive - accept"
    yield (
        f"Groups: {element.value('group-count')} Peers: {element.value('peer-count')} "
        f"Down peers: {element.value('down-peer-count')}"
    )
    yield "Table          Tot Paths  Act Paths Suppressed    History Damp State    Pending"
    for rib in element.all("bgp-rib"):
        total = rib.value("total-prefix-count")
        yield rib.value("name")
        yield f"{'':<13}{total:>11}{total:>11}{0:>11}{0:>11}{0:>11}{0:>11}"
    yield (
        "Peer                     AS      InPkt     OutPkt    OutQ   Flaps Last Up/Dwn "
        "State|#Active/Received/Accepted/Damped..."
    )
    for peer in element.all("bgp-peer"):
        yield from _bgp_peer(peer)


def _bgp_peer(peer: Element) -> Iterator[str]:
    state = peer.child("peer-state")
    shown = dict(state.attributes).get("junos:format", "") if state else ""
    yield (
        f"{peer.value('peer-address'):<22}{peer.value('peer-as'):>5}{peer.value('input-messages'):>11}"
        f"{peer.value('output-messages'):>11}{peer.value('route-queue-count'):>8}{peer.value('flap-count'):>8}"
        f"{peer.value('elapsed-time'):>12} {shown}"
    )
    for rib in peer.all("bgp-rib"):
        counts = "/".join(rib.value(f"{kind}-prefix-count") for kind in ("active", "received", "accepted"))
        yield f"  {rib.value('name')}: {counts}/0"


def ospf_neighbors(element: Element) -> Iterator[str]:
    yield "Address          Interface              State     ID               Pri  Dead"
    for each in element.all("ospf-neighbor"):
        yield (
            f"{each.value('neighbor-address'):<17}{each.value('interface-name'):<23}"
            f"{each.value('ospf-neighbor-state'):<10}{each.value('neighbor-id'):<16}"
            f"{each.value('neighbor-priority'):>4}{each.value('activity-timer'):>6}"
        )


def route_summary(element: Element) -> Iterator[str]:
    yield f"Router ID: {element.value('router-id')}"
    yield ""
    marks = element.child("routing-highwatermark")
    if marks:
        yield from _marks(marks)
        yield ""
    for table in element.all("route-table"):
        yield (
            f"{table.value('table-name')}: {table.value('destination-count')} destinations, "
            f"{table.value('total-route-count')} routes ({table.value('active-route-count')} active, "
            f"{table.value('holddown-route-count')} holddown, {table.value('hidden-route-count')} hidden)"
        )
        for each in table.all("protocols"):
            yield (
                f"{each.value('protocol-name'):>20}: {each.value('protocol-route-count'):>6} routes, "
                f"{each.value('active-route-count'):>6} active"
            )
        yield ""


def _marks(marks: Element) -> Iterator[str]:
    yield "Highwater Mark (All time / Time averaged watermark)"
    for label, kind in (
        ("RIB unique destination routes", "uniq"),
        ("RIB routes", "all"),
        ("FIB routes", "fib"),
        ("VRF type routing instances", "vrf"),
    ):
        count, at = marks.value(f"rt-{kind}-highwatermark"), marks.value(f"rt-{kind}-highwatermark-ts")
        average = marks.value(f"rt-{kind}-tavg-watermark")
        yield f"    {label:<29}: {count} at {at}{f' / {average}' if average else ''}"
