"""Collecting the heavy state through the NETCONF sessions that a reader has open already."""

from __future__ import annotations

from collections.abc import Iterable

from srx_issu.adapters.devices.pyez import PyezClusterReader
from srx_issu.adapters.devices.state.collect import collect
from srx_issu.domain.cluster.model import Snapshot
from srx_issu.domain.cluster.state import TABLES, ClusterState
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
        lambda node, form: reader.talk(node, lambda session: session.send(form, large=True)),
        snapshot,
        tables,
        clock=clock,
        limits=intent.policy.limits,
        image_path=intent.image.node_path,
    )
