"""``policy/checks.yaml``: rules for checks, in levels."""

from __future__ import annotations

from dataclasses import fields

import pytest

from srx_issu.catalog.policy.checks import CheckRuleEntry, CheckRulesEntry
from srx_issu.domain.checking import AS_SHIPPED, CheckRule, CheckRules, Severity, WhenUnknown
from tests.integration.catalog.folders import IMAGE, Folder


def _rules(folder: Folder, text: str) -> CheckRules:
    folder.write("policy/checks.yaml", text)
    catalog = folder.catalog()
    return catalog.policy_for(catalog.clusters["fra1-fw1"], catalog.images[IMAGE]).checks


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("fleet: {checks: {major_alarm: {severity: warn}}}\n", "did you mean 'major_alarms'?"),
        ("fleet: {checks: {cpu_load: {severity: warn}}}\n", "the ISSU guide's own: it stays on"),
        ("fleet: {checks: {cpu_load: {severty: warn}}}\n", "did you mean 'severity'?"),
        ("fleet: {checks: {cpu_load: {severity: bad}}}\n", "write one of 'block', 'warn' or 'info'"),
        ("fleet: {checks: {cpu_load: {enabled: sometimes}}}\n", "write true or false"),
        ("fleet: {checks: {pics_online: {ignore: ['FPC (1']}}}\n", "'FPC (1' is not a valid regular"),
        ("fleet: {checks: {pics_online: {ignore: ['']}}}\n", "fleet.checks.pics_online.ignore[1]"),
        ("fleet: {tables: {sesions: {enabled: false}}}\n", "no table 'sesions'; did you mean 'sessions'?"),
        ("clusters: {fra1-fw1: {tables: {x: {}}}}\n", "no table 'x'"),
        ("platforms: [{models: [SRX4600], tables: {x: {}}}]\n", "no table 'x'"),
        ("groups: {emea: {}}\n", "no group 'emea' in the inventory"),
        ("fleet: {most_findings: 0}\n", "fleet.most_findings is '0'"),
    ],
)
def test_faults(folder: Folder, text: str, words: str) -> None:
    folder.write("policy/checks.yaml", text)
    faults = folder.faults()
    assert len(faults) == 1
    assert faults[0].startswith("policy/checks.yaml:1: ")
    assert words in faults[0]


def test_a_fault_after_a_faulty_entry_is_still_in_its_own_line(folder: Folder) -> None:
    folder.write("policy/checks.yaml", "platforms:\n  - {}\n  - {models: [SRX4600], tables: {x: {}}}\n")
    assert [fault.split(" ")[0] for fault in folder.faults()] == [
        "policy/checks.yaml:2:",
        "policy/checks.yaml:3:",
    ]


def test_the_shipped_rules_are_the_softwares_own_defaults(folder: Folder) -> None:
    catalog = folder.catalog()
    policy = catalog.policy_for(catalog.clusters["fra1-fw1"], catalog.images[IMAGE])
    assert policy.checks == CheckRules()


def test_later_levels_override_and_what_is_overlooked_adds_up(folder: Folder) -> None:
    rules = _rules(
        folder,
        """
        fleet:
          checks:
            pics_online: {severity: warn, when_unknown: skip, ignore: [FPC 9]}
            uptime: {enabled: false}
          most_findings: 10
        platforms: [{models: [SRX4600], checks: {uptime: {enabled: true}}, core_dump_days: 1}]
        clusters: {fra1-fw1: {checks: {pics_online: {severity: info, ignore: [FPC 3, FPC 9]}}}}
        """,
    )
    assert rules.check("pics_online") == CheckRule(
        severity=Severity.INFO, when_unknown=WhenUnknown.SKIP, ignore=("FPC 9", "FPC 3")
    )
    assert rules.check("uptime").enabled
    assert rules.check("cpu_load") is AS_SHIPPED
    assert (rules.most_findings, rules.core_dump_days, rules.settled_uptime_s) == (10, 1, 600)


def test_every_rule_of_the_software_can_be_set() -> None:
    assert list(CheckRuleEntry.model_fields) == [field.name for field in fields(CheckRule)]
    assert list(CheckRulesEntry.model_fields) == [field.name for field in fields(CheckRules)]
