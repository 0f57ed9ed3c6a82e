"""Calling a person at once, by the notifiers of policy, where waiting for the run's end would be too late."""

from __future__ import annotations

from contextlib import suppress

from srx_issu.domain.errors import JournalAway
from srx_issu.domain.history.route_events import CalledFor, PersonCalled
from srx_issu.steps.context import UpgradeContext


def call_person(context: UpgradeContext, why: CalledFor, text: str) -> None:
    """For each ``why`` once in an upgrade. The call goes out first: where the journal is away nobody knows of
    it afterwards, and another try of the task calls again."""
    with suppress(JournalAway):
        if why in context.known().called:
            return
    if context.intent.on_site:
        text = f"{text} On site: {context.intent.on_site}."
    context.log.error("%s: calling a person: %s", context.intent.cluster.name, text)
    context.pager.call(title_of(context), text)
    note_called(context, why, text)


def note_called(context: UpgradeContext, why: CalledFor, text: str) -> None:
    """A call that has gone out is written down, where the journal answers."""
    with suppress(JournalAway):
        context.record(PersonCalled(why=why), text)


def title_of(context: UpgradeContext) -> str:
    """The first line of a call."""
    return f"{context.intent.cluster.name}: a person is needed now"
