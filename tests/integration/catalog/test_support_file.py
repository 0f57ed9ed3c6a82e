"""``policy/support.yaml``: the shipped rules against the guide, and the faults of an operator's own."""

from __future__ import annotations

import pytest

from srx_issu.catalog.documents import read_document
from srx_issu.catalog.faults import Checked
from srx_issu.catalog.folder import SHIPPED
from srx_issu.catalog.policy.matrix import read_matrix
from srx_issu.domain.upgrade.commands import SoftwareFamily
from srx_issu.domain.upgrade.support import InService, SupportMatrix, judge
from tests.integration.catalog.folders import Folder

SOURCES = ("guide", "ICU", "older")  # as the file's own head says


@pytest.fixture(scope="module")
def shipped() -> SupportMatrix:
    checked = Checked(read_document(SHIPPED / "policy" / "support.yaml"))
    matrix = read_matrix(checked)
    assert checked.faults == []
    return matrix


TABLE_1 = frozenset(
    {"SRX5800", "SRX5600", "SRX5400", "SRX1500", "SRX4100", "SRX4200", "SRX4600"}
    | {"SRX1600", "SRX2300", "SRX4300"}
)  # the guide's; what is added to the file later is not asked about below


@pytest.mark.parametrize(
    ("model", "first", "too_early", "later"),
    [  # guide, Table 1
        ("SRX5800", "10.4R4", "10.4R3", "10.4R5"),
        ("SRX5600", "10.4R4", "10.4R3", "11.4R1"),
        ("SRX5400", "12.1X46-D20", "12.1X46-D15", "12.1X46-D25"),
        ("SRX1500", "15.1X49-D70", "15.1X49-D65", "15.1X49-D75"),
        ("SRX4100", "15.1X49-D80", "15.1X49-D75", "15.1X49-D90"),
        ("SRX4200", "15.1X49-D80", "15.1X49-D75", "15.1X49-D90"),
        ("SRX4600", "17.4R1", "17.3R3", "21.4R3-S5"),
        ("SRX1600", "23.4R1", "23.2R2", "24.2R1"),
        ("SRX2300", "23.4R1", "23.2R2", "23.4R2"),
        ("SRX4300", "24.2R1", "23.4R2", "24.4R1"),
    ],
)
def test_table_1_of_the_guide(
    shipped: SupportMatrix, model: str, first: str, too_early: str, later: str
) -> None:
    assert judge(model, first, later, shipped).verdict is InService.ISSU
    assert judge(model, too_early, later, shipped).verdict is InService.REFUSED


@pytest.mark.parametrize(
    ("models", "running", "target", "verdict"),
    [
        ("SRX1500 SRX4100 SRX4200", "17.3R3", "17.4R1", "refused"),
        ("SRX1500 SRX4100 SRX4200", "15.1X49-D170", "17.4R2", "refused"),
        ("SRX1500 SRX4100 SRX4200", "17.4R1", "17.4R2-S3", "issu"),
        ("SRX1500 SRX4100 SRX4200", "17.4R2", "18.4R3", "ask"),
        ("SRX1500 SRX4100 SRX4200", "15.1X49-D170", "18.4R3", "ask"),
        ("SRX1500", "15.1X49-D50", "15.1X49-D60", "icu"),
        ("SRX1500", "15.1X49-D60", "15.1X49-D70", "icu"),
        ("SRX4100 SRX4200", "15.1X49-D65", "15.1X49-D70", "icu"),
        ("SRX4100 SRX4200", "15.1X49-D70", "15.1X49-D80", "icu"),
        ("SRX5400 SRX5600 SRX5800", "12.3X48-D30", "17.3R1", "refused"),
        ("SRX5400 SRX5600 SRX5800", "15.1X49-D170", "21.4R3", "refused"),
        ("SRX5400 SRX5600 SRX5800", "17.3R1", "17.3R3", "issu"),
        ("SRX5400 SRX5600 SRX5800", "17.3R3", "17.4R1", "ask"),
        ("SRX5400 SRX5600 SRX5800", "17.3R3", "18.4R1", "ask"),
        ("SRX5400 SRX5600 SRX5800", "17.4R3", "18.4R1", "issu"),
        ("SRX5400 SRX5600 SRX5800", "12.1X46-D30", "12.3X48-D30", "ask"),
        ("SRX300 SRX320 SRX340 SRX345 SRX380 SRX550M", "21.4R3", "23.4R2", "icu"),
        ("SRX300 SRX320 SRX340 SRX345 SRX380", "23.4R2", "24.4R1.9", "refused"),
        ("SRX300 SRX320 SRX340 SRX345 SRX380", "23.4R2", "24.4R1-S1.2", "refused"),
        ("SRX300 SRX320 SRX340 SRX345 SRX380", "23.4R2", "25.2R1", "refused"),
        ("SRX300 SRX320 SRX340 SRX345 SRX380", "24.4R1", "24.4R2", "icu"),
        ("SRX345", "24.4R2", "23.4R2-S3", "refused"),
        ("VSRX VSRX3", "23.4R2", "24.2R1", "refused"),
        ("SRX3600", "12.1X46-D30", "12.1X46-D40", "ask"),
        ("SRX4999", "24.4R1", "25.2R1", "ask"),
        ("SRX4600", "21.4R3", "22.2-20220101.0", "refused"),
    ],
)
def test_the_exceptions(shipped: SupportMatrix, models: str, running: str, target: str, verdict: str) -> None:
    judged = {model: judge(model, running, target, shipped).verdict.value for model in models.split()}
    assert judged == dict.fromkeys(models.split(), verdict)


