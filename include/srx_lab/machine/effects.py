"""What the machine tells its surroundings: facts in the past tense, drained after each step."""

from __future__ import annotations

from dataclasses import dataclass

from srx_lab.machine.words import GroupState, NodeId, Phase


@dataclass(frozen=True, kw_only=True, slots=True)
class NodeWentDown:
    """All sessions of the node are cut and its port refuses. `pending`: the release it is to come back on."""

    node: NodeId
    reason: str
    pending: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class NodeCameUp:
    """The node answers again."""

    node: NodeId
    release: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ShutdownAnnounced:
    """The shutdown message is written on every terminal of the node."""

    node: NodeId


@dataclass(frozen=True, kw_only=True, slots=True)
class RebootOrdered:
    """A node was told to reboot, whether it will or not. `pending`: the release it is to come back on."""

    node: NodeId
    user: str
    pending: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HaltOrdered:
    """A node was told to halt, whether it will or not. `pending`: the release that it boots then."""

    node: NodeId
    user: str
    pending: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NodeHalted:
    """A node is down until somebody boots it. `console`: what its console says, and nothing else does."""

    node: NodeId
    console: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReleasePending:
    """A release was put where the node's next boot takes it. `by`: what did it."""

    node: NodeId
    release: str
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PendingDropped:
    """The node's next boot takes the release that it runs. `release`: what was pending."""

    node: NodeId
    release: str
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class InstallStarted:
    """An install on one node was accepted; `number` is its transcript's."""

    number: int
    node: NodeId
    image: str


@dataclass(frozen=True, kw_only=True, slots=True)
class InstallEnded:
    """The install's process is over; its session gets its prompt back. `cut`: its node went down."""

    number: int
    node: NodeId
    outcome: str
    cut: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class InstallLogged:
    """A line for the node's `install` log."""

    node: NodeId
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LoaderUpgraded:
    """The node's boot loader is the one of 24.4R1 (SRX300 line), whatever becomes of the install."""

    node: NodeId


@dataclass(frozen=True, kw_only=True, slots=True)
class SynCheckChanged:
    """TCP SYN checks are off for `seconds`, or on again."""

    is_off: bool
    seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupChanged:
    """A redundancy group took another state on a node."""

    node: NodeId
    group: int
    before: GroupState
    after: GroupState
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PhaseEntered:
    """The in-service upgrade reached a phase."""

    phase: Phase
    starter: NodeId


@dataclass(frozen=True, kw_only=True, slots=True)
class IssuStarted:
    """An in-service upgrade was accepted; `number` counts them since the lab started."""

    number: int
    starter: NodeId
    image: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TranscriptLine:
    """One line for whoever started the upgrade."""

    number: int
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class UpgradeEnded:
    """The upgrade's process on the starter is over. `cut`: so is the starter; else its prompt comes back."""

    number: int
    outcome: str
    cut: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class FileCopied:
    """The starter pushed a file to its peer."""

    source: NodeId
    path: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FileRemoved:
    """A node removed a file, as `unlink` asks."""

    node: NodeId
    path: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Logged:
    """A line for the node's `messages` log."""

    node: NodeId
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultChanged:
    """A fault began or ended."""

    fault: str
    active: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class CableChanged:
    """A person pulled or put in a cable: of `control`, `fabric`, or a traffic port by its name."""

    cable: str
    child: int
    plugged: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkChanged:
    """A link between the nodes went down or came up, whatever the cause."""

    link: str
    up: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class MixedReleasesHeard:
    """Nodes of two releases heard each other outside ISSU and ICU, over the links in `over`."""

    over: str
    node0: str
    node1: str


@dataclass(frozen=True, kw_only=True, slots=True)
class BothActive:
    """Both nodes took traffic for the same `groups` from here (`active`) until here, after `seconds`."""

    active: bool
    groups: str
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class TrafficStopped:
    """No node forwards for a group any more."""

    group: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TrafficMoved:
    """A node forwards for a group; for `outage_s` before it none did."""

    node: NodeId
    group: int
    outage_s: float


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfigurationReplaced:
    """A node's configuration became another without its user: `peer`, `lost` or `rollback`."""

    node: NodeId
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DataPlaneDamaged:
    """A node's `cards` restart, or its `spus` are in a bad state; a reboot of the node ends it."""

    node: NodeId
    what: str


Effect = (
    NodeWentDown
    | NodeCameUp
    | ShutdownAnnounced
    | RebootOrdered
    | HaltOrdered
    | NodeHalted
    | ReleasePending
    | PendingDropped
    | InstallStarted
    | InstallEnded
    | InstallLogged
    | LoaderUpgraded
    | SynCheckChanged
    | GroupChanged
    | PhaseEntered
    | IssuStarted
    | TranscriptLine
    | UpgradeEnded
    | FileCopied
    | FileRemoved
    | Logged
    | FaultChanged
    | CableChanged
    | LinkChanged
    | MixedReleasesHeard
    | BothActive
    | TrafficStopped
    | TrafficMoved
    | ConfigurationReplaced
    | DataPlaneDamaged
)
