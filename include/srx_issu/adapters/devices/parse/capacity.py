"""Free space on a node (``get-system-storage``) and its routing engine's CPU (``get-route-engine-...``)."""

from __future__ import annotations

from dataclasses import dataclass

from srx_issu.adapters.devices.parse.reply import Element, fragment, number, value
from srx_issu.domain.errors import ReplyNotUnderstood

BLOCK_BYTES = 512  # df counts in 512-byte blocks; junos:format is for people


@dataclass(frozen=True, kw_only=True)
class ParsedFilesystem:
    name: str
    mounted_on: str
    total_bytes: int
    free_bytes: int


@dataclass(frozen=True, kw_only=True)
class ParsedRoutingEngine:
    """Busy percentages: over 5 seconds and, on releases that show it, over 1 minute."""

    model: str | None
    cpu_percent: float
    cpu_1min_percent: float | None
    last_reboot_reason: str | None


def filesystems(node: str, body: Element) -> tuple[ParsedFilesystem, ...]:
    """Every mounted filesystem of ``system-storage-information``."""
    return tuple(_filesystem(node, element) for element in body.iter("filesystem"))


def _filesystem(node: str, element: Element) -> ParsedFilesystem:
    mounted_on = value(element, "mounted-on")
    total, free = number(node, element, "total-blocks"), number(node, element, "available-blocks")
    if mounted_on is None or total is None or free is None:
        raise ReplyNotUnderstood(node, "filesystem without mount point or figures", fragment(element))
    return ParsedFilesystem(
        name=value(element, "filesystem-name") or "",
        mounted_on=mounted_on,
        total_bytes=total * BLOCK_BYTES,
        free_bytes=max(0, free) * BLOCK_BYTES,  # df shows a full disk's reserve as negative
    )


def filesystem_of(node: str, mounted: tuple[ParsedFilesystem, ...], path: str) -> ParsedFilesystem:
    """Where ``path`` lies: the longest mount point that is a prefix of it.

    Junos mounts what users see as ``/var`` under ``/.mount/var``, ``/.mount`` or ``/cf/var``
    (docs/junos.md, "File systems"), so each mount point also counts without ``/.mount`` or ``/cf``. An
    exact name wins over such an alias of the same length. Raises ReplyNotUnderstood when nothing holds
    the path.
    """
    best: tuple[int, int, ParsedFilesystem] | None = None
    for filesystem in mounted:
        for rank, mount in enumerate(_names_of(filesystem.mounted_on)):
            if _holds(mount, path) and (best is None or (len(mount), -rank) > best[:2]):
                best = (len(mount), -rank, filesystem)
    if best is None:
        points = ", ".join(filesystem.mounted_on for filesystem in mounted) or "none"
        raise ReplyNotUnderstood(node, f"no filesystem holds {path}; mounted: {points}")
    return best[2]


def _names_of(mount: str) -> list[str]:
    names = [mount]
    for prefix in ("/.mount", "/cf"):
        if mount == prefix or mount.startswith(f"{prefix}/"):
            names.append(mount.removeprefix(prefix) or "/")
    return names


def _holds(mount: str, path: str) -> bool:
    return mount in ("/", path) or path.startswith(mount.rstrip("/") + "/")


def routing_engine(node: str, body: Element) -> ParsedRoutingEngine:
    """Busy = 100 - idle. Raises ReplyNotUnderstood without an idle figure between 0 and 100."""
    engine = body.find(".//route-engine") if body.tag != "route-engine" else body
    idle = number(node, engine, "cpu-idle") if engine is not None else None
    if engine is None or idle is None or not 0 <= idle <= 100:
        raise ReplyNotUnderstood(node, "no idle CPU figure in the reply", fragment(body))
    idle_1min = number(node, engine, "cpu-idle1")
    return ParsedRoutingEngine(
        model=value(engine, "model"),
        cpu_percent=100.0 - idle,
        cpu_1min_percent=None if idle_1min is None else 100.0 - idle_1min,
        last_reboot_reason=value(engine, "last-reboot-reason"),
    )
