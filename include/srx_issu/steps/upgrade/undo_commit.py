"""At the end, whatever it is: what this upgrade has committed is taken back, and both nodes are read."""

from __future__ import annotations

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.state import ClusterState, Rows
from srx_issu.domain.errors import CommandRefused, DeviceError, PermitExpired, RequestRefused
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.history.command_events import Sending
from srx_issu.domain.history.events import CommitUndone, FindingMade, FoundBy
from srx_issu.domain.history.own_commit import committed_lines, is_commit_answered, own_commit, undo_lines
from srx_issu.domain.history.upgrade_state import UpgradeState
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.configuration import CommitConfiguration, comment_of, still_there
from srx_issu.domain.upgrade.traces import SECTION, added_by_others
from srx_issu.ports import codec
from srx_issu.steps.context import Facts, UpgradeContext
from srx_issu.steps.gate.order import CommitOrder
from srx_issu.steps.gate.send import commit_configuration
from srx_issu.steps.upgrade.decide_outcome import decide_outcome

_NOT_TAKEN_BACK = "not taken back ("


def undo_commit(context: UpgradeContext) -> Facts:
    """For an upgrade whose outcome is decided and that is not closed yet. What is left is told to a person,
    with the lines to type; it makes a good outcome one with findings and changes no other."""
    lines = undo_lines(context.known())
    if not lines:
        return {}
    try:
        node = _undo(context, lines)
    except (DeviceError, RequestRefused, PermitExpired) as error:
        return tell_what_is_left(context, str(error))
    context.record(CommitUndone(), f"nothing is left of what this upgrade committed on {node}")
    _tell_that_nothing_is_left(context)
    return _as_before(context)


def tell_what_is_left(context: UpgradeContext, why: str) -> Facts:
    """The lines as a finding, and as part of the outcome's reason; nothing where nothing is left."""
    left = left_to_undo(context.known())
    if left is None:
        return {}
    text = f"{_NOT_TAKEN_BACK}{why}). {left}"
    if not _is_told(context.known()):
        context.record(FindingMade(by=FoundBy.COMMIT), text)
    ended = context.known().conclusion
    if ended is not None and _NOT_TAKEN_BACK not in ended.reason:
        is_good = ended.outcome is Outcome.UPGRADED
        outcome = Outcome.UPGRADED_WITH_FINDINGS if is_good else ended.outcome
        decide_outcome(context, outcome, f"{ended.reason}; {text}")
    return {"not_undone": text}


def _is_told(state: UpgradeState) -> bool:
    return any(text.startswith(_NOT_TAKEN_BACK) for text in state.found_by(FoundBy.COMMIT))


def _tell_that_nothing_is_left(context: UpgradeContext) -> None:
    """Behind a try that has told people what to type."""
    ended = context.known().conclusion
    if ended is not None and _is_told(context.known()):
        decide_outcome(context, ended.outcome, f"{ended.reason}; it was taken back by a later try")


def left_to_undo(state: UpgradeState) -> str | None:
    """What a person has to type where this upgrade has not taken its commit back; None = nothing."""
    lines = undo_lines(state)
    if not lines:
        return None
    typed = "; ".join(("configure exclusive", *lines, "show | compare", "commit and-quit"))
    others = state.taken_over if own_commit(state) is None else None
    who = others.from_upgrade if others else "This upgrade"
    return (
        f"{who} has committed chassis cluster traceoptions. When no ISSU is under way, on the RG0 "
        f"primary, if 'show configuration chassis cluster traceoptions' still shows them: {typed}"
    )


def _undo(context: UpgradeContext, lines: tuple[str, ...]) -> NodeName:
    """The node that it was done on. Raises where something is left, or may come yet."""
    primary = context.reader.observe().primary(0)
    if primary is None:
        raise RequestRefused("no node is the one primary of RG0")
    found = context.reader.configuration(primary, "set")
    doubt = None
    if still_there(lines, found):
        if others := added_by_others(found, committed_lines(context.known())):
            raise RequestRefused(f"{primary} has more than this upgrade has set: {'; '.join(others)}")
        doubt = _commit(context, lines, primary)
    elif not is_commit_answered(context.known()):
        raise RequestRefused("the node has not answered the commit: it may show later")
    for node in NodeName:
        if left := still_there(lines, context.reader.configuration(node, "set")):
            why = (doubt, f"{node} still has '{'; '.join(left)}'")
            raise RequestRefused("; ".join(filter(None, why)))
    return primary


def _commit(context: UpgradeContext, lines: tuple[str, ...], node: NodeName) -> str | None:
    """Why it is not known whether the node has done it: then both are read all the same. None = it has."""
    try:
        commit_configuration(context, _order(context, lines, node))
    except CommandRefused:
        raise
    except DeviceError as doubt:
        return str(doubt)
    return None


def _order(context: UpgradeContext, lines: tuple[str, ...], node: NodeName) -> CommitOrder:
    def still_due(now: Snapshot) -> str | None:
        return None if now.primary(0) is node else f"{node} is not primary of RG0 any more"

    return CommitOrder(
        purpose=SendPurpose.UNDO_COMMIT,
        sending=Sending.UNDO_COMMIT,
        node=node,
        why="the upgrade is over",
        still_due=still_due,
        command=CommitConfiguration(
            lines=lines, comment=comment_of(context.upgrade_id, "as before the ISSU")
        ),
    )


def _as_before(context: UpgradeContext) -> Facts:
    """The section of the configuration has the fingerprint that it had before the commit."""
    taken = context.known().baseline
    if taken is None or taken.replaced is None:
        return {"undone": True}  # of an upgrade that was taken over, or whose baseline came later
    before = codec.loads(ClusterState, context.evidence.read(taken.replaced))
    now = context.collect(context.reader.observe(), ("configuration",))
    then, found = _fingerprint(before), _fingerprint(now)
    if then is None or then != found:
        what = "cannot be compared with" if None in (then, found) else "differs from"
        text = f"configuration section '{SECTION}' {what} the one before the trace options"
        context.record(FindingMade(by=FoundBy.COMMIT), text)
        return {"undone": True, "differs": text}
    return {"undone": True}


def _fingerprint(state: ClusterState) -> str | None:
    rows = state.configuration.rows if isinstance(state.configuration, Rows) else ()
    return next((row.sha256 for row in rows if row.section == SECTION), None)
