"""A look at both nodes that a moment's silence does not decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.errors import ConnectionUnusable
from srx_issu.ports.devices import ClusterReader
from srx_issu.steps.context import UpgradeContext

SHORTEST_PAUSE_S = 3.0  # between two looks at a node that does not answer


def look_patiently(context: UpgradeContext) -> Snapshot:
    """Both nodes, asked again for up to ``group_settle_s`` while one does not answer: the network may be away
    for a moment, and nobody is woken for that. In the end it is what it is.

    Raises ConnectionUnusable when both nodes refuse the login: nothing is decided by that.
    """
    timers = context.intent.policy.timers
    until = context.clock.now() + timedelta(seconds=timers.group_settle_s)
    now = context.reader.observe()
    while not now.both_reachable and context.clock.now() < until:
        silent = "; ".join(f"{v.node}: {v.error or 'no answer'}" for v in now.views if not v.reachable)
        context.log.info("%s %s; asking again", context.intent.cluster.name, silent)
        context.clock.sleep(max(SHORTEST_PAUSE_S, timers.poll_s))
        now = context.reader.observe()
    return require_login(now)


def require_login(now: Snapshot) -> Snapshot:
    """Raises ConnectionUnusable when both nodes refuse our login: the look says nothing about the cluster."""
    if now.is_shut_out:
        errors = "; ".join(f"{view.node}: {view.error}" for view in now.views)
        raise ConnectionUnusable(
            f"both nodes of {now.cluster} refuse the login ({errors}); correct the login and the host keys "
            "of the Airflow connection"
        )
    return now


@dataclass(frozen=True, kw_only=True)
class LoginRequired:
    """``ports.ClusterReader`` once an ISSU was asked for: a login that both nodes refuse shows nothing."""

    reader: ClusterReader

    def observe(self) -> Snapshot:
        """Raises ConnectionUnusable when both nodes refuse the login; the step waits that out."""
        return require_login(self.reader.observe())

    def read_text(self, node: NodeName, path: str) -> str | None:
        return self.reader.read_text(node, path)

    def configuration(self, node: NodeName, form: str) -> str:
        return self.reader.configuration(node, form)
