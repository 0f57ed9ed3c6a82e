"""Sessions, ALGs, load of the SPUs, and what IDP and AppID run."""

# ruff: noqa: ARG001 - every body takes scene and query

from __future__ import annotations

from srx_lab.machine.cold_sync import pfe_names, spu_places, spus_of
from srx_lab.machine.gauges import busy_percent
from srx_lab.markup import Element, leaf, node, padded
from srx_lab.replies import text, traffic
from srx_lab.replies.read_only import read_only
from srx_lab.replies.scene import DeviceComplaint, Query, Scene


def flow_sessions(scene: Scene, query: Query) -> Element:
    """The summary; on the 5000 line one block per FPC and PIC [Y]. Sessions themselves are not listed."""
    if not query.has("summary"):
        raise DeviceComplaint("error: the lab lists session summaries only")
    names = pfe_names(scene.spec, scene.node)
    total, ns = traffic.active_sessions(scene), scene.ns("junos-flow")
    shares = [total // len(names)] * len(names)
    shares[0] += total - sum(shares)
    return node(
        "security-flow-information",
        *(_session_block(scene, name, share, ns) for name, share in zip(names, shares, strict=True)),
        ns=ns,
    )


def _session_block(scene: Scene, name: str, sessions: int, ns: str) -> Element:
    share = scene.spec.platform.max_sessions // max(1, spus_of(scene.spec))
    rows = (
        ("active-unicast-sessions", sessions),
        ("active-multicast-sessions", 0),
        ("active-services-offload-sessions", 0),
        ("failed-sessions", 0),
        ("active-drop-sessions", 0),
        ("active-sessions", sessions + sessions // 50),
        ("active-session-valid", sessions),
        ("active-session-pending", 0),
        ("active-session-invalidated", sessions // 50),
        ("active-session-other", 0),
        ("max-sessions", share),
    )
    label = None if name == "flowd" else padded("flow-fpc-pic-id", f"on {name.replace('.', ' ')}:")
    return node(
        "flow-session-information",
        label,
        node("flow-session-summary-information", *(padded(tag, value) for tag, value in rows), ns=ns),
        ns=ns,
    )


def algs(scene: Scene, query: Query) -> Element:
    names = (
        "dns",
        "ftp",
        "h323",
        "mgcp",
        "msrpc",
        "pptp",
        "rsh",
        "rtsp",
        "sccp",
        "sip",
        "sql",
        "sunrpc",
        "talk",
        "tftp",
    )
    enabled = {"dns", "ftp", "msrpc", "pptp", "rsh", "rtsp", "sql", "sunrpc", "talk", "tftp"}
    return node(
        "alg-status",
        *(leaf(f"alg-{name}-status", "Enabled" if name in enabled else "Disabled") for name in names),
    )


def idp_package(scene: Scene, query: Query) -> Element:
    return node(
        "idp-security-package-information",
        leaf("security-package-version", "3640(Thu Nov  2 14:28:31 2023 UTC)"),
        leaf("detector-version", "12.6.180230822"),
        leaf("policy-template-version", "3640"),
    )


def appid_package(scene: Scene, query: Query) -> Element:
    return node(
        "appid-package-version",
        leaf("version-detail", "3640"),
        leaf("release-date", "2023-11-02"),
    )


def performance_summary(scene: Scene, query: Query) -> Element:
    """`show security monitoring` [J: element names as exporters of it read them]."""
    load, slot = busy_percent(scene.world, scene.node), scene.spec.platform.first_slot(scene.node)
    places = spu_places(scene.spec)
    share = scene.spec.platform.max_sessions // max(1, len(places))
    return node(
        "performance-summary-information",
        *(
            node(
                "performance-summary-statistics",
                leaf("fpc-number", slot + fpc),
                leaf("pic-number", pic),
                leaf("spu-cpu-utilization", min(99, load // 2 + index % 7)),
                leaf("spu-memory-utilization", 44),
                leaf("spu-current-flow-session", traffic.active_sessions(scene) // len(places)),
                leaf("spu-max-flow-session", share),
                leaf("spu-current-cp-session", 0),
                leaf("spu-max-cp-session", 0),
            )
            for index, (fpc, pic) in enumerate(places)
        ),
    )


def performance_spu(scene: Scene, query: Query) -> Element:
    load = busy_percent(scene.world, scene.node)
    return node(
        "performance-spu-information",
        *(
            node(
                "performance-spu",
                leaf("fpc-pic-name", name),
                leaf("spu-cpu-utilization", min(99, load // 2 + index)),
                leaf("spu-memory-utilization", 44),
                leaf("current-flow-session", traffic.active_sessions(scene)),
            )
            for index, name in enumerate(pfe_names(scene.spec, scene.node))
        ),
    )


SHOWS = (
    read_only(
        "show security flow session summary",
        "get-flow-session-information",
        flow_sessions,
        text.sessions,
        preset={"summary": ""},
    ),
    read_only("show security alg status", "get-alg-status", algs),
    read_only(
        "show security idp security-package-version", "get-idp-security-package-information", idp_package
    ),
    read_only("show services application-identification version", "get-appid-package-version", appid_package),
    read_only("show security monitoring", "get-performance-summary-information", performance_summary),
    read_only("show security monitoring performance spu", "get-performance-spu-information", performance_spu),
)
