"""What the answers tell beside their content: who answered, how late, by which clock, with which rights."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from srx_issu.adapters.devices import compound
from srx_issu.adapters.devices.interview import PLANNED
from srx_issu.adapters.devices.login_class import UpgradeAsked, commands_of_an_upgrade
from srx_issu.adapters.devices.questions import UPTIME
from srx_issu.domain.cluster.model import Cluster, Identity, NodeName, Snapshot
from srx_issu.domain.errors import DeviceError
from srx_issu.domain.plural import many
from srx_issu.domain.upgrade.commands import SoftwareFamily
from srx_issu.domain.upgrade.rollback import rollback_names_node
from srx_issu.probe.asking import AUTHORIZATION
from srx_issu.probe.authorization import read_authorization
from srx_issu.probe.exchange import Exchange, KeptAnswers, Wire
from srx_issu.probe.reading import ReadAs, Reading
from srx_issu.probe.report import LOGIN, LOGIN_CLASS
from srx_issu.probe.state_shown import state_shown
from srx_issu.probe.trial import Trial, TrialResult, bad, good, unknown

_BANNER = re.compile(r"\{[^{}:]*:(node[01])\}")
_NO_LOGIN = frozenset({"DeviceUnreachable", "AuthenticationFailed", "HostKeyRejected"})
SLOW_S = 2.0


@dataclass(frozen=True, kw_only=True)
class Basis:
    """What answers are judged by, beside themselves."""

    software: SoftwareFamily
    image_path: str  # of the image on the nodes
    clock_skew_s: float


def told_by_answers(
    answers: KeptAnswers,
    readings: tuple[Reading, ...],
    snapshot: Snapshot,
    basis: Basis,
) -> tuple[Trial, ...]:
    """In the order of an upgrade's needs."""
    return (
        *(login for node in NodeName for login in _logins(answers, node)),
        _addresses(answers),
        *(_look_in_one(answers, node) for node in NodeName),
        *(_round_trip(answers, node) for node in NodeName),
        *_clocks(answers, snapshot, basis.clock_skew_s),
        *(_rights(answers, node, snapshot, basis) for node in NodeName),
        state_shown(answers),
        _understood(readings),
    )


def _of(answers: KeptAnswers, node: NodeName, wire: Wire) -> list[Exchange]:
    return [each for each in answers.exchanges if each.node is node and each.wire is wire]


def _logins(answers: KeptAnswers, node: NodeName) -> Iterator[Trial]:
    for wire in Wire:
        name, exchanges = f"{LOGIN}{wire.shown}", _of(answers, node, wire)
        first = next(iter(exchanges), None)
        if first is None:
            yield unknown(name, node, "was not tried")
        elif first.error in _NO_LOGIN:
            yield bad(name, node, _without_name(first.words, wire))
        elif first.error is not None:
            yield unknown(name, node, _without_name(first.words, wire))
        else:
            yield good(name, node, f"{first.took_s:.1f} s with the first answer")


def _without_name(words: str, wire: Wire) -> str:
    """The trial's name says already what was tried."""
    return words.removeprefix(f"{wire.shown} login: ")


def _addresses(answers: KeptAnswers) -> Trial:
    """By the node that the CLI names below each answer: {primary:node0}."""
    name = "who answers"
    named = {
        node: {found for each in _of(answers, node, Wire.CLI) for found in _BANNER.findall(each.reply or "")}
        for node in NodeName
    }
    wrong = {node: found for node, found in named.items() if found - {node.value}}
    if len(wrong) == len(named):
        return bad(name, None, "the addresses of node0 and node1 are swapped: correct them in the inventory")
    for node in wrong:
        return bad(
            name,
            None,
            f"the address of {node} answers as {node.peer}: it is the master-only address, or written twice; "
            f"give {node} its own (fxp0) in the inventory",
        )
    silent = [node.value for node, found in named.items() if not found]
    if silent:
        return unknown(name, None, f"no answer of {' and '.join(silent)} says which node gave it")
    return good(name, None, "each address answers as its own node")


def told_identity(cluster: Cluster, readings: tuple[Reading, ...], snapshot: Snapshot) -> Iterator[Trial]:
    """Where the inventory says who a node is: whether it is."""
    for node in NodeName:
        wanted: Identity = cluster.identity(node)
        view = snapshot.view(node)
        if wanted.hostname and view.hostname and wanted.hostname != view.hostname:
            yield bad("identity", node, f"calls itself {view.hostname}, the inventory says {wanted.hostname}")
        if view.model and view.model != cluster.model:
            yield bad("identity", node, f"shows model {view.model}, the inventory says {cluster.model}")
        serials = [
            value.rpartition("serial=")[2]
            for each in readings
            if each.fills == "chassis" and each.node is node
            for value in each.values
            if not value.startswith(f"{node.peer}: ")
        ]
        if wanted.serial and serials and wanted.serial not in serials:
            yield bad("identity", node, f"has serial {serials[0]}, the inventory says {wanted.serial}")


