"""A question of the ISSU's command: answered yes where policy lists it and no node was upgraded yet.

The wait that saw it is over by then; from here on the ISSU is watched as one that no wait looks after.
"""

from __future__ import annotations

from datetime import timedelta

from srx_issu.domain.cluster.model import Snapshot
from srx_issu.domain.cluster.phase import has_rebooted
from srx_issu.domain.errors import CommandRefused, DeviceError, NotPermitted
from srx_issu.domain.failure.last_words import waiting_prompt
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.history.command_events import Sending
from srx_issu.domain.history.events import Observed
from srx_issu.domain.junos.job import answer_once, job_name
from srx_issu.domain.junos.version import same_release
from srx_issu.domain.upgrade.prompts import listed_words
from srx_issu.steps.baseline import baseline
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.gate.order import AnswerOrder
from srx_issu.steps.gate.send import answer_prompt
from srx_issu.steps.waits.converge import SHORTEST_PAUSE_S, NotYet

TAKEN_IN_S = 60.0  # how long the command may show the same question after its answer


def answer_listed_prompt(context: UpgradeContext) -> NotYet | None:
    """NotYet when it was answered now, or a moment ago; None: it is a person's."""
    start = context.known().intended_start
    if start is None or start.command.transcript is None:
        return None
    try:
        words = context.reader.read_text(start.command.node, start.command.transcript)
    except DeviceError:
        return None
    prompt = waiting_prompt(words or "")
    listed = listed_words(prompt, context.intent.policy.answered_prompts) if prompt else None
    if prompt is None or listed is None:
        return None
    key = answer_once(listed)
    if _was_answered(context, key):
        return _look_again(context, prompt) if _is_fresh(context, key) else None
    before = baseline(context.known(), context.evidence)
    order = AnswerOrder(
        purpose=SendPurpose.ANSWER,
        sending=Sending.ANSWER,
        node=start.command.node,
        why="policy lists this question",
        key=key,
        still_due=lambda now: _left_old_release(before, now),
        job=job_name(context.upgrade_id),
        prompt=prompt,
    )
    try:
        answer_prompt(context, order)
    except (NotPermitted, CommandRefused) as no:
        context.record(Observed(), f"the question is left to a person: {no}")
        return None
    except DeviceError as doubt:
        context.log.warning("%s: %s; looking", context.intent.cluster.name, doubt.message)
    return _look_again(context, prompt)


def _left_old_release(before: Snapshot, now: Snapshot) -> str | None:
    """Why the question is a person's: a node is not seen to be as it was. None = both are."""
    for old, new in ((before.view(view.node), view) for view in now.views):
        if not new.reachable or new.release is None or old.release is None:
            return f"{new.node} does not say which release it runs"
        if not same_release(old.release, new.release) or has_rebooted(old, new):
            return f"{new.node} has left {old.release}: the question is a person's"
    return None


def _was_answered(context: UpgradeContext, key: str) -> bool:
    return any(one.command.once == key for one in context.known().intended)


def _is_fresh(context: UpgradeContext, key: str) -> bool:
    at = max(one.at for one in context.known().intended if one.command.once == key)
    return context.journal.now() - at < timedelta(seconds=TAKEN_IN_S)


def _look_again(context: UpgradeContext, prompt: str) -> NotYet:
    pause_s = max(SHORTEST_PAUSE_S, context.intent.policy.timers.poll_s)
    return NotYet(reason=f"answered yes to '{prompt}'", pause_s=pause_s)
