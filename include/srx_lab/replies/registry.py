"""Every read-only command the lab answers, by the files that hold them below their replies."""

from __future__ import annotations

from srx_lab.replies import (
    chassis,
    cluster,
    cold_sync,
    environment,
    installed,
    interfaces,
    links,
    nat,
    neighbors,
    network,
    policies,
    routes,
    routing,
    security,
    software,
    system,
    vpn,
)
from srx_lab.replies.scene import Show

SHOWS: tuple[Show, ...] = (
    *software.SHOWS,
    *installed.SHOWS,
    *cluster.SHOWS,
    *cold_sync.SHOWS,
    *links.SHOWS,
    *chassis.SHOWS,
    *environment.SHOWS,
    *system.SHOWS,
    *policies.SHOWS,
    *security.SHOWS,
    *vpn.SHOWS,
    *nat.SHOWS,
    *routing.SHOWS,
    *routes.SHOWS,
    *interfaces.SHOWS,
    *neighbors.SHOWS,
    *network.SHOWS,
)

BY_RPC: dict[str, Show] = {}
for _each in SHOWS:
    BY_RPC.setdefault(_each.rpc, _each)