def test_every_answer_has_a_reason_with_its_source(shipped: SupportMatrix) -> None:
    reasons = [p.reason for p in shipped.platforms.values()] + [r.reason for r in shipped.rules]
    without = [reason for reason in reasons if not any(source in reason for source in SOURCES)]
    assert not without, f"include/policy/support.yaml: name one of {', '.join(SOURCES)} in these reasons"


def test_snapshot_unlink_software_and_hold_timer(shipped: SupportMatrix) -> None:
    platforms = {m: p for m, p in shipped.platforms.items() if m in TABLE_1}
    without_snapshot = {m for m, p in platforms.items() if not p.snapshot_supported}
    assert without_snapshot == {"SRX1500", "SRX1600", "SRX2300", "SRX4100", "SRX4200", "SRX4300", "SRX4600"}
    assert {m for m, p in platforms.items() if p.unlink_supported} == {"SRX1500", "SRX4100", "SRX4200"}
    vmhost = {m for m, p in platforms.items() if p.software is SoftwareFamily.VMHOST}
    assert vmhost == {"SRX1600", "SRX2300", "SRX4300"}
    assert shipped.software("SRX5800", "RE3") is SoftwareFamily.VMHOST
    long = {m for m in platforms if judge(m, "21.4R1", "22.4R1", shipped).hold_timer_s == 2700}
    assert long == {"SRX1500", "SRX4100", "SRX4200", "SRX4600"}
    assert judge("SRX1500", "15.1X49-D80", "15.1X49-D90", shipped).hold_timer_s == 900


def test_where_the_slots_of_every_platform_begin(shipped: SupportMatrix) -> None:
    with_issu = [p for p in shipped.platforms.values() if p.in_service is InService.ISSU]
    missing = [p.model for p in with_issu if p.node1_first_slot is None]
    assert not missing, f"include/policy/support.yaml: say 'node1_first_slot' of {', '.join(missing)}"
    known = {"SRX5400": 3, "SRX5600": 6, "SRX5800": 12, "SRX4600": 7}
    assert {model: shipped.platforms[model].node1_first_slot for model in known} == known
    assert judge("SRX5600", "21.4R1", "22.4R1", shipped).node1_first_slot == 6
    assert judge("SRX5600", "21.4R1", "rubbish", shipped).node1_first_slot == 6


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("platfroms: []\n", "policy/support.yaml:1: unknown key 'platfroms'; did you mean 'platforms'?"),
        (
            "platforms: [{models: [SRX4600], in_service: isu, reason: x}]\n",
            "is 'isu'; write one of 'issu', 'icu'",
        ),
        ("platforms: [{models: [SRX4600], in_service: issu}]\n", "platforms[1] has no 'reason'; add it"),
        (
            "platforms:\n  - {models: [SRX4600], in_service: issu, reason: x}\n"
            "  - {models: [SRX4600], in_service: icu, reason: x}\n",
            "policy/support.yaml:3: platform SRX4600 is defined twice",
        ),
        (
            "rules: [{models: [SRX4600], running: {bellow: 17.4}, verdict: ask, reason: x}]\n",
            "unknown key 'bellow' in rules[1].running; did you mean 'below'?",
        ),
        (
            "rules: [{models: [SRX4600], running: {below: 17.x}, verdict: ask, reason: x}]\n",
            "write a release (17.4R1) or only its first two numbers (17.4)",
        ),
        ("rules: [{models: [], verdict: ask, reason: x}]\n", "rules[1].models"),
        (
            "platforms: [{models: [SRX5800], in_service: issu, reason: x, routing_engines: {RE9: vmhost}}]\n",
            "platforms[1].routing_engines.RE9",
        ),
    ],
)
def test_faults_of_an_operators_own_rules(folder: Folder, text: str, words: str) -> None:
    folder.write("policy/support.yaml", text)
    faults = folder.faults()
    assert [fault for fault in faults if words in fault], faults


def test_an_operators_own_file_replaces_the_shipped_one(folder: Folder) -> None:
    folder.write("policy/support.yaml", "rules: []\n")
    assert folder.faults() == []
    matrix = folder.catalog().support_rules
    assert judge("SRX4600", "21.4R3", "22.4R3", matrix).verdict is InService.ASK
