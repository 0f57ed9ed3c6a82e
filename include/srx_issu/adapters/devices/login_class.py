"""The Junos login class with just what this software needs, as ``set`` commands for docs/junos-account.md.

An allow-list alone: without the permission "maintenance" Junos denies every ``request`` that is not named.
The page's list is this module's output, and a test holds every command that the software can send to it.
Not confirmed on a real SRX: how strictly a release applies ``allow-commands-regexps`` to RPCs.
"""

from __future__ import annotations

import re

CLASS = "srx-issu"
# view: show commands. view-configuration and secret: the backup, which is sealed. No right to configure.
PERMISSIONS = ("secret", "view", "view-configuration")

_NODE = "[01]"
_GROUP = "[0-9]+"
_IMAGE = "/var/tmp/[-A-Za-z0-9._+]+"
_FILE = "/[-A-Za-z0-9._/+]+"
ALLOWED = (
    f"request chassis cluster failover redundancy-group {_GROUP} node {_NODE}",
    f"request chassis cluster failover reset redundancy-group {_GROUP}",
    "request chassis cluster in-service-upgrade abort",
    f"request (system|vmhost) software in-service-upgrade {_IMAGE} reboot( no-validate)?( unlink)?",
    f"request (system|vmhost) software validate {_IMAGE}",
    f"request (system|vmhost) software rollback node {_NODE}( reboot)?",
    f"request (system|vmhost) reboot node {_NODE}",
    "request (system|vmhost) snapshot",
    "request security policies (check|resync)",
    "show log (messages|jsrpd|chassisd)",
    "request support information",
    f"file show {_FILE}",
    f"file list {_FILE}( detail)?",
    f"file checksum sha-256 {_FILE}",
    "start shell",
)


def allows(command: str) -> bool:
    """Whether an account of the class may give the command; ``show`` comes with the permission "view"."""
    return command.startswith("show ") or any(re.fullmatch(each, command) for each in ALLOWED)


def configuration() -> tuple[str, ...]:
    """The ``set`` commands from 18.1R1 on, in the order to type them."""
    return _class(*(f'allow-commands-regexps "^{each}$"' for each in ALLOWED))


def configuration_before_18_1() -> tuple[str, ...]:
    """The same class for releases that do not know ``allow-commands-regexps``: one expression, which later
    ones take as well. Each term stands in parentheses of its own, as Junos wants it."""
    terms = "|".join(f"(^{each}$)" for each in ALLOWED)
    return _class(f'allow-commands "{terms}"')


def _class(*allowing: str) -> tuple[str, ...]:
    base = f"set system login class {CLASS}"
    permissions = f"permissions [ {' '.join(PERMISSIONS)} ]"
    return tuple(f"{base} {statement}" for statement in (permissions, *allowing, "idle-timeout 60"))
