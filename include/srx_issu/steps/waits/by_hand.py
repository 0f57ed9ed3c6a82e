"""A person's work: asked for, and looked for on both nodes. What was said of it opens nothing.

One wait: while the question is open the nodes are looked at all the same, so that a danger is seen while
somebody still has hands on the cables. Where the nodes do not show what was said to be done, the question is
put again, with what they show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import NoReturn

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.cluster.rows import LinkKind
from srx_issu.domain.history.hand_events import HandWorkAnswered, HandWorkAsked
from srx_issu.domain.history.state_parts import HandWorkSoFar
from srx_issu.domain.procedure.action import ActionName, PlannedAction
from srx_issu.domain.procedure.by_hand import BY_HAND, Word
from srx_issu.steps.approval.gate_task import Response
from srx_issu.steps.baseline import baseline_state, timers_in_force
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.upgrade.check_versions_and_groups import NotVerified
from srx_issu.steps.waits.converge import POLLS_BETWEEN_LOOKS, ActionWait, NotYet
from srx_issu.steps.waits.look_later import look_later

_PORTS = {LinkKind.CONTROL_INTERFACE: "control link", LinkKind.FABRIC_CHILD: "fabric link"}
WORDS = [word.value for word in Word]


@dataclass(frozen=True, kw_only=True)
class HandsAwaited(NotYet):
    """Look again in ``pause_s``. ``is_open``: a question waits for its answer meanwhile; ``is_new``: it is to
    be put now, also where the one before it was answered."""

    subject: str
    body: str
    is_open: bool
    is_new: bool


def await_hands(
    context: UpgradeContext,
    action: PlannedAction,
    waiting: ActionWait,
    overdue: Callable[[UpgradeContext, ActionName, ActionWait], NoReturn],
) -> HandsAwaited:
    """Raises NotVerified where somebody has said to stop here, or when the action's time is over."""
    work = context.known().by_hand.get(action.name)
    if work is not None and work.word is Word.STOP_HERE:
        raise NotVerified(f"{action.name}: {work.name} said to stop here; {waiting.reason}")
    later = look_later(context, action.name, waiting, overdue)
    is_new = work is None or _is_not_shown(context, action, work)
    if is_new:
        _ask(context, action, work, waiting)
    is_open = is_new or (work is not None and work.word is None)
    return HandsAwaited(
        reason=waiting.reason,
        pause_s=_pause_s(action, later.pause_s, is_open=is_open),
        subject=f"{context.intent.cluster.name}: {BY_HAND[action.name].title}",
        body="\n\n".join(_lines(context, action)),
        is_open=is_open,
        is_new=is_new,
    )


def _pause_s(action: PlannedAction, look_s: float, *, is_open: bool) -> float:
    """Where nothing goes on without the word, which is heard at once, the looks before it are few: each
    costs a worker, and hands may take hours. What could be a danger is looked for as often as ever."""
    return POLLS_BETWEEN_LOOKS * look_s if is_open and BY_HAND[action.name].needs_word else look_s


def word_missing(context: UpgradeContext, action: PlannedAction) -> str | None:
    """Why an action that both nodes show to be over is not: hands may still be at the cables. None: it is."""
    work, said = BY_HAND.get(action.name), context.known().by_hand.get(action.name)
    if work is None or not work.needs_word or (said is not None and said.word is Word.DONE):
        return None
    return "both nodes show it; nobody has said yet that all hands are off the cables"


def hear_hands(context: UpgradeContext, name: ActionName, response: Response) -> None:
    """Writes down what was said. A word that is none of ours, or of nobody, says nothing."""
    chosen = response.chosen[0] if len(response.chosen) == 1 else ""
    if chosen not in WORDS or not response.person.id.strip():
        context.log.warning("%s: an answer that says nothing: %r", context.intent.cluster.name, chosen)
        return
    answered = HandWorkAnswered(
        action=name,
        by=response.person.id,
        name=response.person.label,
        word=Word(chosen),
        responded_at=response.at,
    )
    context.record(answered, f"{response.person.label}: {chosen} ({name})")


def _is_not_shown(context: UpgradeContext, action: PlannedAction, work: HandWorkSoFar) -> bool:
    """It was said to be done long enough ago."""
    if work.word is None or work.at is None:
        return False
    timers = timers_in_force(context.known(), context.intent)
    within = timedelta(seconds=float(getattr(timers, BY_HAND[action.name].shows_within)))
    return context.journal.now() - work.at > within


def _ask(
    context: UpgradeContext, action: PlannedAction, before: HandWorkSoFar | None, waiting: ActionWait
) -> None:
    asked = f"{context.intent.on_site or 'a person'} is asked: {action.asks}"
    if before is not None:
        asked = f"{before.name} said '{before.word}', and {_seen(waiting)}; asked again: {action.asks}"
    context.record(HandWorkAsked(action=action.name), asked)


def _seen(waiting: ActionWait) -> str:
    """What the nodes show, without what is asked."""
    return waiting.reason.rpartition("; ")[2]


def _lines(context: UpgradeContext, action: PlannedAction) -> Iterator[str]:
    cluster = context.intent.cluster
    on_site = context.intent.on_site
    yield f"**{on_site or 'Who is on site'}**: {action.asks}."
    yield from _cables(context)
    for node in NodeName:
        address = cluster.address(node)
        yield f"- {node} of {cluster.name}: {address.host} port {address.port}, site {cluster.site}"
    yield (
        f"Answer **{Word.DONE}** when all hands are off the cables. The software goes on when both nodes "
        "show it themselves, whatever is answered; where they do not, it asks again, and the run's log says "
        f"what they show. **{Word.STOP_HERE}** ends the route: nothing more of it is sent, and what both "
        "nodes show decides the way back."
    )


def _cables(context: UpgradeContext) -> Iterator[str]:
    """The ports of the links as both nodes had them at the baseline."""
    links = baseline_state(context.known(), context.evidence).links
    shown = [row for node in NodeName for row in links.rows_of(node) or ()]
    for kind, link in _PORTS.items():
        names = dict.fromkeys(row.name for row in shown if row.kind is kind)
        if names:
            yield f"- {link}: {', '.join(names)}"
