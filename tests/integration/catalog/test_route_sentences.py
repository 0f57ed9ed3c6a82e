"""What Juniper's pages say about who may go where, sentence by sentence, against the shipped policy.

The rows are in route_sentences.txt. Sentences about anything but models, releases and routes are not there.
Everything else that a route needs of the cluster is taken as being in order.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from srx_issu.catalog.folder import SHIPPED
from srx_issu.catalog.loading import load
from srx_issu.domain.routes.choose import choose_route
from srx_issu.domain.routes.conditions import RouteConditions
from srx_issu.domain.upgrade.route import Allowance, Rollback, Route
from srx_issu.domain.upgrade.support import SupportMatrix
from tools.route_golden import IN_ORDER

SENTENCES = Path(__file__).with_name("route_sentences.txt")
SRX300_LINE = "SRX300 SRX320 SRX340 SRX345 SRX380"
MID, HIGH_END = "SRX1500 SRX4100 SRX4200", "SRX5400 SRX5600 SRX5800"
WITH_ISSU = f"{MID} {HIGH_END} SRX4600"
EVERY = f"{SRX300_LINE} {WITH_ISSU} SRX550M SRX1400 SRX3400 SRX3600 SRX1600 SRX2300 SRX4300"
GROUPS = {
    "SRX300-LINE": SRX300_LINE,
    "MID": MID,
    "HIGH-END": HIGH_END,
    "WITH-ISSU": WITH_ISSU,
    "EVERY": EVERY,
}


def rows() -> Iterator[tuple[str, ...]]:
    for line in SENTENCES.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            row = tuple(cell.strip() for cell in line.split("|"))
            assert len(row) == 7, line
            yield row


@pytest.fixture(scope="module")
def rules() -> SupportMatrix:
    return load(SHIPPED).support_rules


@pytest.mark.parametrize("row", [pytest.param(row, id=" - ".join(row[:3])) for row in rows()])
def test_a_sentence(rules: SupportMatrix, row: tuple[str, ...]) -> None:
    page, says, models, running, target, route, answer = row
    for model in " ".join(GROUPS.get(name, name) for name in models.split()).split():
        found = choose_route(model, running, target, rules, IN_ORDER).of(Route(route))
        assert found.allowance == Allowance(answer), f"{page}: {says}. {model}: {found.reason}"


ROLLBACKS = [
    ("no rollback from 24.4R1 to 23.4R2-S3", "23.4R2-S3", "24.4R1", Rollback.NONE),
    ("no rollback from 24.4R1 to 24.2R2", "24.2R2", "24.4R1", Rollback.NONE),
    ("of other releases before 24.4R1 it does not speak", "23.4R1", "24.4R1", Rollback.UNKNOWN),
    ("nor of the other direction", "24.4R2", "24.2R2", Rollback.UNKNOWN),
    ("a rollback leads to the package before", "22.2R3", "22.4R3", Rollback.WORKS),
]


@pytest.mark.parametrize(("says", "running", "target", "rollback"), ROLLBACKS)
def test_a_sentence_of_the_page_on_rollback(
    rules: SupportMatrix, says: str, running: str, target: str, rollback: Rollback
) -> None:
    for model in SRX300_LINE.split():
        choice = choose_route(model, running, target, rules, IN_ORDER)
        assert {each.rollback for each in choice.routes} == {rollback}, says


def test_encryption_is_off_before_a_downgrade(rules: SupportMatrix) -> None:
    """Guide: it must be deactivated before a downgrade to a version that does not support it."""
    unknown = RouteConditions(has_path_beside_cluster=True)
    choice = choose_route("SRX4600", "22.4R3", "22.2R3", rules, unknown)
    assert choice.of(Route.DUAL_REBOOT).allowance is Allowance.ASK
    assert "encrypted" in choice.of(Route.DUAL_REBOOT).reason
