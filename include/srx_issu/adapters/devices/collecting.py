"""Collecting the heavy state through the NETCONF sessions that a reader has open already."""

from __future__ import annotations

from collections.abc import Iterable

from srx_issu.adapters.devices.netconf import NetconfSession
from srx_issu.adapters.devices.parse.reply import Element
from srx_issu.adapters.devices.pyez import PyezClusterReader
from srx_issu.adapters.devices.state.ask import Args
from srx_issu.adapters.devices.state.collect import collect
from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.state import TABLES, ClusterState
from srx_issu.domain.upgrade.commands import Rpc
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.ports.clock import Clock


def collect_state(
    reader: PyezClusterReader,
    snapshot: Snapshot,
    tables: Iterable[str] = TABLES,
    *,
    intent: Intent,
    clock: Clock,
) -> ClusterState:
    """``tables``, by the limits of the intent's policy. Never raises for a node."""
    return collect(
        lambda node, rpc, args: _ask(reader, node, rpc, args),
        snapshot,
        tables,
        clock=clock,
        limits=intent.policy.limits,
        image_path=intent.image.node_path,
    )


def _ask(reader: PyezClusterReader, node: NodeName, rpc: str, args: Args) -> Element:
    return reader.talk(node, lambda session: send(session, rpc, args))


def send(session: NetconfSession, rpc: str, args: Args) -> Element:
    """One question of the heavy state, in the form that a session takes."""
    if rpc == "command":
        return session.command(args.get("") or "", form=args.get("@format") or "xml")
    attributes = tuple((key[1:], value or "") for key, value in args.items() if key.startswith("@"))
    leaves = tuple((key, value) for key, value in args.items() if not key.startswith("@"))
    return session.call(Rpc(rpc, leaves), attributes=attributes, large=True)
