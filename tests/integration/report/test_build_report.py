"""The whole report: what must be on the page, and what must never be."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, cast

import pytest
from lxml import html as lxml_html

from srx_issu.domain.approvals.judge import AskedQuestion
from srx_issu.domain.approvals.rule import ApprovalPurpose
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.history.approval_events import AnswerGiven, ApprovalConfirmed, QuestionAsked
from srx_issu.domain.history.events import FindingMade, OutcomeDecided, Unread
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.history.recovery_events import ClusterHandedOver
from srx_issu.domain.outcome import Outcome
from srx_issu.report import build_report
from tests.integration.adapters.journal.samples import make_intent
from tests.integration.report.put_back import put_back
from tests.integration.report.samples import DIGEST, answered, entry, good, prepared, record, stopped

HOSTILE = '</pre><script>alert(1)</script><img src=x onerror="alert(2)">{{ 7*7 }}\x1b[2J\u202egnp.exe'


def found(report_html: str, path: str) -> list[str]:
    """What an XPath finds on the page, as text."""
    results: Any = lxml_html.fromstring(report_html).xpath(path)
    return [str(result) for result in results]


def page(report_html: str) -> str:
    """Visible text, white space folded."""
    return " ".join(" ".join(found(report_html, "//body//text()")).split())


def test_a_stopped_upgrade_says_first_what_to_do() -> None:
    sample = stopped()
    report = build_report(sample.record, make_intent(), sample.entries, sample.documents)
    text = page(report.html)
    assert text.index("NEEDS OPERATOR") < text.index("What to do") < text.index("Before the start")
    assert "cold sync timed out" in text
    assert text.count("Put the cluster back") == 1 + 1  # what to do, journal; not a finding as well
    assert "Steps that gave up cold sync not complete after 3600 s" in text
    assert "After the ISSU" not in text  # nobody looked at the whole cluster again


def test_a_recovery_is_told_with_class_plan_and_each_step() -> None:
    sample = put_back()
    report = build_report(sample.record, make_intent(), sample.entries, sample.documents)
    text = page(report.html)
    assert "cold sync failed (error-code: 6.1)" in text
    assert "cold sync failed (error-code: 6.1): cold sync failed" not in text
    assert "The plan: roll back (policy: automatic)" in text
    steps = found(report.html, "//section[@id='recovery']//ol/li/text()")
    assert any("request system software rollback node 1 reboot" in step for step in steps)
    assert any("node1: runs 22.4R3-S2.11 (the target)" in fact for fact in found(report.html, "//li/text()"))
    assert "After the recovery" in text
    assert json.loads(report.json)["recovery"]["failure"] == "cold sync failed"


def test_a_plan_that_cannot_be_read_costs_its_own_part_only() -> None:
    sample = put_back()
    documents = {**sample.documents, "recovery-plan.json": b"{}"}
    report = build_report(sample.record, make_intent(), sample.entries, documents)
    assert "Failure and recovery" not in page(report.html)
    assert "ROLLED BACK" in page(report.html)


def test_a_devices_words_cannot_become_markup() -> None:
    sample = good()
    question = AskedQuestion(purpose="start", digest=HOSTILE, gate=HOSTILE, try_number=1)
    confirmed = ApprovalConfirmed(purpose=ApprovalPurpose.START, by=HOSTILE, digest=HOSTILE)
    given = AnswerGiven(question=question, by=HOSTILE, name=HOSTILE, choice=HOSTILE)
    bad = (
        entry(1, FindingMade(by=None, check=HOSTILE), HOSTILE, HOSTILE),
        entry(2, answered(HOSTILE), "s", HOSTILE),
        entry(3, confirmed, "s", HOSTILE),
        entry(4, QuestionAsked(question=question), HOSTILE, HOSTILE),
        entry(5, given, HOSTILE, HOSTILE),
    )
    hostile_node = cast("NodeName", HOSTILE)
    bad = tuple(replace(one, node=hostile_node) for one in bad)
    result = dict.fromkeys(("check", "status", "text", "remedy", "measured"), HOSTILE)
    documents = {
        "transcript.txt": HOSTILE.encode(),
        "readiness.json": json.dumps({"results": [result]}).encode(),
        HOSTILE: b"x",
    }
    intent = replace(make_intent(), requested_by=HOSTILE)
    hostile = replace(sample.record, cluster=HOSTILE, reason=HOSTILE, target_release=HOSTILE)
    report = build_report(hostile, intent, (*sample.entries, *bad), documents)
    assert not found(report.html, "//script | //img | //iframe | //object | //link | //@onerror | //@onclick")
    assert "{{ 7*7 }}" in report.html
    assert "\x1b" not in report.html
    assert "\u202e" not in report.html


def test_needs_nothing_from_a_network() -> None:
    sample = good()
    report = build_report(sample.record, make_intent(), sample.entries, sample.documents)
    assert all(href.startswith("#") for href in found(report.html, "//@href"))
    assert not found(report.html, "//@src")
    assert "url(" not in report.html
    assert "@import" not in report.html


def test_a_secret_in_a_document_is_not_on_the_page() -> None:
    sample = good()
    documents = {**sample.documents, "transcript.txt": b'encrypted-password "$6$salt$hash";'}
    report = build_report(sample.record, make_intent(), sample.entries, documents)
    assert "salt$hash" not in report.html + report.json
    assert "[secret removed]" in report.html


@pytest.mark.parametrize(
    "name",
    ["readiness.json", "comparison.json", "baseline-snapshot.json", "after-state.json", "transcript.txt"],
)
@pytest.mark.parametrize("content", [b"", b"\xff\x00", b"[]", b'{"results": 3}', b'{"results": [1, {}]}'])
def test_an_unreadable_document_costs_only_its_own_part(name: str, content: bytes) -> None:
    sample = good()
    documents = {**sample.documents, name: content}
    report = build_report(sample.record, make_intent(), sample.entries, documents)
    assert "UPGRADED WITH FINDINGS" in page(report.html)
    assert name in page(report.html)


def test_nothing_but_an_opened_upgrade_makes_a_report() -> None:
    text = page(build_report(record(), make_intent(), (), {}).html)
    assert "UNDER WAY" in text
    assert "No command was sent to either node." in text
    assert "holds no event yet" in text


def test_before_closing_the_decided_outcome_counts() -> None:
    decided = entry(1300, OutcomeDecided(outcome=Outcome.NOT_READY), "judge", "a check says no")
    report = build_report(record(), make_intent(), (*prepared(), decided), {})
    text = page(report.html)
    assert "NOT READY" in text
    assert "a check says no" in text
    assert json.loads(report.json)["outcome"] == "NOT_READY"


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_has_its_words(outcome: Outcome) -> None:
    text = page(build_report(record(outcome, "because"), make_intent(), prepared(), {}).html)
    assert outcome.replace("_", " ") in text
    assert "because" in text


def test_tells_who_approved_what_was_sent_and_what_was_measured() -> None:
    sample = good()
    text = page(build_report(sample.record, make_intent(), sample.entries, sample.documents).html)
    for words in (
        "Approved by Bea Keller",
        "21.4R3-S5.4 → 22.4R3-S2.11",
        "request vmhost software in-service-upgrade",
        "28 min 14 s of 1 h 30 min",
        "1 FAIL",
        "8.8 % fewer sessions",
        "Real-time objects",
        "configuration-node0.set",
        f"{len(sample.entries)} events",
    ):
        assert words in text


def approvals(report_html: str) -> list[list[str]]:
    """The lines of the table of approvals, without their times."""
    lines = lxml_html.fromstring(report_html).xpath("//section[@id='approvals']//tr[td]")
    return [[cell.text_content().strip() for cell in line.xpath("td")][1:] for line in lines]


def test_tells_who_was_asked_what_and_who_answered() -> None:
    question = AskedQuestion(purpose="start", digest=DIGEST, gate="start gate 1", try_number=1)
    given = AnswerGiven(question=question, by="bea", name="Bea Keller", choice="Approve")
    entries = (
        entry(1, QuestionAsked(question=question), "approve_start", "start fw-a?"),
        entry(2, given, "approve_start", "Bea Keller: Approve"),
        *prepared()[-1:],
        entry(4, ClusterHandedOver(by="ada"), "take_over", "taken over by ada"),
        entry(5, Unread(kind=EntryKind.ANSWER), "approve_start", "cleo: Approve"),
    )
    assert approvals(build_report(record(), make_intent(), entries, {}).html) == [
        ["", DIGEST[:12], "start fw-a?"],
        ["Bea Keller", DIGEST[:12], "Bea Keller: Approve"],
        ["Bea Keller", DIGEST[:12], "approved by Bea Keller"],
        ["ada", "", "taken over by ada"],
        ["", "", "cleo: Approve"],
    ]


def test_the_json_beside_it_tells_the_same() -> None:
    sample = good()
    told = json.loads(build_report(sample.record, make_intent(), sample.entries, sample.documents).json)
    assert told["outcome"] == "UPGRADED_WITH_FINDINGS"
    assert told["cluster"] == "fw-a"
    assert len(told["commands"]) == 4
    assert len(told["events"]) == len(sample.entries)
    assert [line["kind"] for line in told["events"]] == [one.kind.value for one in sample.entries]
    assert [line["kind"] for line in told["findings"]] == ["finding"]
    assert {line["name"] for line in told["evidence"]} == set(sample.documents)


def test_is_a_function_of_its_arguments() -> None:
    sample = good()
    reports = [build_report(sample.record, make_intent(), sample.entries, sample.documents) for _ in range(2)]
    assert reports[0] == reports[1]


def test_a_very_long_transcript_keeps_its_beginning_and_end() -> None:
    words = b"BEGINNING" + b"x" * 500_000 + b"ENDING"
    report = build_report(record(), make_intent(), (), {"transcript.txt": words})
    assert len(report.html) < 300_000
    assert "BEGINNING" in report.html
    assert "ENDING" in report.html
    assert "characters left out here" in report.html


def test_the_head_of_the_journal_is_printed_with_what_to_compare_it_by() -> None:
    sample, head = good(), f"57:{'ab' * 32}"
    report = build_report(sample.record, make_intent(), sample.entries, sample.documents, journal_head=head)
    assert f"srx-issu audit verify {sample.record.upgrade_id} --head {head}" in report.html
    assert json.loads(report.json)["journal_head"] == head
