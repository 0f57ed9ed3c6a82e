"""What an operator asks the network itself: ping, traceroute, NTP associations, ND, RPM probes, optics.

Elements from Juniper's models [Y]; whoever lies in 10/8 answers, the rest of the world does not.
"""

# ruff: noqa: ARG001 - every body takes scene and query

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from srx_lab.machine.ports import members
from srx_lab.markup import Element, empty, leaf, node
from srx_lab.replies.read_only import read_only
from srx_lab.replies.scene import DeviceComplaint, Query, Scene
from srx_lab.replies.text import output

_NEAR = ipaddress.ip_network("10.0.0.0/8")
_RTT_US = 412
_COUNT, _SIZE = 5, 56


def _reachable(host: str) -> bool:
    try:
        return ipaddress.ip_address(host) in _NEAR
    except ValueError:
        raise DeviceComplaint(f"cannot resolve {host}: Host name lookup failure") from None


def _number(query: Query, name: str, otherwise: int) -> int:
    return int(query.get(name) or otherwise) if (query.get(name) or "0").isdecimal() else otherwise


def ping(scene: Scene, query: Query) -> Element:
    """Without a count Junos would not stop; the lab sends five."""
    host, count, size = (
        query.get("host") or "",
        _number(query, "count", _COUNT),
        _number(query, "size", _SIZE),
    )
    answered = count if _reachable(host) else 0
    times = (leaf(f"rtt-{kind}", _RTT_US) for kind in ("minimum", "maximum", "average"))
    return node(
        "ping-results",
        leaf("target-host", host),
        leaf("target-ip", host),
        leaf("packet-size", size),
        *(_probe(host, index, size) for index in range(answered)),
        node(
            "probe-results-summary",
            leaf("probes-sent", count),
            leaf("responses-received", answered),
            leaf("packet-loss", 0 if answered else 100),
            *(times if answered else ()),
            leaf("rtt-stddev", 9) if answered else None,
        ),
        empty("ping-success") if answered else leaf("ping-failure", "no response"),
        ns=scene.ns("junos-probe-tests"),
    )


def _probe(host: str, index: int, size: int) -> Element:
    return node(
        "probe-result",
        leaf("probe-index", index + 1),
        empty("probe-success"),
        leaf("sequence-number", index),
        leaf("ip-address", host),
        leaf("time-to-live", 64),
        leaf("response-size", size + 8),
        leaf("rtt", _RTT_US),
    )


def ping_text(element: Element) -> Iterator[str]:
    """As ping(8) prints it."""
    host, size = element.value("target-host"), element.value("packet-size")
    yield f"PING {host} ({host}): {size} data bytes"
    for each in element.all("probe-result"):
        yield (
            f"{each.value('response-size')} bytes from {host}: icmp_seq={each.value('sequence-number')} "
            f"ttl={each.value('time-to-live')} time={int(each.value('rtt')) / 1000:.3f} ms"
        )
    summary = element.child("probe-results-summary")
    if summary:
        yield ""
        yield f"--- {host} ping statistics ---"
        yield (
            f"{summary.value('probes-sent')} packets transmitted, "
            f"{summary.value('responses-received')} packets received, "
            f"{summary.value('packet-loss')}% packet loss"
        )


def traceroute(scene: Scene, query: Query) -> Element:
    """One hop to whoever is near."""
    host = query.get("host") or ""
    probes = (
        node(
            "probe-result",
            leaf("probe-index", index + 1),
            empty("probe-success"),
            leaf("host-name", host),
            leaf("ip-address", host),
            leaf("rtt", _RTT_US),
        )
        for index in range(3)
    )
    hop = node("hop", leaf("ttl-value", 1), leaf("last-ip-address", host), *probes)
    found = _reachable(host)
    return node(
        "traceroute-results",
        leaf("target-host", host),
        leaf("target-ip", host),
        hop if found else None,
        empty("traceroute-success") if found else leaf("traceroute-failure", "no response"),
        ns=scene.ns("junos-probe-tests"),
    )


def ntp_associations(scene: Scene, query: Query) -> Element:
    """ntpq's own table: no XML is known for it."""
    lines = (
        "     remote           refid      st t when poll reach   delay   offset  jitter",
        "==============================================================================",
        "",
        "*10.10.0.1       10.255.0.9       2 u   31   64  377    0.412    0.021   0.009",
    )
    return leaf("output", "\n".join(lines), padded=True)


def ipv6_neighbors(scene: Scene, query: Query) -> Element:
    return node("ipv6-nd-information", leaf("ipv6-nd-total", 0), ns=scene.ns("junos-ipv6"))


def probe_results(scene: Scene, query: Query) -> Element:
    """No RPM probes are configured."""
    return node("probe-results", ns=scene.ns("junos-rpm"))


def optics(scene: Scene, query: Query) -> Element:
    """The members of the reths on the asked node's chassis."""
    diagnostics = (
        leaf("laser-bias-current", "6.450"),
        leaf("laser-output-power", "0.5900"),
        leaf("laser-output-power-dbm", "-2.29"),
        leaf("rx-signal-avg-optical-power", "0.5610"),
        leaf("rx-signal-avg-optical-power-dbm", "-2.51"),
    )
    return node(
        "interface-information",
        *(
            node(
                "physical-interface",
                leaf("name", port),
                node("optics-diagnostics", *diagnostics),
            )
            for port in members(scene.spec, scene.node)
        ),
        ns=scene.ns("junos-interface"),
    )


_WITH_VALUE = ("count", "size", "ttl", "wait", "source", "interface", "routing-instance")
_PROBE = {name: (name, True) for name in _WITH_VALUE} | {"rapid": ("rapid", False)}

SHOWS = (
    read_only("ping", "ping", ping, ping_text, forwarded=False, options=_PROBE, positionals=("host",)),
    read_only("traceroute", "traceroute", traceroute, forwarded=False, options=_PROBE, positionals=("host",)),
    read_only(
        "show ntp associations",
        "get-ntp-associations-information",
        ntp_associations,
        output,
        forwarded=False,
        options={"no-resolve": ("no-resolve", False)},
    ),
    read_only("show ipv6 neighbors", "get-ipv6-nd-information", ipv6_neighbors, forwarded=False),
    read_only("show services rpm probe-results", "get-probe-results", probe_results, forwarded=False),
    read_only(
        "show interfaces diagnostics optics",
        "get-interface-optics-diagnostics-information",
        optics,
        forwarded=False,
        positionals=("interface-name",),
    ),
)
