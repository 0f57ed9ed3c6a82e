"""`show security ike` and `ipsec`: associations and statistics of the tunnels."""

# ruff: noqa: ARG001 - every body takes scene and query

from __future__ import annotations

from srx_lab.markup import Element, leaf, node, padded
from srx_lab.replies import traffic
from srx_lab.replies.read_only import read_only
from srx_lab.replies.scene import Query, Scene


def gateway(index: int) -> str:
    return f"198.51.{100 + index // 250}.{index % 250 + 1}"


def ike(scene: Scene, query: Query) -> Element:
    return node(
        "ike-security-associations-information",
        *(
            node(
                "ike-security-associations-block",
                node(
                    "ike-security-associations",
                    leaf("ike-sa-remote-address", gateway(index)),
                    leaf("ike-sa-index", 5_600_000 + index),
                    leaf("ike-sa-state", "UP"),
                    leaf("ike-sa-initiator-cookie", f"{0x6A5B0000 + index:016x}"),
                    leaf("ike-sa-responder-cookie", f"{0x1C2D0000 + index:016x}"),
                    leaf("ike-sa-exchange-type", "IKEv2"),
                ),
            )
            for index in range(traffic.tunnels(scene))
        ),
        junos_style="brief",
    )


def ipsec(scene: Scene, query: Query) -> Element:
    count = traffic.tunnels(scene)
    return node(
        "ipsec-security-associations-information",
        padded("total-active-tunnels", count),
        padded("total-ipsec-sas", count),
        *(_tunnel(scene, index) for index in range(count)),
        junos_style="brief",
    )


def _tunnel(scene: Scene, index: int) -> Element:
    left = 3600 - int(scene.now + 97 * index) % 3600
    return node(
        "ipsec-security-associations-block",
        padded("sa-block-state", "up"),
        *(_association(index, direction, left) for direction in "<>"),
    )


def _association(index: int, direction: str, left: int) -> Element:
    rows = (
        ("sa-direction", direction),
        ("sa-tunnel-index", 131_073 + index),
        ("sa-spi", f"{0x9B27BAE + 16 * index + (direction == '>'):x}"),
        ("sa-aux-spi", 0),
        ("sa-remote-gateway", gateway(index)),
        ("sa-port", 500),
        ("sa-vpn-monitoring-state", "-"),
        ("sa-protocol", "ESP"),
        ("sa-esp-encryption-algorithm", "aes-gcm-256"),
        ("sa-hmac-algorithm", "None"),
        ("sa-hard-lifetime", left),
        ("sa-lifesize-remaining", "unlim"),
        ("sa-virtual-system", "root"),
    )
    return node("ipsec-security-associations", *(padded(tag, value) for tag, value in rows))


def ipsec_statistics(scene: Scene, query: Query) -> Element:
    packets = int((scene.now - scene.here.booted_at) * 40 * (1 if traffic.tunnels(scene) else 0))
    return node(
        "usp-ipsec-total-statistics-information",
        leaf("esp-statistics"),
        leaf("esp-encrypted-packets", packets),
        leaf("esp-decrypted-packets", packets - packets // 40),
        junos_style="brief",
    )


SHOWS = (
    read_only(
        "show security ike security-associations",
        "get-ike-security-associations-information",
        ike,
        options={"detail": ("detail", False)},
    ),
    read_only(
        "show security ipsec security-associations",
        "get-security-associations-information",
        ipsec,
        options={"detail": ("detail", False)},
    ),
    read_only("show security ipsec statistics", "get-ipsec-statistics-information", ipsec_statistics),
)
