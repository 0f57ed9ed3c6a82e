"""Where a node shows the release that its next boot takes: root partitions, package sets, VM host sets."""

# ruff: noqa: ARG001 - every body takes scene and query

from __future__ import annotations

from collections.abc import Iterator

from srx_lab.machine.installing import layout_of, other_slice, running_slice
from srx_lab.markup import Element, leaf, node
from srx_lab.platforms import SoftwareLayout
from srx_lab.release import Release
from srx_lab.replies.read_only import read_only
from srx_lab.replies.scene import Query, Scene
from srx_lab.replies.when import clock_of, record_date


def pending_in_sets(scene: Scene) -> Release | None:
    """What `show version` calls pending: on releases that keep sets of packages alone."""
    is_shown = layout_of(scene.world, scene.node) is SoftwareLayout.SETS
    return scene.here.pending if is_shown else None


def snapshots(scene: Scene, query: Query) -> Element:
    """Both root partitions. The primary one is what the next boot takes: an installed release is seen in it.

    So junos-ops reads it on SRX300 and SRX345 [R]. One that nothing was installed on holds what runs [U].
    """
    here = scene.here
    other = here.pending or here.previous or here.release
    rows = (
        (running_slice(scene.world, scene.node), here.release, here.pending is None),
        (other_slice(scene.world, scene.node), other, here.pending is not None),
    )
    parts = [part for row in sorted(rows, key=_device) for part in _slice(scene, *row)]
    return node("snapshot-information", *parts, ns=scene.ns("junos"))


def _device(row: tuple[str, Release, bool]) -> str:
    return row[0]


def _slice(scene: Scene, device: str, release: Release, is_primary: bool) -> Iterator[Element]:
    word = "primary" if is_primary else "backup"
    yield leaf("snapshot-medium", f"internal (/dev/{device}) ({word})", padded=True)
    yield leaf("creation-date", record_date(clock_of(scene.world, scene.node, scene.here.booted_at)))
    package = node(
        "package", leaf("package-name", "junos"), leaf("package-version", f"{release.text}-domestic")
    )
    yield node("software-version", package)


def _snapshot_text(element: Element) -> Iterator[str]:
    """[R] on an SRX100 and others."""
    for each in element.children or ():
        if each.tag == "snapshot-medium":
            yield f"Information for snapshot on       {(each.text or '').strip()}"
        elif each.tag == "creation-date":
            yield f"Creation date: {each.text}"
        else:
            yield "JUNOS version on snapshot:"
            yield f"  {each.value('package', 'package-name'):<7}: {each.value('package', 'package-version')}"


def vmhost_version(scene: Scene, query: Query) -> Element:
    """The lines are those of an MX204 [R], elements as PyEZ reads them from 22.2R3 on [P]; what an SRX shows,
    and when the other set takes an installed release, [U]."""
    here = scene.here
    current, other = ("p", "b") if here.slice == 0 else ("b", "p")
    held = {current: here.release, other: here.pending or here.previous}
    return node(
        "vmhost-version-information",
        leaf("current-device", "primary"),
        leaf("current-root-set", current),
        *(_set(scene, name, release) for name in "pb" if (release := held[name])),
    )


def _set(scene: Scene, name: str, release: Release) -> Element:
    disk = (
        scene.spec.platform.image_name(release.text).removesuffix(".tgz").replace("vmhost-install", "install")
    )
    return node("set-disk-info", leaf("set-disk-name", f"set {name}"), leaf("set-junos-version", disk))


def _vmhost_text(element: Element) -> Iterator[str]:
    yield "Current boot disk: Primary"
    yield f"Current root set: {element.value('current-root-set')}"
    for each in element.all("set-disk-info"):
        yield ""
        yield f"Version: {each.value('set-disk-name')}"
        yield f"Junos Disk: {each.value('set-junos-version')}"


SHOWS = (
    read_only(
        "show system snapshot",
        "get-snapshot-information",
        snapshots,
        _snapshot_text,
        options={"media": ("media", True)},
    ),
    read_only("show vmhost version", "get-vmhost-version-information", vmhost_version, _vmhost_text),
)
