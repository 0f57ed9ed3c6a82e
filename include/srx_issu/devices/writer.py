"""Changing a cluster: the commands of ``domain.commands``, each in one of two forms, never sent twice.

The other form is tried only when the node did not know the first, which proves that nothing was done.
Over NETCONF no command asks for confirmation.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from srx_issu.devices.credentials import Credentials
from srx_issu.devices.netconf import NetconfSession
from srx_issu.devices.parse.files import output
from srx_issu.devices.parse.refusals import raise_errors, refusal_line, warnings_in
from srx_issu.devices.parse.reply import Element
from srx_issu.devices.pyez import NodeSessions
from srx_issu.devices.shell import NoShell, node_shell
from srx_issu.devices.start import RPC_WAIT_S, job_folder, start_by_rpc, start_in_shell
from srx_issu.domain.commands import (
    AbortIssu,
    Command,
    ResyncPolicies,
    RollBackNode,
    SnapshotSoftware,
    StartIssu,
)
from srx_issu.domain.errors import (
    CommandRefused,
    ReplyNotUnderstood,
    RequestRefused,
    SessionLost,
    UnknownCommand,
)
from srx_issu.domain.intent import StartMethod, Timers
from srx_issu.domain.model import Cluster, NodeName
from srx_issu.ports.devices import StartReport

log = logging.getLogger(__name__)

# How long an answer may take at least. Field: a snapshot to the other medium takes 25 to 35 minutes.
_PATIENCE_S: dict[type[Command], float] = {
    SnapshotSoftware: 2700.0,
    RollBackNode: 900.0,
    ResyncPolicies: 300.0,
}


class PyezClusterWriter:
    """``ports.ClusterWriter`` over NETCONF and, for the start, the node's shell. Call ``close``."""

    def __init__(
        self,
        cluster: Cluster,
        credentials: Credentials,
        timers: Timers,
        *,
        folder_of: Callable[[str], str] = job_folder,
        rpc_wait_s: float = RPC_WAIT_S,
        pause: Callable[[float], None] = time.sleep,
        sessions: NodeSessions | None = None,
    ) -> None:
        self._folder_of = folder_of
        self._rpc_wait_s = rpc_wait_s
        self._pause = pause
        self._cluster = cluster
        self._credentials = credentials
        self._timers = timers
        self._sessions = sessions or NodeSessions(cluster, credentials, timers)

    def send(self, node: NodeName, command: Command) -> str:
        if isinstance(command, StartIssu):
            raise RequestRefused("an ISSU is started by start_issu, which starts it once")
        session = self._sessions.of(node)
        session.renew()
        timeout_s = max(self._timers.rpc_s, _PATIENCE_S.get(type(command), 0.0))
        ways = (_by_rpc, _by_cli)
        # A field script found the RPCs of "security policies" answering errors; dossier, section 1.
        first, second = reversed(ways) if isinstance(command, ResyncPolicies) else ways
        try:
            try:
                return first(session, command, timeout_s)
            except UnknownCommand:
                return second(session, command, timeout_s)
        except ReplyNotUnderstood as error:  # it may have been carried out
            raise SessionLost(node, f"the answer cannot be read: {error.message}") from error

    def start_issu(self, node: NodeName, command: StartIssu, job: str, method: StartMethod) -> StartReport:
        """Raises DeviceError only when provably nothing was sent: for SHELL, UnknownCommand where the
        account has no shell that can run a detached job."""
        if method is not StartMethod.RPC:
            try:
                return self._start_in_shell(node, command, self._folder_of(job))
            except NoShell as reason:
                if method is StartMethod.SHELL:
                    words = f"no shell for a detached start ({reason}); nothing was sent"
                    raise UnknownCommand(node, words) from reason
                log.info("%s %s: no shell, going by RPC: %s", self._cluster.name, node, reason)
        return start_by_rpc(self._sessions.of(node), command, self._rpc_wait_s)

    def _start_in_shell(self, node: NodeName, command: StartIssu, folder: str) -> StartReport:
        with node_shell(
            node,
            self._cluster.address(node),
            self._credentials,
            connect_s=self._timers.connect_s,
            timeout_s=self._timers.connect_s,
        ) as shell:
            return start_in_shell(shell, command, folder, self._pause)

    def close(self) -> None:
        self._sessions.close()


def _by_rpc(session: NetconfSession, command: Command, timeout_s: float) -> str:
    return _words(session.node, command, session.call(command.rpc, timeout_s=timeout_s))


def _by_cli(session: NetconfSession, command: Command, timeout_s: float) -> str:
    reply = session.command(command.cli, form="text", timeout_s=timeout_s)
    return _words(session.node, command, reply)


def _words(node: str, command: Command, reply: Element) -> str:
    """What the node said. Raises CommandRefused, with all of it, when a line of it says no."""
    raise_errors(node, reply)
    warnings = (f"warning: {text.removeprefix('warning: ')}" for text in warnings_in(reply))
    words = "\n".join(filter(None, (*warnings, output(reply))))
    if refusal_line(words, of_issu=not isinstance(command, AbortIssu)) is not None:
        raise CommandRefused(node, words)
    return words
