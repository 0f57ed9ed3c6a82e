"""No secret reaches the journal."""

from __future__ import annotations

from typing import Any

import pytest

from srx_issu.adapters.journal import SqlJournal
from srx_issu.adapters.journal.secrecy import REDACTED, checked_detail, redact
from srx_issu.domain.approvals.judge import AskedQuestion
from srx_issu.domain.errors import JournalError
from srx_issu.domain.history.approval_events import QuestionAsked
from srx_issu.domain.history.events import Event, ReadinessPassed, StillMissing
from srx_issu.domain.history.step_events import OwnWait, StepFinished
from tests.integration.adapters.journal.samples import make_entry, make_issu_intended

UPGRADE = "wave1__fw-a"


def missing(words: str) -> StillMissing:
    return StillMissing(awaited=OwnWait.STATE_AFTER_ISSU, missing=words)


def passed(*findings: str) -> ReadinessPassed:
    return ReadinessPassed(for_approval=True, ask=None, found="f", support="s", findings=findings)


SECRETS: list[dict[str, Any]] = [
    {"password": "hunter2"},
    {"Pre-Shared-Key": "x"},
    {"encrypted-password": ["x"]},
    {"login": {"client_secret": "x"}},
    {"lines": ["set x", {"apiKey": "x"}]},
    {"api_token": "x"},
]


@pytest.mark.parametrize("detail", SECRETS)
def test_refuses_detail_that_holds_a_secret_without_repeating_it(detail: dict[str, Any]) -> None:
    with pytest.raises(JournalError, match="leave it out of the journal") as caught:
        checked_detail(detail)
    assert not {"hunter2", "abcDEF", "salt"} & set(str(caught.value).split())


@pytest.mark.parametrize("name", ["password", "Pre-Shared-Key", "encrypted-password", "apiKey", "api_token"])
def test_an_event_that_holds_a_secret_is_not_written(opened: SqlJournal, name: str) -> None:
    secret = {name: "hunter2"}
    question = AskedQuestion(purpose="start", digest="d", gate="start gate 1", try_number=1)
    for event in (StepFinished(documents=secret), QuestionAsked(question=question, parts=secret)):
        with pytest.raises(JournalError, match="leave it out of the journal") as caught:
            opened.record(UPGRADE, make_entry(event))
        assert "hunter2" not in str(caught.value)
    with pytest.raises(JournalError, match="leave it out"):
        opened.intend(UPGRADE, make_issu_intended(permit=secret))
    assert opened.entries(UPGRADE) == ()


@pytest.mark.parametrize("detail", [{"x": float("nan")}, {"x": object()}, {"x": {1, 2}}, {"x": b"bytes"}])
def test_refuses_detail_that_is_not_json(detail: dict[str, Any]) -> None:
    with pytest.raises(JournalError, match="not JSON"):
        checked_detail(detail)


def test_a_nodes_own_words_are_redacted_not_lost(opened: SqlJournal) -> None:
    opened.record(UPGRADE, make_entry(text='encrypted-password "$6$salt$hash"; ## x'))
    assert opened.entries(UPGRADE)[0].text == f'encrypted-password "{REDACTED}"; ## x'


@pytest.mark.parametrize(
    "detail",
    [{"secrets_scrubbed": 12}, {"passed": "yes"}, {"secondary": "node1"}, {"cost": "$9"}, {"token": ""}],
)
def test_ordinary_facts_pass(opened: SqlJournal, detail: dict[str, Any]) -> None:
    assert checked_detail(detail) == detail
    event = StepFinished(documents={name: str(value) for name, value in detail.items() if value != 12})
    opened.record(UPGRADE, make_entry(event))
    assert opened.entries(UPGRADE)[0].event == event


@pytest.mark.parametrize(
    ("words", "stored"),
    [
        ("secret-looking $9$abcDEF", f"secret-looking {REDACTED}"),
        (["a", ["$6$salt$hash"]], ["a", [REDACTED]]),
        ({"node1": "snmp community seeded { ..."}, {"node1": f"snmp community {REDACTED} {{ ..."}),
        ("wait\x1b]52;c;c2VlZGVk\x07 \x9b2Jthere", "wait there"),
    ],
)
def test_a_nodes_words_in_a_detail_are_redacted(words: Any, stored: Any) -> None:
    assert checked_detail({"words": words}) == {"words": stored}


@pytest.mark.parametrize(
    ("event", "stored"),
    [
        (missing("secret-looking $9$abcDEF"), missing(f"secret-looking {REDACTED}")),
        (passed("a", "$6$salt$hash"), passed("a", REDACTED)),
        (
            StepFinished(documents={"node1": "snmp community seeded { ..."}),
            StepFinished(documents={"node1": f"snmp community {REDACTED} {{ ..."}),
        ),
        (missing("wait\x1b]52;c;c2VlZGVk\x07 \x9b2Jthere"), missing("wait there")),
    ],
)
def test_a_nodes_words_in_an_event_are_redacted_and_cost_no_record(
    opened: SqlJournal, event: Event, stored: Event
) -> None:
    opened.record(UPGRADE, make_entry(event))
    assert opened.entries(UPGRADE)[0].event == stored


def test_a_nodes_escapes_reach_no_text_of_the_journal(opened: SqlJournal) -> None:
    opened.record(UPGRADE, make_entry(text="a\x1b]52;c;Zm9v\x07b\x85\u202ec\nd\te"))
    assert opened.entries(UPGRADE)[0].text == "abc\nd\te"


def test_redacts_every_cipher_of_junos() -> None:
    for cipher in (
        "$9$abc.DEF/-",
        "$8$aes256-gcm$hmac",
        "$6$s$h",
        "$5$s$h",
        "$1$s$h",
        "$y$j9T$s$h",
        "$2b$10$h",
    ):
        assert redact(f"a {cipher}; b") == f"a {REDACTED}; b"
