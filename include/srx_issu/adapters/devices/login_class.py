"""The Junos login class with just what this software needs, as ``set`` commands for docs/junos-account.md.

An allow-list alone: without the permission "maintenance" Junos denies every ``request`` that is not named.
One list, ``RIGHTS``: the page's class is made of it, and a probe asks for its commands. A test holds every
command that the software can send to it.
Not confirmed on a real SRX: how strictly a release applies ``allow-commands-regexps`` to RPCs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from srx_issu.adapters.devices.questions import checksum, file_show
from srx_issu.adapters.devices.start import job_folder
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.upgrade.commands import (
    AbortIssu,
    AddSoftware,
    FailOver,
    RebootNode,
    ResetFailover,
    ResyncPolicies,
    RollBackNode,
    SnapshotSoftware,
    SoftwareFamily,
    StartIssu,
    ValidateImage,
)
from srx_issu.domain.upgrade.icu_commands import AbortIcu

CLASS = "srx-issu"
# view: show commands. view-configuration and secret: the backup, which is sealed. No right to configure.
PERMISSIONS = ("secret", "view", "view-configuration")

_NODE = "[01]"
_GROUP = "[0-9]+"
_IMAGE = "/var/tmp/[-A-Za-z0-9._+]+"
_OPTIONS = "( no-validate)?( unlink)?"
_FILE = "/[-A-Za-z0-9._/+]+"


@dataclass(frozen=True, kw_only=True)
class UpgradeAsked:
    """The upgrade whose commands are meant. ``names_node``: its rollback takes ``node``."""

    image_path: str
    software: SoftwareFamily
    groups: tuple[int, ...]
    names_node: bool = True


@dataclass(frozen=True, kw_only=True)
class Right:
    """What an expression of the class permits, and the commands of it that an upgrade cannot do without."""

    expression: str
    commands: Callable[[UpgradeAsked], tuple[str, ...]] = lambda _: ()


def _rollbacks(asked: UpgradeAsked) -> tuple[str, ...]:
    if not asked.names_node:
        return ()
    return tuple(RollBackNode(node=node, software=asked.software).cli for node in NodeName)


def _bare_rollback(asked: UpgradeAsked) -> tuple[str, ...]:
    if asked.names_node:
        return ()
    node = NodeName.NODE0
    return (RollBackNode(node=node, software=asked.software, reboot=False, names_node=False).cli,)


RIGHTS = (
    Right(expression=f"file checksum sha-256 {_FILE}", commands=lambda a: (checksum(a.image_path).cli,)),
    Right(
        expression="request (system|vmhost) snapshot",
        commands=lambda a: (SnapshotSoftware(software=a.software).cli,),
    ),
    Right(
        expression=f"request (system|vmhost) software validate {_IMAGE}",
        commands=lambda a: (ValidateImage(image_path=a.image_path, software=a.software).cli,),
    ),
    Right(
        expression=f"request (system|vmhost) software add {_IMAGE}",
        commands=lambda a: (AddSoftware(image_path=a.image_path, software=a.software).cli,),
    ),
    Right(expression="start shell", commands=lambda _: ("start shell",)),
    Right(
        expression=f"request (system|vmhost) software in-service-upgrade {_IMAGE} "
        f"(reboot|no-sync( no-tcp-syn-check)?){_OPTIONS}",
        commands=lambda a: (StartIssu(image_path=a.image_path, software=a.software).cli,),
    ),
    Right(
        expression=f"file show {_FILE}",
        commands=lambda _: (file_show(f"{job_folder('probe')}/transcript").cli,),
    ),
    Right(expression=f"file list {_FILE}( detail)?"),
    Right(
        expression="request chassis cluster in-service-upgrade abort", commands=lambda _: (AbortIssu().cli,)
    ),
    Right(
        expression="request system software abort in-service-upgrade", commands=lambda _: (AbortIcu().cli,)
    ),
    Right(
        expression=f"request (system|vmhost) software rollback node {_NODE}( reboot)?", commands=_rollbacks
    ),
    Right(
        expression=f"request (system|vmhost) reboot node {_NODE}",
        commands=lambda a: tuple(RebootNode(node=node, software=a.software).cli for node in NodeName),
    ),
    Right(
        expression=f"request chassis cluster failover redundancy-group {_GROUP} node {_NODE}",
        commands=lambda a: tuple(FailOver(group_id=g, to=node).cli for g in a.groups for node in NodeName),
    ),
    Right(
        expression=f"request chassis cluster failover reset redundancy-group {_GROUP}",
        commands=lambda a: tuple(ResetFailover(group_id=group).cli for group in a.groups),
    ),
    Right(
        expression="request security policies (check|resync)",
        commands=lambda _: ("request security policies check", ResyncPolicies().cli),
    ),
    # Evidence alone: without them its manifest says what is missing
    Right(expression="show log (messages|jsrpd|chassisd)"),
    Right(expression="request support information"),
)
# Of a vmhost before 18.1R1, whose rollback has no argument [Y]; from there on it is none of the class
BARE_ROLLBACK = Right(expression="request vmhost software rollback", commands=_bare_rollback)


def commands_of_an_upgrade(asked: UpgradeAsked) -> tuple[str, ...]:
    """Every command that may be sent or asked beside ``show``, in the order of an upgrade."""
    rights = (*RIGHTS, BARE_ROLLBACK)
    return ("show configuration", *(command for right in rights for command in right.commands(asked)))


def allows(command: str) -> bool:
    """Whether an account of the class may give the command; ``show`` comes with the permission "view"."""
    return command.startswith("show ") or any(re.fullmatch(each.expression, command) for each in RIGHTS)


def configuration() -> tuple[str, ...]:
    """The ``set`` commands from 18.1R1 on, in the order to type them."""
    return _class(*(f'allow-commands-regexps "^{each.expression}$"' for each in RIGHTS))


def configuration_before_18_1(*, is_vmhost: bool = False) -> tuple[str, ...]:
    """The same class for releases that do not know ``allow-commands-regexps``: one expression, which later
    ones take as well. Each term stands in parentheses of its own, as Junos wants it. ``is_vmhost``: with the
    rollback that names no node, for as long as such a release runs."""
    rights = (*RIGHTS, BARE_ROLLBACK) if is_vmhost else RIGHTS
    terms = "|".join(f"(^{each.expression}$)" for each in rights)
    return _class(f'allow-commands "{terms}"')


def traces() -> tuple[str, ...]:
    """What the class needs besides where policy asks for trace options, which are a commit."""
    base = f"set system login class {CLASS}"
    return (f"{base} permissions configure", f'{base} allow-configuration "^chassis cluster traceoptions"')


def apart() -> tuple[str, ...]:
    """What the class needs besides for the route that takes the nodes apart, from 18.1R1 on: its commits, and
    the halt of a node."""
    base = f"set system login class {CLASS}"
    lines = "interfaces|chassis cluster|security flow tcp-session"
    return (
        f"{base} permissions configure",
        f'{base} allow-configuration "^({lines})"',
        f'{base} allow-commands-regexps "^request (system|vmhost) halt$"',
    )


def _class(*allowing: str) -> tuple[str, ...]:
    base = f"set system login class {CLASS}"
    permissions = f"permissions [ {' '.join(PERMISSIONS)} ]"
    return tuple(f"{base} {statement}" for statement in (permissions, *allowing, "idle-timeout 60"))
