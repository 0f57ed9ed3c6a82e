"""``policy/failures.yaml``: what may be done about each failure, in levels."""

from __future__ import annotations

import pytest

from srx_issu.catalog.loading import load
from srx_issu.domain.errors import OperatorFileError
from srx_issu.domain.failure.classes import FailureClass, Permission
from srx_issu.domain.failure.rules import DEFAULT_RULES, FailureRules
from srx_issu.domain.failure.table import FACTS
from tests.integration.catalog.folders import IMAGE, Folder


def _rules(folder: Folder, text: str | None = None) -> FailureRules:
    if text is not None:
        folder.write("policy/failures.yaml", text)
    catalog = folder.catalog()
    return catalog.policy_for(catalog.clusters["fra1-fw1"], catalog.images[IMAGE]).failures


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("fleet: {failures: {cold_sync_faild: ask}}\n", "write one of"),
        ("fleet: {failures: {cold_sync_failed: always}}\n", "write one of 'automatic', 'ask' or 'never'"),
        ("fleet: {failures: {both_primary: ask}}\n", "both_primary is 'ask'; write 'never': Split brain"),
        ("fleet: {failures: {stuck: automatic}}\n", "stuck is 'automatic'; write 'ask'"),
        ("clusters: {fra1-fw1: {failures: {unknown: automatic}}}\n", "unknown is 'automatic'"),
        ("clusters: {fra1-fw2: {}}\n", "no cluster 'fra1-fw2' in the inventory"),
        ("fleet: {finish_forwards: true}\n", "did you mean 'finish_forward'?"),
        ("flet: {}\n", "did you mean 'fleet'?"),
        ("platforms: [{models: [SRX4600], failures: {link_lost: ask}}]\n", "write 'never'"),
    ],
)
def test_faults(folder: Folder, text: str, words: str) -> None:
    folder.write("policy/failures.yaml", text)
    with pytest.raises(OperatorFileError) as caught:
        load(folder.path)
    assert len(caught.value.faults) == 1
    assert "policy/failures.yaml:1: " in str(caught.value)
    assert words in str(caught.value)


def test_all_faults_are_told_at_once(folder: Folder) -> None:
    folder.write("policy/failures.yaml", "fleet:\n  failures:\n    unknown: ask\n    link_lost: ask\n")
    with pytest.raises(OperatorFileError) as caught:
        load(folder.path)
    assert [fault.line for fault in caught.value.faults] == [3, 4]


@pytest.mark.parametrize("failure", list(FailureClass))
def test_the_shipped_policy_says_what_the_table_says(folder: Folder, failure: FailureClass) -> None:
    rules = _rules(folder)
    assert rules.permission(failure) is DEFAULT_RULES.permission(failure)
    assert rules.finish_forward is DEFAULT_RULES.finish_forward


def test_the_shipped_policy_names_every_class_that_can_be_set(folder: Folder) -> None:
    settable = {f for f in FailureClass if FACTS[f].at_most is not Permission.NEVER}
    named = set(_rules(folder).permissions)
    missing = sorted(settable - {FailureClass.FINISHED} - named)
    assert not missing, f"include/policy/failures.yaml does not name {', '.join(missing)}"
    assert named <= settable - {FailureClass.FINISHED}, "policy/failures.yaml names what cannot be set"


def test_later_levels_override(folder: Folder) -> None:
    rules = _rules(
        folder,
        """
        fleet: {finish_forward: false, failures: {cold_sync_failed: ask, ksyncd: ask}}
        platforms:
          - {models: [SRX4600], failures: {cold_sync_failed: never}}
          - {models: [SRX1500], failures: {ksyncd: never}}
        clusters:
          fra1-fw1: {finish_forward: true}
        """,
    )
    assert rules.permission(FailureClass.COLD_SYNC_FAILED) is Permission.NEVER
    assert rules.permission(FailureClass.KSYNCD) is Permission.ASK
    assert rules.permission(FailureClass.CHASSISD) is Permission.AUTOMATIC
    assert rules.finish_forward is True
