"""`request support information`: many commands in one answer; takes 5 to 15 minutes [docs/fidelity.md]."""

# ruff: noqa: ARG001 - every operation takes device, query and session

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from srx_lab.device import Device
from srx_lab.markup import leaf
from srx_lab.replies import answer
from srx_lab.replies.answer import Reply
from srx_lab.replies.logs import log_lines
from srx_lab.replies.registry import BY_RPC
from srx_lab.replies.scene import Query
from srx_lab.session import Session

TAKES_S = 420.0
_ASKED = (
    "get-software-information",
    "get-chassis-cluster-status",
    "get-chassis-cluster-information",
    "get-system-uptime-information",
    "get-alarm-information",
    "get-system-core-dumps",
)


async def support_information(device: Device, query: Query, session: Session) -> Reply:
    """Of the asked node; nothing is printed before its end."""
    await asyncio.sleep(device.cluster.setting.clock.wall_s(TAKES_S))
    lines = list(_lines(device))
    return Reply(parts=(leaf("output", "\n".join(lines), padded=True),), lines=iter(lines))


def _lines(device: Device) -> Iterator[str]:
    for rpc in _ASKED:
        asked = BY_RPC[rpc]
        yield f"{device.user}@{device.host_name}> {asked.cli} no-forwarding"
        reply = answer.show(device.world, asked, Query(rpc=rpc), device.scene())
        yield from reply.lines or ()
    yield f"{device.user}@{device.host_name}> show log messages"
    yield from log_lines(device.scene(), "messages") or ()
