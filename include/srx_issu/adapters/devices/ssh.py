"""Reading a cluster over SSH exec, for triggers: one kept session a node, one compound question a look.

The questions, the parser and the meaning of a missing answer are those of ``pyez``.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime

from srx_issu.adapters.devices import questions
from srx_issu.adapters.devices.compound import command
from srx_issu.adapters.devices.node_desk import LOOK_BYTES, NodeDesk, xml_reply
from srx_issu.adapters.devices.parse.files import says_missing
from srx_issu.adapters.devices.parse.nodes import own_body
from srx_issu.adapters.devices.parse.refusals import refusal_error
from srx_issu.adapters.devices.sessions import Connect, Printed, Turn, at_once
from srx_issu.adapters.devices.state.system import USERS, logins
from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.rows.node import Login
from srx_issu.domain.errors import DeviceTimeout, SessionLost
from srx_issu.domain.redaction.printable import printable
from srx_issu.domain.upgrade.intent import Timers

__all__ = ["Connect", "SshClusterReader"]

# A transcript is some 50 kB. One that grows without end (a message in a loop, a hostile node) is read in the
# loop at each look: 64 MB kept every other cluster waiting for half a minute.
TEXT_BYTES = 1024 * 1024
# Lines that the CLI itself prints instead of a file [U: wordings; the first two and the prompt are R].
_OF_THE_CLI = re.compile(
    r"\^$|(?:error: )?(?:syntax error|unknown command)\b|\{\w+:node[01]\}$|(?:error: )?permission denied\b"
    r"|error: (?:could not|couldn't|cannot|can't|unable to|failed to|no space left)\b",
    re.IGNORECASE,
)


def utc_now() -> datetime:
    return datetime.now(UTC)


class SshClusterReader:
    """``ports.AsyncClusterReader``. One command at a time a node; both nodes at the same time.

    A look lasts no longer than ``patience_s``: a node that has not answered by then is silent in this look,
    its question goes on by its own deadlines, and the other node is looked at meanwhile.
    """

    def __init__(
        self,
        cluster: str,
        connect: Connect,
        timers: Timers,
        *,
        now: Callable[[], datetime] = utc_now,
        turn: Turn = at_once,
    ) -> None:
        """``turn`` returns when a login may begin: where many clusters are watched, one after the other."""
        self._cluster = cluster
        self._now = now
        self._desks = {node: NodeDesk(node, connect, timers, turn) for node in NodeName}

    @property
    def in_queue(self) -> bool:
        """Whether a login waits for its turn: no moment of anybody's silence."""
        return any(desk.session.in_queue for desk in self._desks.values())

    @property
    def patience_s(self) -> float:
        """How long the next look may last."""
        return max(desk.patience_s for desk in self._desks.values())

    async def observe(self) -> Snapshot:
        """Raises what ``connect`` raises when there is no account to log in with."""
        taken_at = self._now()
        node0, node1 = await asyncio.gather(*(self._desks[node].view() for node in NodeName))
        return Snapshot(cluster=self._cluster, taken_at=taken_at, node0=node0, node1=node1)

    async def read_text(self, node: NodeName, path: str) -> str | None:
        question, desk = questions.file_show(path), self._desks[node]
        if desk.is_overdue:
            raise DeviceTimeout(node, f"{question.cli}: the answer to the last look is still to come")
        try:
            async with asyncio.timeout(desk.patience_s):
                printed = await desk.session.run(f"{question.cli} | no-more", limit=TEXT_BYTES)
        except TimeoutError as error:
            raise DeviceTimeout(node, f"{question.cli}: no answer within {desk.patience_s:g} s") from error
        if any(says_missing(text, path) for text in (printed.out, printed.err)):
            return None
        if printed.broke is not None:
            raise printed.broke
        if printed.status is None:
            raise SessionLost(node, f"{question.cli}: the session ended in mid-answer")
        if _is_refusal(printed):
            words = printed.err.strip() or printed.out.strip() or f"exit status {printed.status}"
            raise refusal_error(node, words[:500])
        return printable(printed.out)

    async def others(self, node: NodeName) -> tuple[Login, ...]:
        desk = self._desks[node]
        if desk.is_overdue:
            raise DeviceTimeout(node, f"{USERS.cli}: the answer to the last look is still to come")
        try:
            async with asyncio.timeout(desk.patience_s):
                printed = await desk.session.run(command(USERS), limit=LOOK_BYTES)
        except TimeoutError as error:
            raise DeviceTimeout(node, f"{USERS.cli}: no answer within {desk.patience_s:g} s") from error
        body = own_body(node, xml_reply(node, printed, USERS), "system-users-information")
        return tuple(each for each in logins(body, node, node) if each.user != desk.session.user)

    def drop(self) -> None:
        """Ends everything at once, without a word to the nodes."""
        for desk in self._desks.values():
            desk.drop()

    async def close(self) -> None:
        await asyncio.gather(*(desk.close() for desk in self._desks.values()))


def _is_refusal(printed: Printed) -> bool:
    """Whether the CLI would not show a file. One that speaks of an error is shown, whatever exit status the
    CLI makes of that."""
    lines = [line.strip() for line in printed.out.splitlines() if line.strip()]
    if not lines:
        return printed.status != 0 or bool(printed.err.strip())
    return printed.status != 0 and all(_OF_THE_CLI.match(line) for line in lines)
