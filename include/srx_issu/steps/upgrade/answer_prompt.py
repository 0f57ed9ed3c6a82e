"""A question of the ISSU's command: answered yes where policy lists it and no node was upgraded yet.

The wait that saw it is over by then; from here on the ISSU is watched as one that no wait looks after. Once
the job has handed the yes on, no new words prove nothing: ``cli`` may keep back what follows until it ends.
What both nodes show counts then, the command's end, and the deadline.
"""

from __future__ import annotations

from datetime import timedelta

from srx_issu.domain.cluster.model import Snapshot
from srx_issu.domain.cluster.phase import Phase, has_rebooted
from srx_issu.domain.errors import CommandRefused, DeviceError, NotPermitted
from srx_issu.domain.failure.last_words import exit_status_of, waiting_prompt
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.history.command_events import CommandIntended, Sending
from srx_issu.domain.history.events import Observed
from srx_issu.domain.junos.job import answer_once, answered_beside, exit_beside, job_name
from srx_issu.domain.junos.version import same_release
from srx_issu.domain.upgrade.prompts import listed_words
from srx_issu.steps.baseline import baseline, course_of
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.gate.order import AnswerOrder
from srx_issu.steps.gate.send import answer_prompt
from srx_issu.steps.waits.converge import SHORTEST_PAUSE_S, NotYet
from srx_issu.steps.waits.go_on_watching import go_on_watching

HANDED_ON_IN_S = 60.0  # how long the job may take to hand an answer on to its command: it looks each second


def answer_listed_prompt(context: UpgradeContext) -> NotYet | None:
    """NotYet when it was answered now, or before, and the ISSU may be going on; None: it is a person's."""
    start = context.known().intended_start
    if start is None or start.command.transcript is None:
        return None
    try:
        words = context.reader.read_text(start.command.node, start.command.transcript) or ""
    except DeviceError:
        return None
    prompt = waiting_prompt(words)
    listed = listed_words(prompt, context.intent.policy.answered_prompts) if prompt else None
    if prompt is None or listed is None:
        return None
    key = answer_once(listed)
    if _was_answered(context, key):
        asked_again = _times_asked(words, listed) > 1
        return None if asked_again else _after_the_answer(context, start.command, key)
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
        if old.booted_at is None or new.booted_at is None:
            return f"{new.node} does not say when it was booted: whether it has rebooted is not known"
        if not same_release(old.release, new.release) or has_rebooted(old, new):
            return f"{new.node} has left {old.release}: the question is a person's"
    return None


def _was_answered(context: UpgradeContext, key: str) -> bool:
    return any(one.command.once == key for one in context.known().intended)


def _times_asked(words: str, listed: str) -> int:
    lines = (waiting_prompt(line) for line in words.splitlines())
    return sum(1 for prompt in lines if prompt and listed_words(prompt, (listed,)))


def _after_the_answer(context: UpgradeContext, start: CommandIntended, key: str) -> NotYet | None:
    """Watched by what both nodes show; None when the job has not taken the answer, when its command has ended
    before the switchover, or when the deadline of what is due has passed."""
    reader, node, transcript = context.reader, start.node, start.transcript or ""
    try:
        ended = exit_status_of(reader.read_text(node, exit_beside(transcript))) is not None
        handed_on = (reader.read_text(node, answered_beside(transcript)) or "").strip() == "yes"
    except DeviceError:
        ended, handed_on = False, True  # nothing says that it was not
    now = reader.observe()  # newer than the command's end
    if ended and not _is_behind_switchover(context, now):
        return None
    if not (ended or handed_on or _is_fresh(context, key)):
        return None
    return go_on_watching(context, now)


def _is_behind_switchover(context: UpgradeContext, now: Snapshot) -> bool:
    """Where a healthy command ends, with its node's reboot. A silent node may be rebooting."""
    course = course_of(context.known(), context.evidence, context.intent)
    if has_rebooted(course.before.view(course.starter), now.view(course.starter)):
        return True
    phase = course.reading(now).phase
    return phase is None or phase >= Phase.SWITCHED_OVER


def _is_fresh(context: UpgradeContext, key: str) -> bool:
    at = max(one.at for one in context.known().intended if one.command.once == key)
    return context.journal.now() - at < timedelta(seconds=HANDED_ON_IN_S)


def _look_again(context: UpgradeContext, prompt: str) -> NotYet:
    pause_s = max(SHORTEST_PAUSE_S, context.intent.policy.timers.poll_s)
    return NotYet(reason=f"answered yes to '{prompt}'", pause_s=pause_s)
