"""Whether the command has stopped needs no line of its transcript: its end and its question are enough."""

from __future__ import annotations

import pytest

from srx_issu.domain.failure.classes import FailureClass
from srx_issu.domain.failure.last_words import has_stopped, last_words, open_prompt

PROMPT = "Do you want to continue with these actions being taken ? [yes,no] (no)"
GOING_ON = "[Oct  6 12:30:16]: ISSU: Validating Image\n"
TRIED_AGAIN = "[Oct  6 12:30:16]: error: chassisd not ready, retry 1\n"


@pytest.mark.parametrize("words", [None, "", GOING_ON, "Contact your representative.\n"])
def test_an_end_in_words_that_nobody_knows_is_an_end(words: str | None) -> None:
    assert has_stopped(words, None) is None
    stopped = has_stopped(words, "1\n")
    assert stopped is not None
    assert stopped.cause is FailureClass.COMMAND_ENDED
    assert "ended with exit status 1" in stopped.line
    assert (words or "it said nothing").strip().splitlines()[-1:] == [] or (
        (words or "it said nothing").strip().splitlines()[-1] in stopped.line
    )


def test_words_that_are_known_come_before_the_end() -> None:
    stopped = has_stopped("error: no space left on device", "1")
    assert stopped is not None
    assert stopped.cause is FailureClass.DISK_FULL


def test_a_line_about_what_was_tried_again_counts_with_the_end_alone() -> None:
    assert has_stopped(TRIED_AGAIN + GOING_ON, None) is None
    assert has_stopped(TRIED_AGAIN + GOING_ON, "0") is not None
    assert last_words(TRIED_AGAIN + GOING_ON, None) is not None


def test_the_end_of_a_healthy_command_is_its_nodes_reboot() -> None:
    words = f"{GOING_ON}*** FINAL System shutdown message ***\nSystem going down IMMEDIATELY\n"
    assert has_stopped(words, "143") is None


@pytest.mark.parametrize(
    "words",
    [
        PROMPT,
        f"{GOING_ON}{PROMPT} ",
        f"{TRIED_AGAIN}{PROMPT}\n",
        "Do you want to continue with these actions being taken",
        "Turn off IGMP and go on? [yes,no] ",
        "Continue? (no)",
        f"{PROMPT}\nno\n",
        f"{PROMPT}\nISSU aborted and exiting ISSU window\n",
    ],
)
@pytest.mark.parametrize("exit_status", [None, "1"])
def test_a_question_at_the_end_is_one_that_nobody_answers(words: str, exit_status: str | None) -> None:
    stopped = has_stopped(words, exit_status)
    assert stopped is not None
    assert stopped.cause is FailureClass.PROMPT_UNANSWERED
    assert stopped.line == open_prompt(words)


@pytest.mark.parametrize(
    "words", [f"{PROMPT} yes\n{GOING_ON}", f"{PROMPT}\n{GOING_ON}", "Is no question [yes, no] here", ""]
)
def test_a_question_that_something_follows_was_answered(words: str) -> None:
    assert open_prompt(words) is None
    assert has_stopped(words, None) is None


def test_a_question_whether_to_abort_is_the_one_that_is_asked() -> None:
    words = f"{PROMPT}\nDo you want to abort the upgrade? [yes,no] (no) "
    assert open_prompt(words) == "Do you want to abort the upgrade? [yes,no] (no)"


@pytest.mark.parametrize(
    "content", ["", "\n", "1\nset password hush", "x" * 100_000, "12345", "-1", "node0:\n---\nno such file\n"]
)
def test_an_exit_file_without_a_status_is_no_end(content: str) -> None:
    """Words of a CLI about a missing file, in a wording that nobody knows, must not end a healthy upgrade."""
    assert has_stopped(GOING_ON, content) is None
    assert last_words(TRIED_AGAIN, content) == last_words(TRIED_AGAIN, None)
    assert has_stopped(TRIED_AGAIN, content) is None


def test_what_was_tried_again_is_no_reason_where_the_node_goes_down() -> None:
    assert has_stopped(f"{TRIED_AGAIN}System going down IMMEDIATELY\n", "143") is None


def test_a_code_says_more_than_a_question() -> None:
    stopped = has_stopped(f"failed (error-code: 6.1)\n{PROMPT}", None)
    assert stopped is not None
    assert stopped.code == "6.1"


def test_whether_the_window_was_closed_is_told_with_the_question() -> None:
    stopped = has_stopped(f"{PROMPT}\nISSU aborted and exiting ISSU window\n", "1")
    assert stopped is not None
    assert stopped.window_open is False
