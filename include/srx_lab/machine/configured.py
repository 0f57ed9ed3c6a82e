"""A node's configuration: its database, and what of it reaches the machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from srx_lab.machine.words import NodeId


@dataclass(frozen=True, kw_only=True, slots=True)
class CommitRecord:
    """One line of the commit history; `lines` lead from the topology's configuration to this one."""

    at: float
    user: str
    client: str
    comment: str = ""
    lines: tuple[str, ...] = ()


@dataclass(kw_only=True, slots=True)
class ConfigurationDatabase:
    """What one node has committed and what is edited there: set, delete, activate, deactivate."""

    committed: tuple[str, ...] = ()
    candidate: list[str] = field(default_factory=list)  # the committed lines first
    locked_by: int | None = None
    commits: list[CommitRecord] = field(default_factory=list)
    rescue: tuple[str, ...] | None = ()  # None: none is saved

    def take(self, lines: tuple[str, ...], record: CommitRecord, *, keep: int) -> None:
        """A commit; a candidate that nobody has changed goes along with it."""
        if tuple(self.candidate) == self.committed:
            self.candidate[:] = lines
        self.committed = lines
        self.commits[:] = [record, *self.commits][:keep]


@dataclass(frozen=True, kw_only=True, slots=True)
class IpMonitoring:
    """`ip-monitoring` of a group: the group fails when what cannot be reached weighs `threshold` or more."""

    weights: Mapping[str, int]
    threshold: int = 0
    global_weight: int = 255


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What of a node's configuration the machine goes by.

    `disabled`: interfaces, and units such as `reth0.0`, that are administratively down. `unbound`: members
    and reths that the configuration no longer has. `control_off`: nodes whose control interface it disables.
    """

    preempt: frozenset[int] = frozenset()
    disabled: frozenset[str] = frozenset()
    unbound: frozenset[str] = frozenset()
    interface_monitor: Mapping[int, Mapping[str, int]] = field(default_factory=dict)
    ip_monitor: Mapping[int, IpMonitoring] = field(default_factory=dict)
    control_link_recovery: bool = False
    control_off: frozenset[NodeId] = frozenset()
    has_fabric: bool = True
    no_syn_check: bool = False
    no_sequence_check: bool = False

    @property
    def takes_foreign_sessions(self) -> bool:
        """Whether TCP sessions that began on another node go on here [D: KB17947]."""
        return self.no_syn_check and self.no_sequence_check
