"""No secret reaches the journal."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from srx_issu.adapters.journal import SqlJournal
from srx_issu.adapters.journal.secrecy import REDACTED, redact
from srx_issu.domain.errors import JournalError
from tests.journal.samples import make_event, make_issu_intended

UPGRADE = "wave1__fw-a"


@pytest.mark.parametrize(
    "detail",
    [
        {"password": "hunter2"},
        {"Pre-Shared-Key": "x"},
        {"encrypted-password": ["x"]},
        {"login": {"client_secret": "x"}},
        {"lines": ["set x", {"apiKey": "x"}]},
        {"api_token": "x"},
    ],
)
def test_refuses_detail_that_holds_a_secret_without_repeating_it(
    opened: SqlJournal, detail: dict[str, Any]
) -> None:
    with pytest.raises(JournalError, match="leave it out of the journal") as caught:
        opened.record(UPGRADE, replace(make_event(), detail=detail))
    assert not {"hunter2", "abcDEF", "salt"} & set(str(caught.value).split())
    with pytest.raises(JournalError, match="leave it out"):
        opened.intend(UPGRADE, replace(make_issu_intended(), detail=detail))
    assert opened.entries(UPGRADE) == ()


@pytest.mark.parametrize("detail", [{"x": float("nan")}, {"x": object()}, {"x": {1, 2}}, {"x": b"bytes"}])
def test_refuses_detail_that_is_not_json(opened: SqlJournal, detail: dict[str, Any]) -> None:
    with pytest.raises(JournalError, match="not JSON"):
        opened.record(UPGRADE, replace(make_event(), detail=detail))


def test_a_nodes_own_words_are_redacted_not_lost(opened: SqlJournal) -> None:
    opened.record(UPGRADE, replace(make_event(), text='encrypted-password "$6$salt$hash"; ## x'))
    assert opened.entries(UPGRADE)[0].text == f'encrypted-password "{REDACTED}"; ## x'


@pytest.mark.parametrize(
    "detail",
    [{"secrets_scrubbed": 12}, {"passed": "yes"}, {"secondary": "node1"}, {"cost": "$9"}, {"token": ""}],
)
def test_ordinary_facts_pass(opened: SqlJournal, detail: dict[str, Any]) -> None:
    opened.record(UPGRADE, replace(make_event(), detail=detail))
    assert opened.entries(UPGRADE)[0].detail == detail


@pytest.mark.parametrize(
    ("words", "stored"),
    [
        ("secret-looking $9$abcDEF", f"secret-looking {REDACTED}"),
        (["a", ["$6$salt$hash"]], ["a", [REDACTED]]),
        ({"node1": "snmp community seeded { ..."}, {"node1": f"snmp community {REDACTED} {{ ..."}),
        ("wait\x1b]52;c;c2VlZGVk\x07 \x9b2Jthere", "wait there"),
    ],
)
def test_a_nodes_words_in_a_detail_are_redacted_and_cost_no_record(
    opened: SqlJournal, words: Any, stored: Any
) -> None:
    opened.record(UPGRADE, replace(make_event(), detail={"words": words}))
    assert opened.entries(UPGRADE)[0].detail == {"words": stored}


def test_a_nodes_escapes_reach_no_text_of_the_journal(opened: SqlJournal) -> None:
    opened.record(UPGRADE, replace(make_event(), text="a\x1b]52;c;Zm9v\x07b\x85\u202ec\nd\te"))
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
