"""One commit over a NETCONF session: locked, loaded, committed, unlocked.

Junos's own operations, the ones that PyEZ's ``Config`` sends, over the session that has our login, deadlines
and parser. The lock is the exclusive one: nobody else's changes can come with ours, and Junos says so where
somebody else is at work. On the RG0 primary a commit reaches both nodes (docs/junos.md, "Commits").
"""

from __future__ import annotations

import logging

from srx_issu.adapters.devices.netconf import NetconfSession
from srx_issu.adapters.devices.parse.refusals import (
    errors_in,
    is_about_the_way,
    raise_errors,
    warnings_in,
)
from srx_issu.adapters.devices.parse.reply import Element
from srx_issu.adapters.devices.question import RequestForm
from srx_issu.domain.errors import CommandRefused, DeviceError, SessionLost
from srx_issu.domain.upgrade.configuration import CommitConfiguration
from srx_issu.domain.upgrade.rpc import Rpc
from srx_issu.ports.permits import Permit

log = logging.getLogger(__name__)

COMMIT_S = 600.0  # a large configuration is checked and committed on both nodes in minutes
_LOCK = RequestForm(rpc=Rpc("lock-configuration"))
_UNLOCK = RequestForm(rpc=Rpc("unlock-configuration"))
_DISCARD = RequestForm(rpc=Rpc("load-configuration"), attributes=(("rollback", "0"),))


def commit(session: NetconfSession, command: CommitConfiguration, permit: Permit, timeout_s: float) -> str:
    """The node's words. Raises as ``ports.Line.commit``."""
    _ask(session, _LOCK)
    try:
        _ask(session, _loading(command))
        return _committed(session, command, permit, max(timeout_s, COMMIT_S))
    except BaseException:
        _quietly(session, _DISCARD)
        raise
    finally:
        _quietly(session, _UNLOCK)


def _loading(command: CommitConfiguration) -> RequestForm:
    leaves = (("configuration-set", "\n".join(command.lines)),)
    attributes = (("action", "set"), ("format", "text"))
    return RequestForm(rpc=Rpc("load-configuration", leaves), attributes=attributes)


def _committed(
    session: NetconfSession, command: CommitConfiguration, permit: Permit, timeout_s: float
) -> str:
    """An error beside a success of the other node is neither a yes nor a no; nor is one about the way to the
    other node, or about time, and an answer that does not say that anything was committed."""
    form = RequestForm(rpc=Rpc("commit-configuration", (("log", command.comment),)))
    reply = session.send(form, timeout_s=timeout_s, just_before=permit.check)
    done = [each.getparent() for each in reply.iter("commit-success")]
    errors = list(errors_in(reply))
    if done and errors:
        raise SessionLost(session.node, f"committed on one node only: {'; '.join(errors)}")
    if doubts := [words for words in errors if is_about_the_way(words)]:
        raise SessionLost(session.node, f"it may have been committed: {'; '.join(doubts)}")
    raise_errors(session.node, reply)
    if not done and not [*reply.iter("ok")]:
        raise SessionLost(session.node, "the answer does not say that it was committed")
    names = [engine.findtext("name") or "?" for engine in done if engine is not None]
    told = f"committed on {', '.join(names)}" if names else "commit complete"
    return "\n".join((told, *(f"warning: {text}" for text in warnings_in(reply))))


def _ask(session: NetconfSession, form: RequestForm) -> Element:
    """Of what changes only the candidate: an answer that is missing leaves nothing behind, the node throws
    the candidate away with the session."""
    reply = session.send(form)
    try:
        raise_errors(session.node, reply)
    except CommandRefused as refusal:
        raise CommandRefused(session.node, f"{form.name}: {refusal.message}") from refusal
    return reply


def _quietly(session: NetconfSession, form: RequestForm) -> None:
    """On the way out; where the session is gone, so is its candidate."""
    if not session.is_open:
        return
    try:
        raise_errors(session.node, session.send(form))
    except DeviceError as error:
        log.warning("%s: %s: %s; the session is ended", session.node, form.name, error.message)
        session.drop()
