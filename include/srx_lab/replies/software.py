"""`show version`."""

from __future__ import annotations

from srx_lab.markup import Element, leaf, node
from srx_lab.replies import text
from srx_lab.replies.installed import pending_in_sets
from srx_lab.replies.read_only import read_only
from srx_lab.replies.scene import Query, Scene

_PACKAGES = (
    ("os-kernel", "JUNOS OS Kernel 64-bit"),
    ("os-libs", "JUNOS OS libs"),
    ("os-runtime", "JUNOS OS runtime"),
    ("zoneinfo", "JUNOS OS time zone information"),
    ("netstack", "JUNOS network stack and utilities"),
    ("junos-libs", "JUNOS libs"),
    ("junos-runtime", "JUNOS runtime"),
    ("junos-modules", "JUNOS modules"),
    ("junos-daemons", "JUNOS daemons"),
    ("junos-idp", "JUNOS idp services"),
    ("junos-km", "JUNOS Key Manager"),
    ("junos-platform", "JUNOS common platform support"),
)


def version(scene: Scene, query: Query) -> Element:
    """host-name differs per node; package rows as on 24.4 [R]. How a pending release is named here is [U]."""
    platform, pending = scene.spec.platform, pending_in_sets(scene)
    return node(
        "software-information",
        leaf("host-name", scene.spec.host_name(scene.node)),
        leaf("product-model", platform.product if platform.model != "vSRX" else "vSRX"),
        leaf("product-name", platform.product),
        leaf("os-name", "junos-es") if scene.release.at_least(20, 1) else None,
        leaf("junos-version", scene.release.text),
        leaf("junos-version-pending", pending.text) if pending else None,
        *(_package(scene, name, comment) for name, comment in _packages(scene, query)),
    )


def _packages(scene: Scene, query: Query) -> tuple[tuple[str, str], ...]:
    if query.has("brief"):
        return ()
    gone = scene.world.fault("package_gone", scene.node)
    return tuple(each for each in _PACKAGES if gone is None or each[0] != gone.parameters["package"])


def _package(scene: Scene, name: str, comment: str) -> Element:
    build = scene.release.text
    return node(
        "package-information",
        leaf("name", name),
        leaf("package-name", f"{name}-x86-64-{build}"),
        leaf("comment", f"{comment} [{build}]"),
    )


SHOWS = (
    read_only(
        "show version",
        "get-software-information",
        version,
        text.version,
        options={"brief": ("brief", False), "detail": ("detail", False)},
    ),
)
