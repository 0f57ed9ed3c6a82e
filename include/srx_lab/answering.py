"""What a node answers to every command, by whichever way it comes: all shows, operations, the configuration.

How a command is typed and how a reply travels is left to `cli` and `wire`.
"""

from __future__ import annotations

from srx_lab.device import Device
from srx_lab.editing.schema import UnknownStatement
from srx_lab.grammar import ArgumentNames, Grammar, Syntax
from srx_lab.login_class import CommandNames
from srx_lab.markup import leaf, node
from srx_lab.operations.candidate import Candidate
from srx_lab.operations.operation import Operation
from srx_lab.operations.registry import OPERATIONS
from srx_lab.replies import answer, configuration
from srx_lab.replies.registry import BY_RPC, SHOWS
from srx_lab.replies.scene import DeviceComplaint, Query
from srx_lab.session import Session


def _grammar() -> Grammar:
    return Grammar([*_SHOW_SYNTAXES, *(operation.syntax for operation in OPERATIONS)])


_SHOW_SYNTAXES = [
    Syntax(
        words=tuple(show.cli.split()),
        rpc=show.rpc,
        options=show.options,
        preset=show.preset,
        positionals=show.positionals,
    )
    for show in SHOWS
]

GRAMMAR = _grammar()
"""Operational mode."""

ARGUMENTS = ArgumentNames([*_SHOW_SYNTAXES, *(operation.syntax for operation in OPERATIONS)])

_NAMES = CommandNames(SHOWS, (operation.syntax for operation in OPERATIONS))
_OPERATIONS: dict[str, Operation] = {operation.syntax.rpc: operation for operation in OPERATIONS}


async def ask(device: Device, query: Query, session: Session, *, said: str | None = None) -> answer.Reply:
    """Answer at the device's present moment. `said` is the CLI line, None for an RPC."""
    device.cluster.touch()
    came = {"via": session.kind.value, "rpc": query.rpc, "said": said or ""}
    device.record("command", session=session.number, **came, **_typed(query))
    if denied := device.denied(_NAMES.of(query), session):
        return denied
    if said is None and (unknown := ARGUMENTS.unknown(query)) is not None:
        return answer.syntax_error(unknown)
    try:
        reply = await _answer(device, query, session, by_rpc=said is None)
    except DeviceComplaint as trouble:
        reply = answer.complaint(trouble.message)
    device.cluster.settle()
    if reply.upgrade is not None:
        session.upgrades.append(reply.upgrade)
    return reply


def may_run(device: Device, query: Query) -> bool:
    """Whether the account's class allows what the query stands for."""
    return device.cluster.setting.login_class.allows(_NAMES.of(query))


def question_before(query: Query) -> str:
    """What the CLI asks before it runs the query; an empty text where it does not ask."""
    operation = _OPERATIONS.get(query.rpc)
    if operation is None or query.has("no-confirm") or query.has("dry-run"):
        return ""
    return operation.confirm


async def _answer(device: Device, query: Query, session: Session, *, by_rpc: bool) -> answer.Reply:
    operation = _OPERATIONS.get(query.rpc)
    if operation is not None:
        return await operation.run(device, query, session)
    if query.rpc == "get-configuration":
        return _configuration(device, query, Candidate(device=device, session=session))
    show = BY_RPC.get(query.rpc)
    if show is None or (by_rpc and not device.here.release.at_least(*show.since)):
        return answer.syntax_error(query.rpc)
    if not _valid_on(device, query.rpc):
        return answer.syntax_error(query.rpc)
    return answer.show(device.world, show, query, device.scene())


def _configuration(device: Device, query: Query, candidate: Candidate) -> answer.Reply:
    """The candidate, or what is committed, or how the two differ; the CLI says which it wants."""
    committed = query.get("database") == "committed"
    try:
        if query.has("compare"):
            patch = candidate.compare(int(query.get("rollback") or 0), committed=committed)
            return _compared(patch)
    except UnknownStatement as unknown:
        return answer.complaint(f"error: {unknown.message}")
    lines = device.here.configuration.committed if committed else tuple(candidate.lines)
    scene = device.scene()
    if query.get("format") == "json":
        return answer.Reply(
            raw=configuration.as_json(scene, query, lines),
            lines=iter("".join(configuration.as_json(scene, query, lines)).splitlines()),
        )
    element = configuration.configuration(scene, query, lines)
    shown = configuration.all_set_lines if query.get("format") == "set" else configuration.text
    return answer.Reply(parts=(element,), lines=shown(scene, query, lines))


def _compared(patch: list[str]) -> answer.Reply:
    """An empty line where nothing differs [R: what PyEZ expects]."""
    text = "".join(f"\n{line}" for line in patch) + "\n"
    return answer.Reply(
        parts=(node("configuration-information", leaf("configuration-output", text)),), lines=iter(patch)
    )


def _typed(query: Query) -> dict[str, str]:
    """`line`, for what may change something: the referee reads one spelling, whatever the wire."""
    operation = _OPERATIONS.get(query.rpc)
    return {"line": operation.syntax.line(query)} if operation else {}


def _valid_on(device: Device, rpc: str) -> bool:
    platform = device.world.spec.platform
    if rpc == "get-vmhost-version-information":
        return platform.upgrade.value == "vmhost"
    if rpc == "get-snapshot-information":
        return platform.dual_root
    return True
