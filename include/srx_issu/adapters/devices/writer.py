"""Changing a cluster: ``domain.upgrade.commands``, each in one of two forms, never sent twice.

The session is open and logged in before the send gate is asked; its permit is checked as the last thing
before the bytes leave. The other form is tried only when the node did not know the first, which proves that
nothing was done. Over NETCONF no command asks for confirmation.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from srx_issu.adapters.devices.committing import commit
from srx_issu.adapters.devices.credentials import Credentials
from srx_issu.adapters.devices.netconf import NetconfSession
from srx_issu.adapters.devices.parse.files import output
from srx_issu.adapters.devices.parse.refusals import (
    command_refusal,
    doubtful_line,
    errors_in,
    is_going_down,
    raise_errors,
    warnings_in,
)
from srx_issu.adapters.devices.parse.reply import Element
from srx_issu.adapters.devices.pyez import NodeSessions
from srx_issu.adapters.devices.question import RequestForm, cli_form
from srx_issu.adapters.devices.shell import NoShell, node_shell
from srx_issu.adapters.devices.start import RPC_WAIT_S, RpcStartLine, ShellStartLine, job_folder
from srx_issu.domain.cluster.model import Cluster, NodeName
from srx_issu.domain.errors import (
    CommandRefused,
    ReplyNotUnderstood,
    RequestRefused,
    SessionLost,
    UnknownCommand,
)
from srx_issu.domain.upgrade.commands import (
    AbortIssu,
    AddSoftware,
    Command,
    HaltNode,
    RebootNode,
    ResyncPolicies,
    RollBackNode,
    SnapshotSoftware,
    StartIssu,
    ValidateImage,
)
from srx_issu.domain.upgrade.configuration import CommitConfiguration
from srx_issu.domain.upgrade.icu_commands import AbortIcu
from srx_issu.domain.upgrade.intent import StartMethod, Timers
from srx_issu.ports.devices import Line, StartLine
from srx_issu.ports.permits import Permit

log = logging.getLogger(__name__)

# How long an answer may take at least. Field: a snapshot to the other medium takes 25 to 35 minutes.
_PATIENCE_S: dict[type[Command], float] = {
    SnapshotSoftware: 2700.0,
    ValidateImage: 1800.0,
    AddSoftware: 2700.0,
    RollBackNode: 900.0,
    ResyncPolicies: 300.0,
}


# A reboot's answer tells nothing that a look does not, and some releases never end it (docs/junos.md).
REBOOT_ANSWER_S = 15.0

_TAKES_DOWN = (RebootNode, RollBackNode, HaltNode)


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
        self.takes_answers = False  # an ISSU that is started from here has a standing input
        self._folder_of = folder_of
        self._rpc_wait_s = rpc_wait_s
        self._pause = pause
        self._cluster = cluster
        self._credentials = credentials
        self._timers = timers
        self._sessions = sessions or NodeSessions(cluster, credentials, timers)

    @contextmanager
    def line(self, node: NodeName) -> Iterator[Line]:
        session = self._sessions.of(node)
        session.renew()
        yield NetconfLine(session=session, rpc_s=self._timers.rpc_s)

    @contextmanager
    def start_line(self, node: NodeName, method: StartMethod) -> Iterator[StartLine]:
        with ExitStack() as stack:
            shell = None if method is StartMethod.RPC else self._shell(stack, node, method)
            yield self._rpc_line(node) if shell is None else shell

    def _shell(self, stack: ExitStack, node: NodeName, method: StartMethod) -> StartLine | None:
        """None where the account has no shell and policy allows the RPC."""
        connect_s = self._timers.connect_s
        address = self._cluster.address(node)
        try:
            shell = stack.enter_context(
                node_shell(node, address, self._credentials, connect_s=connect_s, timeout_s=connect_s)
            )
        except NoShell as reason:
            if method is StartMethod.SHELL:
                words = f"no shell for a detached start ({reason}); nothing was sent"
                raise UnknownCommand(node, words) from reason
            log.info("%s %s: no shell, going by RPC: %s", self._cluster.name, node, reason)
            return None
        return ShellStartLine(
            shell=shell,
            folder_of=self._folder_of,
            pause=self._pause,
            permit_s=self._timers.node_permit_s,
            takes_answers=self.takes_answers,
        )

    def _rpc_line(self, node: NodeName) -> StartLine:
        session = self._sessions.of(node)
        session.renew()
        return RpcStartLine(session=session, wait_s=self._rpc_wait_s)

    @property
    def is_needed(self) -> bool:
        """Whether the session of a start by RPC is open, which the node may end the ISSU with."""
        return self._sessions.await_an_end

    def close(self) -> None:
        self._sessions.close()


@dataclass(frozen=True, kw_only=True)
class NetconfLine:
    """``ports.Line`` over one NETCONF session."""

    session: NetconfSession
    rpc_s: float

    def send(self, command: Command, permit: Permit) -> str:
        if isinstance(command, StartIssu):
            raise RequestRefused("an ISSU is started over a start line, which starts it once")
        timeout_s = max(self.rpc_s, _PATIENCE_S.get(type(command), 0.0))
        if isinstance(command, RebootNode | HaltNode):
            timeout_s = min(timeout_s, REBOOT_ANSWER_S)
        by_rpc, by_cli = RequestForm(rpc=command.rpc), cli_form(command.cli, "text")
        # The RPC is missing up to 21.2 and was found refused: docs/junos.md, "Questions and their RPCs"
        first, second = (by_cli, by_rpc) if isinstance(command, ResyncPolicies) else (by_rpc, by_cli)
        try:
            try:
                return self._sent(first, command, timeout_s, permit)
            except UnknownCommand:
                return self._sent(second, command, timeout_s, permit)
        except ReplyNotUnderstood as error:  # it may have been carried out
            node = self.session.node
            raise SessionLost(node, f"the answer cannot be read: {error.message}") from error

    def commit(self, command: CommitConfiguration, permit: Permit) -> str:
        try:
            return commit(self.session, command, permit, self.rpc_s)
        except ReplyNotUnderstood as error:  # it may have been carried out
            raise SessionLost(self.session.node, f"the answer cannot be read: {error.message}") from error

    def _sent(self, form: RequestForm, command: Command, timeout_s: float, permit: Permit) -> str:
        reply = self.session.send(form, timeout_s=timeout_s, just_before=permit.check)
        return _words(self.session.node, command, reply)


def _words(node: str, command: Command, reply: Element) -> str:
    """What the node said. Raises CommandRefused, with all of it, when a line of it says no, and
    ReplyNotUnderstood where one may: only a look at the nodes tells then. Of a validation, which changes
    nothing, the step judges the words."""
    if isinstance(command, _TAKES_DOWN) and (last := [e for e in errors_in(reply) if is_going_down(e)]):
        return "\n".join(last)
    raise_errors(node, reply)
    warnings = (f"warning: {text.removeprefix('warning: ')}" for text in warnings_in(reply))
    words = "\n".join(filter(None, (*warnings, output(reply))))
    if command_refusal(words, of_issu=not isinstance(command, AbortIssu | AbortIcu)) is not None:
        raise CommandRefused(node, words)
    if not isinstance(command, ValidateImage) and doubtful_line(words) is not None:
        raise ReplyNotUnderstood(node, f"neither yes nor no: {words}")
    return words
