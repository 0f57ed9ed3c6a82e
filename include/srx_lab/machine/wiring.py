"""The links between the nodes: cables, ports, and what switches them off."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from srx_lab.machine.words import NodeId


class Link(StrEnum):
    """A link between the nodes."""

    CONTROL = "control"
    FABRIC = "fabric"


@dataclass(kw_only=True, slots=True)
class Links:
    """A link is up when a cable is in, no fault breaks it, and neither node has its own port off.

    `control_off`, `fabric_off`: nodes whose configuration has the port off. `control_stopped`: nodes where a
    command stopped it; a reboot ends that. `ports_out`: traffic ports without a cable.
    """

    control_cables: list[bool] = field(default_factory=lambda: [True])
    fabric_cables: list[bool] = field(default_factory=lambda: [True])
    broken: set[Link] = field(default_factory=set)
    control_off: set[NodeId] = field(default_factory=set)
    control_stopped: set[NodeId] = field(default_factory=set)
    fabric_off: set[NodeId] = field(default_factory=set)
    ports_out: set[str] = field(default_factory=set)

    @property
    def control(self) -> bool:
        off = self.control_off | self.control_stopped
        return any(self.control_cables) and Link.CONTROL not in self.broken and not off

    @property
    def fabric(self) -> bool:
        return any(map(self.fabric_child, range(len(self.fabric_cables))))

    def fabric_child(self, child: int) -> bool:
        """Whether one of the fabric's links is up."""
        return self.fabric_cables[child] and Link.FABRIC not in self.broken and not self.fabric_off

    def cables(self, link: Link) -> list[bool]:
        return self.control_cables if link is Link.CONTROL else self.fabric_cables

    def up(self, link: Link) -> bool:
        return self.control if link is Link.CONTROL else self.fabric
