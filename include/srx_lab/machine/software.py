"""Images, and the installing of one on one node."""

from __future__ import annotations

from dataclasses import dataclass, field

from srx_lab.machine.words import NodeId
from srx_lab.release import Release


@dataclass(frozen=True, kw_only=True, slots=True)
class Image:
    """What inspection found out about an image file before the machine is asked to install it."""

    path: str
    exists: bool
    size: int = 0
    token: str = ""
    release: Release | None = None
    damage: str = ""
    remote: bool = False

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[-1]


@dataclass(kw_only=True, slots=True)
class Install:
    """A `request system software add` on one node, running or ended. `result`: as `package-result` has it."""

    number: int
    node: NodeId
    image: Image
    validates: bool = True
    unlinks: bool = False
    reboots: bool = False
    copies: bool = True
    forced: bool = False
    transcript: list[str] = field(default_factory=list)
    outcome: str = ""
    result: int | None = None
