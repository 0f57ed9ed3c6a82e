"""Which rollback a node's release takes."""

from __future__ import annotations

from srx_issu.domain.errors import UnparsableVersion
from srx_issu.domain.junos.version import parse
from srx_issu.domain.upgrade.commands import SoftwareFamily

_VMHOST_BY_NODE = (18, 1)


def rollback_names_node(software: SoftwareFamily, release: str | None) -> bool:
    """Whether it takes ``node``: that of a vmhost from 18.1R1 on [Y]. Where the release is not known: a node
    that does not take it refuses, and a person acts."""
    if software is not SoftwareFamily.VMHOST or release is None:
        return True
    try:
        return parse(release).main >= _VMHOST_BY_NODE
    except UnparsableVersion:
        return True
