"""Every command that may change a device, as a value. Nothing else is ever sent by a writer.

Each has its CLI form (``cli``) and, where Juniper's models name one, its RPC (``rpc``: name and leaves).
Arguments are checked when the value is made, so no name out of an inventory can smuggle in CLI syntax.
Sources: docs/junos.md, "Commands that change a device".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.upgrade.icu_commands import AbortIcu
from srx_issu.domain.upgrade.rpc import Rpc

MAX_GROUP_ID = 128  # RG0 to RG128, "redundancy-group-id" in Junos
_IMAGE_PATH = re.compile(r"/var/tmp/[A-Za-z0-9][A-Za-z0-9._+-]*\.tgz")


class SoftwareFamily(StrEnum):
    """Which family of ``request`` commands a platform has."""

    SYSTEM = "system"
    VMHOST = "vmhost"  # platforms that are a vmhost, by policy/support.yaml [S]


@dataclass(frozen=True, kw_only=True)
class FailOver:
    """Makes ``to`` the primary of a group, by hand; leaves priority 255 and the manual flag."""

    group_id: int
    to: NodeName

    def __post_init__(self) -> None:
        _check_group(self.group_id)

    @property
    def cli(self) -> str:
        return f"request chassis cluster failover redundancy-group {self.group_id} node {self.to.number}"

    @property
    def rpc(self) -> Rpc:
        leaves = (("redundancy-group", str(self.group_id)), ("node", str(self.to.number)))
        return Rpc("request-chassis-cluster-failover", leaves)


@dataclass(frozen=True, kw_only=True)
class ResetFailover:
    """Gives a group its configured priorities back and clears the manual flag."""

    group_id: int

    def __post_init__(self) -> None:
        _check_group(self.group_id)

    @property
    def cli(self) -> str:
        return f"request chassis cluster failover reset redundancy-group {self.group_id}"

    @property
    def rpc(self) -> Rpc:
        return Rpc("request-chassis-cluster-failover-reset", (("redundancy-group", str(self.group_id)),))


@dataclass(frozen=True, kw_only=True)
class AbortIssu:
    """Closes the ISSU window on the node it is sent to; the guide wants it on both."""

    @property
    def cli(self) -> str:
        return "request chassis cluster in-service-upgrade abort"

    @property
    def rpc(self) -> Rpc:
        return Rpc("request-chassis-cluster-in-service-upgrade", (("abort", None),))


@dataclass(frozen=True, kw_only=True)
class RollBackNode:
    """Puts *one* node back on its previous image. Without ``node`` Junos rolls back both [S].

    Only ``request vmhost software rollback`` before 18.1R1 has no argument at all [Y], and is meant for the
    node that it is sent to.
    """

    node: NodeName
    software: SoftwareFamily = SoftwareFamily.SYSTEM
    reboot: bool = True
    names_node: bool = True

    def __post_init__(self) -> None:
        if not self.names_node and (self.reboot or self.software is not SoftwareFamily.VMHOST):
            raise RequestRefused(
                f"a rollback without 'node {self.node.number}' is only for vmhost software before 18.1R1, "
                "and does not reboot"
            )

    @property
    def cli(self) -> str:
        words = [f"request {self.software} software rollback"]
        words += [f"node {self.node.number}"] if self.names_node else []
        words += ["reboot"] if self.reboot else []
        return " ".join(words)

    @property
    def rpc(self) -> Rpc:
        name = (
            "request-package-rollback"
            if self.software is SoftwareFamily.SYSTEM
            else "request-vmhost-package-rollback"
        )
        leaves: list[tuple[str, str | None]] = [("node", str(self.node.number))] if self.names_node else []
        leaves += [("reboot", None)] if self.reboot else []
        return Rpc(name, tuple(leaves))


@dataclass(frozen=True, kw_only=True)
class RebootNode:
    """Reboots *one* node."""

    node: NodeName
    software: SoftwareFamily = SoftwareFamily.SYSTEM

    @property
    def cli(self) -> str:
        return f"request {self.software} reboot node {self.node.number}"

    @property
    def rpc(self) -> Rpc:
        name = "request-reboot" if self.software is SoftwareFamily.SYSTEM else "request-vmhost-reboot"
        return Rpc(name, (("node", str(self.node.number)),))


@dataclass(frozen=True, kw_only=True)
class HaltNode:
    """Halts the node it is sent to, and that one only: it boots again when a person tells it to [U]."""

    node: NodeName
    software: SoftwareFamily = SoftwareFamily.SYSTEM

    @property
    def cli(self) -> str:
        return f"request {self.software} halt"

    @property
    def rpc(self) -> Rpc:
        return Rpc("request-halt" if self.software is SoftwareFamily.SYSTEM else "request-vmhost-halt")


@dataclass(frozen=True, kw_only=True)
class SnapshotSoftware:
    """Backs the running software up to the other medium (guide: before an ISSU, where supported)."""

    software: SoftwareFamily = SoftwareFamily.SYSTEM

    @property
    def cli(self) -> str:
        return f"request {self.software} snapshot"

    @property
    def rpc(self) -> Rpc:
        return Rpc(
            "request-snapshot" if self.software is SoftwareFamily.SYSTEM else "request-vmhost-snapshot"
        )


@dataclass(frozen=True, kw_only=True)
class ValidateImage:
    """Has the node hold its configuration against an image that lies on it; changes nothing."""

    image_path: str
    software: SoftwareFamily = SoftwareFamily.SYSTEM

    def __post_init__(self) -> None:
        _check_image_path(self.image_path)

    @property
    def cli(self) -> str:
        return f"request {self.software} software validate {self.image_path}"

    @property
    def rpc(self) -> Rpc:
        vmhost = self.software is SoftwareFamily.VMHOST
        name = "request-vmhost-package-validate" if vmhost else "request-package-validate"
        return Rpc(name, (("package-name", self.image_path),))


@dataclass(frozen=True, kw_only=True)
class AddSoftware:
    """Installs an image that lies on the node it is sent to, on that node alone; active from its next boot.

    The node validates its configuration against the image first: the option that leaves this out is never
    sent. It names no routing engine either: a cluster refuses ``re0`` and ``re1`` (docs/junos.md).
    """

    image_path: str
    software: SoftwareFamily = SoftwareFamily.SYSTEM

    def __post_init__(self) -> None:
        _check_image_path(self.image_path)

    @property
    def cli(self) -> str:
        return f"request {self.software} software add {self.image_path}"

    @property
    def rpc(self) -> Rpc:
        vmhost = self.software is SoftwareFamily.VMHOST
        name = "request-vmhost-package-add" if vmhost else "request-package-add"
        return Rpc(name, (("package-name", self.image_path),))


@dataclass(frozen=True, kw_only=True)
class ResyncPolicies:
    """Copies the policies of the routing engine to the packet forwarding engines again [S]."""

    @property
    def cli(self) -> str:
        return "request security policies resync"

    @property
    def rpc(self) -> Rpc:
        return Rpc("recover-security-policy")


@dataclass(frozen=True, kw_only=True)
class StartIssu:
    """Starts the in-service upgrade on the RG0 primary: the ISSU, always with ``reboot`` (docs/junos.md,
    "Which command starts an ISSU"), or with ``no_sync`` the ICU, which reboots both nodes in any case."""

    image_path: str
    software: SoftwareFamily = SoftwareFamily.SYSTEM
    unlink: bool = False
    no_validate: bool = False  # only as a person has asked for, and people have approved
    no_sync: bool = False
    no_tcp_syn_check: bool = False  # of an ICU: for a window of time that the node closes by itself

    def __post_init__(self) -> None:
        _check_image_path(self.image_path)
        asked = [option for option in self._options if option != "reboot"]
        if asked and self.software is SoftwareFamily.VMHOST:
            raise RequestRefused(f"{asked[0]} does not exist in 'request vmhost software in-service-upgrade'")
        if self.no_tcp_syn_check and not self.no_sync:
            raise RequestRefused("no-tcp-syn-check is for an in-service upgrade with no-sync (ICU) only")

    @property
    def _options(self) -> tuple[str, ...]:
        given = {
            "reboot": not self.no_sync,
            "no-sync": self.no_sync,
            "no-tcp-syn-check": self.no_tcp_syn_check,
            "no-validate": self.no_validate,
            "unlink": self.unlink,
        }
        return tuple(option for option, is_given in given.items() if is_given)

    @property
    def cli(self) -> str:
        start = f"request {self.software} software in-service-upgrade {self.image_path}"
        return " ".join((start, *self._options))

    @property
    def rpc(self) -> Rpc:
        leaves = (("package-name", self.image_path), *((option, None) for option in self._options))
        vmhost = self.software is SoftwareFamily.VMHOST
        name = "request-vmhost-package-in-service-upgrade" if vmhost else "request-package-in-service-upgrade"
        return Rpc(name, leaves)


Command = (
    FailOver
    | ResetFailover
    | AbortIssu
    | AbortIcu
    | RollBackNode
    | RebootNode
    | HaltNode
    | SnapshotSoftware
    | ValidateImage
    | AddSoftware
    | ResyncPolicies
    | StartIssu
)


def _check_image_path(path: str) -> None:
    if not _IMAGE_PATH.fullmatch(path):
        raise RequestRefused(
            f"image path {path!r}: expected /var/tmp/<name>.tgz of letters, digits and . _ + -"
        )


def _check_group(group_id: int) -> None:
    if not 0 <= group_id <= MAX_GROUP_ID:
        raise RequestRefused(f"redundancy group {group_id}: expected 0 to {MAX_GROUP_ID}")