def _look_in_one(answers: KeptAnswers, node: NodeName) -> Trial:
    """A watcher asks a look in one command; where that is not clear, it asks one by one."""
    name = "look in one command"
    try:
        found = compound.take_apart(answers.printed(node, compound.compound(PLANNED)))
    except DeviceError as error:
        return unknown(name, node, error.message)
    if found.is_clear and len(found.texts) == len(PLANNED):
        return good(name, node, f"{len(found.texts)} answers, each told apart")
    words = (
        f"{many(len(found.texts), 'answer')} to {len(PLANNED)} questions"
        if found.is_clear
        else "not told apart"
    )
    return Trial(
        name=name, node=node, result=TrialResult.LOOK_AT, said=f"{words}: watched question by question"
    )


def _round_trip(answers: KeptAnswers, node: NodeName) -> Trial:
    name = "round trip"
    took = [each.took_s for each in _of(answers, node, Wire.NETCONF)[1:] if each.error is None]
    if not took:
        return unknown(name, node, "no answer to measure by")
    said = f"an answer takes {median(took):.2f} s, at most {max(took):.1f} s ({many(len(took), 'question')})"
    result = TrialResult.GOOD if median(took) < SLOW_S else TrialResult.LOOK_AT
    return Trial(name=name, node=node, result=result, said=said)


def _clocks(answers: KeptAnswers, snapshot: Snapshot, limit_s: float) -> Iterator[Trial]:
    """Against this machine, at the moment of the answer; then node against node."""
    name, off = "clock", dict[NodeName, float]()
    for node in NodeName:
        shown = snapshot.view(node).device_time
        at = next(
            (e.at for e in _of(answers, node, Wire.NETCONF) if f"<{_rpc_of_uptime()}" in e.request), None
        )
        if shown is None or not at:
            yield unknown(name, node, "the node does not tell the time")
            continue
        off[node] = shown.timestamp() - at
        yield _clock(name, node, off[node], limit_s, "this machine")
    if len(off) == len(NodeName):
        yield _clock(name, None, off[NodeName.NODE1] - off[NodeName.NODE0], limit_s, "its peer")


def _rpc_of_uptime() -> str:
    return UPTIME.rpc.name if UPTIME.rpc else ""


def _clock(name: str, node: NodeName | None, off_s: float, limit_s: float, whose: str) -> Trial:
    way = "ahead of" if off_s > 0 else "behind"
    said = f"{node or 'node1'} is {abs(off_s):.0f} s {way} {whose}"
    if abs(off_s) <= limit_s:
        return good(name, node, said)
    return bad(name, node, f"{said}, allowed are {limit_s:.0f} s: see to NTP ('show ntp associations')")


def _rights(answers: KeptAnswers, node: NodeName, snapshot: Snapshot, basis: Basis) -> Trial:
    """Each command by the class's own words; nothing is sent."""
    name = LOGIN_CLASS
    try:
        shown = answers.printed(node, AUTHORIZATION)
    except DeviceError as error:
        return unknown(name, node, error.message)
    found = read_authorization(shown)
    if found is None:
        return unknown(name, node, f"'{AUTHORIZATION}' answered {' '.join(shown.split())[:120]!r}")
    asked = UpgradeAsked(
        image_path=basis.image_path,
        software=basis.software,
        groups=snapshot.group_ids or (0, 1),
        names_node=rollback_names_node(basis.software, snapshot.view(node).release),
    )
    commands = commands_of_an_upgrade(asked)
    answers_by_command = {command: found.permits(command) for command in commands}
    refused = [command for command, permitted in answers_by_command.items() if permitted is False]
    unclear = [command for command, permitted in answers_by_command.items() if permitted is None]
    if refused:
        return bad(name, node, f"does not permit: {'; '.join(refused)} (docs/junos-account.md)")
    if unclear:
        return unknown(name, node, f"an expression of it cannot be read; for: {'; '.join(unclear)}")
    return good(name, node, f"permits all {len(commands)} commands that may be sent")


def _understood(readings: tuple[Reading, ...]) -> Trial:
    """One line for all of them; each that is not read has its own in the list."""
    name = "answers"
    counted = {each: sum(row.read_as is each for row in readings) for each in ReadAs}
    said = ", ".join(f"{count} {each}" for each, count in counted.items() if count) or "none"
    if counted[ReadAs.UNKNOWN] or not readings:
        return unknown(name, None, said)
    result = TrialResult.LOOK_AT if counted[ReadAs.ODD] else TrialResult.GOOD
    return Trial(name=name, result=result, said=said)
