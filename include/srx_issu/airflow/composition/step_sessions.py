"""What talks to the nodes of one upgrade's cluster, for one step.

Every part is made when it is first used, the account of the nodes as well: most steps ask one thing, some ask
no node. PyEZ and paramiko take a second to import, and DAG files import this package: they are imported then
too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack, closing
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from srx_issu.adapters.clock import SystemClock
from srx_issu.adapters.devices.credentials import Credentials
from srx_issu.airflow.composition.recording import recorded
from srx_issu.airflow.hooks.srx import SrxHook
from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.state import TABLES, ClusterState
from srx_issu.domain.history.sending_rules import ASKS_NEXT_BOOT, BY_PLAN
from srx_issu.domain.upgrade.intent import Intent, Timers
from srx_issu.domain.upgrade.route import Route
from srx_issu.ports.devices import NodeFiles, ShowSession

if TYPE_CHECKING:
    from srx_issu.adapters.devices.pyez import PyezClusterReader
    from srx_issu.adapters.devices.writer import PyezClusterWriter

# On a route where a node that is down must be seen within seconds, at most: to open a session, to look and to
# send; and for one answer to a question of a look.
CONNECT_S, LOOK_S = 10.0, 20.0


class StartSession(Protocol):
    """What may have to outlive its step."""

    @property
    def is_needed(self) -> bool: ...

    def close(self) -> None: ...


@dataclass(frozen=True, kw_only=True)
class StepSessions:
    """``stack`` closes what was opened; those of the writer are given to ``keep``, where there is one."""

    intent: Intent
    stack: ExitStack
    keep: Callable[[StartSession], None] | None = None

    @cached_property
    def account(self) -> Credentials:
        """Raises ConnectionUnusable."""
        return SrxHook(self.intent.cluster.connection_id).credentials()

    @property
    def _timers(self) -> Timers:
        timers = self.intent.policy.timers
        if self.intent.route not in BY_PLAN:
            return timers
        return replace(timers, connect_s=min(timers.connect_s, CONNECT_S))

    @cached_property
    def reader(self) -> PyezClusterReader:
        from srx_issu.adapters.devices.pyez import NodeSessions, PyezClusterReader  # noqa: PLC0415

        intent = self.intent
        presses, timers = intent.route in BY_PLAN, self._timers
        made = PyezClusterReader(
            intent.cluster,
            self.account,
            timers,
            sessions=NodeSessions(intent.cluster, self.account, timers, tries_others=presses),
            asks_next_boot=intent.route in ASKS_NEXT_BOOT,
            asks_links=intent.route is Route.MINIMAL_DOWNTIME,
        )
        made.look_s = min(timers.rpc_s, LOOK_S) if presses else None
        return self.stack.enter_context(made)

    @cached_property
    def writer(self) -> PyezClusterWriter:
        from srx_issu.adapters.devices.pyez import NodeSessions  # noqa: PLC0415
        from srx_issu.adapters.devices.writer import PyezClusterWriter  # noqa: PLC0415

        cluster, timers, presses = self.intent.cluster, self._timers, self.intent.route in BY_PLAN
        sessions = NodeSessions(cluster, self.account, timers, tries_others=presses)
        made = PyezClusterWriter(cluster, self.account, timers, sessions=sessions)
        made.takes_answers = bool(self.intent.policy.answered_prompts)
        if self.keep is None:
            return self.stack.enter_context(closing(made))
        self.keep(made)
        return made

    def files(self, node: NodeName) -> NodeFiles:
        from srx_issu.adapters.devices.transfer import SshNodeFiles  # noqa: PLC0415

        intent = self.intent
        address = intent.cluster.address(node)
        return self.stack.enter_context(SshNodeFiles(node, address, self.account, intent.policy.timers))

    def show_session(self, node: NodeName) -> AbstractContextManager[ShowSession]:
        from srx_issu.adapters.devices.show_session import show_session  # noqa: PLC0415

        timers, evidence = self.intent.policy.timers, self.intent.policy.evidence
        return show_session(
            node,
            self.intent.cluster.address(node),
            self.account,
            connect_s=timers.connect_s,
            silent_s=timers.rpc_s,
            bytes_per_s=evidence.bytes_per_s,
        )

    def collect(self, snapshot: Snapshot, tables: Iterable[str] = TABLES) -> ClusterState:
        from srx_issu.adapters.devices.collecting import collect_state  # noqa: PLC0415

        return collect_state(self.reader, snapshot, tables, intent=self.intent, clock=SystemClock())

    def bundle(self) -> str:
        return recorded(self.intent, self.account)
