"""The node's own validation of the image, before anybody is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.domain.errors import CommandRefused, RequestRefused, UnknownCommand
from srx_issu.domain.history.command_events import CommandSent, Sending
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.intent import ImageValidation
from srx_issu.steps.approval.facts import in_force
from srx_issu.steps.upgrade.validate_image import validate_image
from tests.fakes.contexts import FakeUpgrade
from tests.fakes.intents import intent
from tests.fakes.snapshots import N0

YES = "Checking compatibility with configuration\nValidation succeeded"
STEP = "prepare.validate_image"
COMMAND = "request system software validate /var/tmp/junos-srxhe-x86-64-22.4R3-S2.11.tgz"


def fake(wanted: ImageValidation = ImageValidation.WARN, *, no_validate: bool = False) -> FakeUpgrade:
    given = intent()
    policy = replace(given.policy, validate_image=wanted)
    made = FakeUpgrade(intent=replace(given, policy=policy, no_validate=no_validate)).with_baseline()
    made.writer.words = YES
    return made


@pytest.mark.parametrize(
    "given",
    [fake(ImageValidation.NEVER), fake(ImageValidation.BLOCK, no_validate=True)],
    ids=("never", "no_validate"),
)
def test_nothing_is_sent_where_nobody_wants_it(given: FakeUpgrade) -> None:
    assert validate_image(given.context(STEP)) == {"validated": False}
    assert given.writer.sent == []


def test_the_node_that_will_start_is_asked_once_however_often_the_task_is_tried() -> None:
    given = fake()
    for _ in range(2):
        assert validate_image(given.context(STEP)) == {"validated": True, "words": YES}
    assert given.writer.sent == [(N0, COMMAND)]
    assert given.texts(EntryKind.FINDING) == []


REFUSALS = (
    CommandRefused("node0", "error: configuration check-out failed\nerror: Validation failed"),
    UnknownCommand("node0", "syntax error (request-package-validate)"),
)


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: type(refusal).__name__)
def test_a_no_is_a_finding_told_once_and_part_of_what_is_approved(refusal: CommandRefused) -> None:
    given = fake().ready_and_approved()
    before = in_force(given.known(), given.intent, "start")
    given.writer.refuse = refusal
    for _ in range(2):
        assert validate_image(given.context(STEP)) == {"validated": False}
    assert given.writer.sent == [(N0, COMMAND)]
    (found,) = given.texts(EntryKind.FINDING)
    assert found.startswith("node0: the node's own validation of junos-srxhe-x86-64-22.4R3-S2.11.tgz: ")
    assert refusal.message.split()[-1] in found
    after = in_force(given.known(), given.intent, "start")
    assert before is not None
    assert after is not None
    assert before.digest != after.digest


def test_words_that_say_no_without_an_error_are_a_no() -> None:
    given = fake()
    given.writer.words = "Checking compatibility with configuration\nValidation failed"
    assert validate_image(given.context(STEP)) == {"validated": False}
    assert len(given.texts(EntryKind.FINDING)) == 1


@pytest.mark.parametrize("words", ["Checking manifest\nCould not open the package", "done, in its own way"])
def test_words_that_nobody_knows_are_no_yes(words: str) -> None:
    given = fake()
    given.writer.words = words
    assert validate_image(given.context(STEP)) == {"validated": False}
    (found,) = given.texts(EntryKind.FINDING)
    assert found.endswith(f"last words: {words.splitlines()[-1]}")


def test_an_answer_of_no_words_is_not_held_against_the_image() -> None:
    given = fake(ImageValidation.BLOCK)
    given.writer.words = ""
    assert validate_image(given.context(STEP)) == {"validated": True, "words": ""}


def test_a_no_that_an_earlier_try_heard_and_died_of_is_still_a_no() -> None:
    given = fake(ImageValidation.BLOCK)
    sent = CommandSent(sending=Sending.VALIDATE, node=N0, command=COMMAND, permit_id="t0")
    given.happened(sent, "Validation failed")
    with pytest.raises(RequestRefused, match="Validation failed"):
        validate_image(given.context(STEP))
    assert given.writer.sent == []


def test_a_no_ends_the_upgrade_where_policy_blocks() -> None:
    given = fake(ImageValidation.BLOCK)
    given.writer.refuse = REFUSALS[0]
    with pytest.raises(RequestRefused, match="configuration check-out failed"):
        validate_image(given.context(STEP))
    assert given.outcome is Outcome.NOT_READY
