"""``policy/approvals.yaml``: who may approve, in levels, and what is no approver."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.catalog.requests.recovery import RecoveryRequest, resolve_recovery
from srx_issu.catalog.requests.upgrade import UpgradeRequest, resolve
from srx_issu.domain.approvals.rule import ApprovalRule, Approvals, Person
from srx_issu.domain.errors import RequestRefused
from tests.integration.catalog.folders import IMAGE, Folder

REQUEST = UpgradeRequest(upgrade_id="manual__1", cluster="fra1-fw1", image=IMAGE, requested_by="olga")
ADA, BOB = (Person(id=name, name=name) for name in ("ada", "bob"))


def _approvals(folder: Folder, text: str | None = None) -> Approvals:
    if text is not None:
        folder.write("policy/approvals.yaml", text)
    catalog = folder.catalog()
    return catalog.approvals.of(catalog.clusters["fra1-fw1"], catalog.images[IMAGE])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("fleet: {start: {requird: true}}\n", "did you mean 'required'?"),
        ("fleet: {start: {required: maybe}}\n", "fleet.start.required is 'maybe'; write true or false"),
        ("fleet: {start: {needed: 0}}\n", "fleet.start.needed is '0'"),
        ("fleet: {start: {needed: 4}}\n", "fleet.start.needed is '4'"),
        (
            "fleet: {start: {approvers: []}}\n",
            "approvers is an empty list; list user ids, [ada, bob], or write",
        ),
        ("fleet: {start: {approvers: }}\n", "approvers is empty"),
        ("fleet: {start: {approvers: everybody}}\n", "approvers is 'everybody'"),
        ("fleet: {start: {approvers: ada}}\n", "list user ids, [ada, bob], or write anybody"),
        ("fleet: {start: {approvers: [ada, ada]}}\n", "approvers has 'ada' twice"),
        ("fleet: {start: {approvers: [ada, '']}}\n", "approver '' is not a valid user id"),
        ("fleet: {start: {approvers: [{name: ada}]}}\n", "write {id: '12', name: ada}"),
        ("fleet: {start: {needed: 2, approvers: [ada]}}\n", "2 approvals are needed and only 1 may give one"),
        ("fleet: {start: {holds_s: 0}}\n", "fleet.start.holds_s is '0'"),
        ("fleet: {start: {holds_s: 24 h}}\n", "fleet.start.holds_s is '24 h'; write a number"),
        ("fleet: {recovery: {required: true}}\n", "unknown key 'required' in fleet.recovery"),
        ("clusters: {fra1-fw2: {}}\n", "no cluster 'fra1-fw2' in the inventory"),
        ("flet: {}\n", "did you mean 'fleet'?"),
    ],
)
def test_faults(folder: Folder, text: str, words: str) -> None:
    folder.write("policy/approvals.yaml", text)
    faults = folder.faults()
    assert len(faults) == 1, faults
    assert faults[0].startswith("policy/approvals.yaml:1: ")
    assert words in faults[0]


def test_a_file_that_nearly_has_the_name_is_told(folder: Folder) -> None:
    folder.write("policy/aprovals.yaml", "fleet: {}\n")
    assert "call it approvals.yaml" in folder.faults()[0]


def test_the_shipped_policy_wants_one_who_is_not_the_requester(folder: Folder) -> None:
    found = _approvals(folder)
    for rule in (found.start, found.recovery):
        assert replace(rule, said_at={}) == ApprovalRule(), "the file shows what the software has by itself"
    assert found.start.required
    assert not found.start.requester_counts


def test_later_levels_override_and_keep_their_lines(folder: Folder) -> None:
    found = _approvals(
        folder,
        """
        fleet:
          start: {required: false, needed: 2, approvers: [ada, bob], holds_s: 3600}
          recovery: {approvers: [ada]}
        platforms:
          - models: [SRX4600]
            start: {needed: 1}
        clusters:
          fra1-fw1:
            start:
              required: true
              approvers: anybody
        """,
    )
    assert replace(found.start, said_at={}) == ApprovalRule(required=True, needed=1, holds_s=3600)
    lines = {key: where.rsplit("/", 1)[1] for key, where in found.start.said_at.items()}
    assert lines == {
        "required": "approvals.yaml:10",
        "needed": "approvals.yaml:6",
        "approvers": "approvals.yaml:11",
        "holds_s": "approvals.yaml:2",
    }
    assert found.recovery.approvers == (ADA,)


def test_people_with_ids_of_their_own(folder: Folder) -> None:
    found = _approvals(folder, "fleet: {start: {approvers: [{id: 12, name: ada}, {id: 13}, bob]}}\n")
    assert found.start.approvers == (Person(id="12", name="ada"), Person(id="13", name="13"), BOB)


def test_a_run_may_not_ask_for_less(folder: Folder) -> None:
    folder.write("policy/approvals.yaml", "fleet:\n  start:\n    required: true\n")
    with pytest.raises(
        RequestRefused, match=r"approval: false, but .*policy/approvals\.yaml:3 wants an approval"
    ):
        resolve(folder.catalog(), replace(REQUEST, needs_approval=False))


@pytest.mark.parametrize(("asked", "required"), [(None, False), (False, False), (True, True)])
def test_a_run_may_ask_for_more(folder: Folder, asked: bool | None, required: bool) -> None:
    folder.write("policy/approvals.yaml", "fleet: {start: {required: false}}\n")
    intent = resolve(folder.catalog(), replace(REQUEST, needs_approval=asked))
    assert intent.approvals.start.required is required


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (
            "start: {approvers: [olga]}",
            "nobody could approve the start of fra1-fw1: 1 approval is needed and nobody",
        ),
        (
            "start: {approvers: [olga, ada], needed: 2}",
            "2 approvals are needed and ada may approve besides olga",
        ),
        ("recovery: {approvers: [olga]}", "nobody could approve the recovery of fra1-fw1"),
    ],
)
def test_where_too_few_could_approve_nothing_starts(folder: Folder, rule: str, words: str) -> None:
    folder.write("policy/approvals.yaml", f"clusters:\n  fra1-fw1:\n    {rule}\n")
    with pytest.raises(RequestRefused) as refused:
        resolve(folder.catalog(), REQUEST)
    assert words in str(refused.value)
    assert "policy/approvals.yaml:3" in str(refused.value)


def test_nor_does_a_recovery(folder: Folder) -> None:
    folder.write("policy/approvals.yaml", "fleet: {recovery: {approvers: [olga]}}\n")
    request = RecoveryRequest(upgrade_id="recover-1", cluster="fra1-fw1", requested_by="olga")
    with pytest.raises(RequestRefused, match="nobody could approve the recovery"):
        resolve_recovery(folder.catalog(), request)
    intent = resolve_recovery(folder.catalog(), replace(request, requested_by="ada"))
    assert intent.approvals.recovery.approvers == (Person(id="olga", name="olga"),)


def test_who_asks_counts_where_the_policy_says_so(folder: Folder) -> None:
    folder.write("policy/approvals.yaml", "fleet: {start: {approvers: [olga], requester_counts: true}}\n")
    assert resolve(folder.catalog(), REQUEST).approvals.start.requester_counts
