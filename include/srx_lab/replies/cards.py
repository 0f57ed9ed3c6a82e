"""The cards of a node and their PICs, as inventory and PIC status show them.

A central point's SPU is Offline in health, and so are two PICs of an IOC3 [T].
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from srx_lab.machine.cold_sync import is_central_point
from srx_lab.replies.scene import Scene

_PORTS = "8x10G-SFP-4x40G-QSFP"
_IOC3 = ("12x 10GE SFPP", "12x 10GE SFPP", "3x 40GE QSFPP", "3x 40GE QSFPP")


@dataclass(frozen=True, kw_only=True, slots=True)
class Pic:
    """`is_offline`: in health."""

    number: int
    kind: str
    is_offline: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """An FPC; `slot` counts on from node0's on node1."""

    slot: int
    description: str
    pics: tuple[Pic, ...]


def cards(scene: Scene) -> Iterator[Card]:
    """In the order of their slots."""
    platform = scene.spec.platform
    first = platform.first_slot(scene.node)
    last = first + scene.spec.scale.fpcs
    for slot in range(first, last):
        yield Card(slot=slot, description=platform.fpc_description, pics=tuple(_spus(scene, slot - first)))
    if platform.ioc3:
        pics = (Pic(number=number, kind=kind, is_offline=number > 1) for number, kind in enumerate(_IOC3))
        yield Card(slot=last, description="SRX5k IOC3 24XGE+6XLG", pics=tuple(pics))


def _spus(scene: Scene, fpc: int) -> Iterator[Pic]:
    platform = scene.spec.platform
    for number in range(platform.spus):
        if is_central_point(platform, fpc, number):
            yield Pic(number=number, kind="SPU Cp", is_offline=True)
        else:
            yield Pic(number=number, kind="SPU Flow" if platform.spus > 1 else _PORTS)
