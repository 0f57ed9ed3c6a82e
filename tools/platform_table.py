"""What policy/support.yaml knows of each model, as a table for docs/junos.md."""

from __future__ import annotations

from collections.abc import Iterator

from srx_issu.domain.upgrade.commands import SoftwareFamily
from srx_issu.domain.upgrade.support import InService, Platform, SupportMatrix

_HEAD = """\
| model | ISSU from | start command | snapshot | `unlink` | hold timer | node1's first FPC | known from |
|---|---|---|---|---|---|---|---|
"""


def platform_table(matrix: SupportMatrix) -> str:
    """Models that differ in nothing share a line, in the file's order."""
    lines: dict[str, list[str]] = {}
    for model, platform in matrix.platforms.items():
        lines.setdefault(" | ".join(_cells(platform)), []).append(model)
    return _HEAD + "".join(f"| {', '.join(models)} | {cells} |\n" for cells, models in lines.items())


def _cells(platform: Platform) -> Iterator[str]:
    has_issu = platform.in_service is InService.ISSU
    first = f"{platform.from_release}" if platform.from_release else "any release"
    yield first if has_issu else f"none: `{platform.in_service}`"
    yield _command(platform) if has_issu else ""
    yield "yes" if platform.snapshot_supported else ""
    yield "yes" if platform.unlink_supported else ""
    yield ", ".join(f"{t.seconds} s from {t.from_release}" for t in platform.hold_timers)
    yield "" if platform.node1_first_slot is None else str(platform.node1_first_slot)
    yield platform.reason


def _command(platform: Platform) -> str:
    others: dict[SoftwareFamily, list[str]] = {}
    for engine, software in platform.routing_engines.items():
        others.setdefault(software, []).append(engine)
    told = [f"`{software}` with {', '.join(engines)}" for software, engines in others.items()]
    return "; ".join([f"`{platform.software}`", *told])
