"""Puts every question to both nodes, over both wires, and keeps each exchange. Changes nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import asyncssh

from srx_issu.adapters.devices import async_login, compound
from srx_issu.adapters.devices.credentials import Credentials
from srx_issu.adapters.devices.errors import COMMON_GROUND
from srx_issu.adapters.devices.interview import PLANNED
from srx_issu.adapters.devices.netconf import NetconfSession
from srx_issu.adapters.devices.parse.reply import Element
from srx_issu.adapters.devices.pyez import ask
from srx_issu.adapters.devices.question import Question, RequestForm
from srx_issu.adapters.devices.questions import COLD_SYNC, INFORMATION
from srx_issu.adapters.devices.sessions import KeptSession
from srx_issu.adapters.devices.state.conversation import Conversation
from srx_issu.domain.cluster.model import Cluster, NodeName, Snapshot
from srx_issu.domain.errors import DeviceError, DeviceUnreachable, SrxIssuError
from srx_issu.domain.upgrade.intent import Timers
from srx_issu.probe.exchange import Exchange, KeptAnswers, Wire, request_text
from srx_issu.probe.questions import tables_asked_of, told_about
from srx_issu.probe.reading import snapshot_of

ENDED_EARLY = (
    "the node ended the session before the login. On the node see that 'connection-limit' and 'rate-limit' "
    f"of 'system services ssh' leave room; or {COMMON_GROUND}"
)
AUTHORIZATION = "show cli authorization"
"""What the account's login class allows, in the CLI's own words."""

Progress = Callable[[str], None]


class NodeAsker:
    """Asks one node. After a login that failed, or two answers that did not come, it is left alone."""

    def __init__(self, cluster: Cluster, node: NodeName, account: Credentials, timers: Timers) -> None:
        self.node = node
        self.exchanges: list[Exchange] = []
        self._cluster = cluster
        self._account = account
        self._timers = timers
        self._heard = ""
        self._session = NetconfSession(
            node,
            cluster.address(node),
            account,
            connect_s=timers.connect_s,
            rpc_s=timers.rpc_s,
            hear=self._hear,
        )

    def _hear(self, reply: str) -> None:
        self._heard = reply

    def send(self, form: RequestForm, *, large: bool = False, timeout_s: float | None = None) -> Element:
        """One request over NETCONF, kept with whatever came of it."""
        self._heard, began = "", time.monotonic()
        error: DeviceError | None = None
        try:
            return self._session.send(form, large=large, timeout_s=timeout_s)
        except DeviceError as failed:
            error = failed
            raise
        finally:
            self.exchanges.append(
                Exchange(
                    wire=Wire.NETCONF,
                    node=self.node,
                    request=request_text(form),
                    reply=self._heard or None,
                    error=None if error is None or self._is_of_reply(error) else type(error).__name__,
                    words=error.message if error else "",
                    took_s=round(time.monotonic() - began, 3),
                    at=round(time.time(), 3),
                )
            )

    def _is_of_reply(self, error: DeviceError) -> bool:
        """What reading the reply raises again is not kept: it may one day be read."""
        return bool(self._heard) and type(error).__name__ == "ReplyNotUnderstood"

    def look(self) -> None:
        """Every question of a look over NETCONF, then over the CLI."""
        for question in (*PLANNED, INFORMATION):
            try:
                ask(self, question)
            except DeviceError:
                if not self._session.is_open:
                    break  # no login, or lost: kept, and the next question would wait for it as long
        asyncio.run(self._by_cli())

    async def _by_cli(self) -> None:
        async def connect(node: NodeName) -> object:
            try:
                return await async_login.connect(node, self._cluster.address(node), self._account)
            except asyncssh.PermissionDenied as error:
                raise self._account.refused(node, self._account.means, error.reason) from error
            except asyncssh.ConnectionLost as error:
                raise DeviceUnreachable(node, f"{error}; {ENDED_EARLY}") from error

        session = KeptSession(self.node, connect, self._timers)  # type: ignore[arg-type]
        lines = [
            compound.compound(PLANNED),
            *(compound.command(question) for question in (*PLANNED, INFORMATION, COLD_SYNC)),
            AUTHORIZATION,
        ]
        try:
            for line in dict.fromkeys(lines):
                await self._typed(session, line)
        except SrxIssuError:
            return  # kept; nobody else is asked over this wire
        finally:
            await _closed(session)

    async def _typed(self, session: KeptSession, line: str) -> None:
        began = time.monotonic()
        reply, words, status, failed = None, "", None, None
        try:
            printed = await session.run(line)
            reply, words, status = printed.out, printed.err, printed.status
            failed = printed.broke
        except DeviceError as error:
            failed = error
            raise
        finally:
            self.exchanges.append(
                Exchange(
                    wire=Wire.CLI,
                    node=self.node,
                    request=line,
                    reply=reply,
                    error=type(failed).__name__ if failed else None,
                    words=failed.message if failed else words,
                    status=status,
                    took_s=round(time.monotonic() - began, 3),
                    at=round(time.time(), 3),
                )
            )

    def tables(self, snapshot: Snapshot, progress: Progress) -> None:
        """Every question whose answer fills a table, by the forms that this release knows."""
        conversation = Conversation(lambda _, form: self.send(form, large=True), snapshot)
        for wanted in tables_asked_of(self.node, snapshot.primary(0)):
            progress(f"{self.node}: {_called(wanted.question)}")
            for about in told_about(wanted, self.node):
                conversation.answer_of(wanted, self.node, about)

    def close(self) -> None:
        self._session.close()


async def _closed(session: KeptSession) -> None:
    try:
        await session.close()
    except DeviceError:  # gone already
        session.drop()


def _called(question: Question) -> str:
    return question.cli or (question.rpc.name if question.rpc else "")


def ask_everything(
    cluster: Cluster,
    account: Credentials,
    timers: Timers,
    *,
    progress: Progress,
    go_on: Callable[[KeptAnswers], None],
) -> tuple[Exchange, ...]:
    """Both nodes at the same time. Raises what ``go_on`` raises after the first look, nothing for a node."""
    askers = [NodeAsker(cluster, node, account, timers) for node in NodeName]
    try:
        with ThreadPoolExecutor(max_workers=2, thread_name_prefix="probe") as pool:
            list(pool.map(NodeAsker.look, askers))
            looked = KeptAnswers.of(each for asker in askers for each in asker.exchanges)
            go_on(looked)
            snapshot = snapshot_of(looked)
            list(pool.map(lambda asker: asker.tables(snapshot, progress), askers))
    finally:
        for asker in askers:
            asker.close()
    return tuple(exchange for asker in askers for exchange in asker.exchanges)
