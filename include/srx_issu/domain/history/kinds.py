"""What an entry of the journal is about, coarsely: how it is shown, and how the database treats it."""

from __future__ import annotations

from enum import StrEnum


class EntryKind(StrEnum):
    """Nothing is decided from it: that is what events are for."""

    STEP_STARTED = "step_started"
    STEP_FINISHED = "step_finished"
    STEP_FAILED = "step_failed"  # a step gave up; the text is its reason
    DECIDED = "decided"  # an Action and its reason
    ACTION_INTENDED = "action_intended"  # written before a command is sent; unique by its key
    ACTION_SENT = "action_sent"  # the node answered
    ACTION_UNKNOWN = "action_unknown"  # sent, but the answer is missing
    ACTION_REFUSED = "action_refused"  # the node said no
    ACTION_WITHDRAWN = "action_withdrawn"  # intended, and proven not to have been sent
    PERMIT_REFUSED = "permit_refused"  # the send gate said no; the text is its reason
    OBSERVED = "observed"  # a change seen on the device
    APPROVAL = "approval"  # what follows from answers: who approved, who took a cluster over
    QUESTION = "asked"  # a gate asks a person, or gives an earlier question up
    ANSWER = "answered"  # what a person said to one question
    FINDING = "finding"
