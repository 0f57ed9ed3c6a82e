"""Writes tests/golden/routes.txt: which route every model may take between forty releases.

Models of which policy says the same stand together. A line for each running release; targets in a row with
the same answer are one span: ``17.4R1..18.4R3 = -A?A`` says ISSU refused, ICU allowed, minimal downtime asks,
dual reboot allowed. Everything else that a route needs of the cluster is taken as being in order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Final

from srx_issu.catalog.folder import SHIPPED
from srx_issu.catalog.loading import load
from srx_issu.domain.routes.choose import choose_route
from srx_issu.domain.routes.conditions import RouteConditions
from srx_issu.domain.upgrade.route import Allowance, Route, RouteRules
from srx_issu.domain.upgrade.support import SupportMatrix

GOLDEN: Final = Path(__file__).resolve().parents[1] / "tests" / "golden" / "routes.txt"
RELEASES: Final = (
    *("10.4R3", "10.4R4", "11.2R2", "11.4R7.5", "12.1X46-D20", "12.1X46-D30", "12.1X47-D10", "12.3X48-D30"),
    *("15.1X49-D50", "15.1X49-D60.7", "15.1X49-D65", "15.1X49-D70", "15.1X49-D80", "15.1X49-D170"),
    *("17.3R1", "17.3R3", "17.4R1", "17.4R2-S3", "18.1R1", "18.2R1", "18.4R3", "19.4R3", "20.4R3", "21.2R1"),
    *("21.4R3-S5.4", "22.2R3", "22.4R3-S2.11", "23.2R2", "23.4R1", "23.4R2-S2", "23.4R2-S3.9", "24.2R1"),
    *("24.2R2", "24.2R2-S1", "24.4R1.9", "24.4R1-S2", "24.4R2", "25.2R1", "23.4-20240101.0", "23.4R2-EVO"),
)
UNKNOWN_MODEL: Final = "SRX4999"
IN_ORDER: Final = RouteConditions(
    has_path_beside_cluster=True,
    is_old_image_staged=True,
    is_ha_link_encrypted=False,
    is_person_on_site=True,
)
_LETTER: Final = {Allowance.ALLOWED: "A", Allowance.ASK: "?", Allowance.REFUSED: "-"}


def golden() -> str:
    """The whole file."""
    return "\n".join(_lines(load(SHIPPED).support_rules)) + "\n"


def _lines(rules: SupportMatrix) -> Iterator[str]:
    yield f"# {len(RELEASES)} releases; letters in the order {', '.join(Route)}: A allowed, ? ask, - refused"
    for models in _alike(rules):
        yield ""
        yield f"{' '.join(models)}{' (not in policy/support.yaml)' if models == (UNKNOWN_MODEL,) else ''}"
        about = rules.about(models[0])
        for running in RELEASES:
            answers = [(target, _answer(models[0], running, target, about)) for target in RELEASES]
            yield f"  {running}: {'; '.join(_spans(answers))}"


def _answer(model: str, running: str, target: str, rules: SupportMatrix) -> str:
    choice = choose_route(model, running, target, rules, IN_ORDER)
    return "".join(_LETTER[choice.of(route).allowance] for route in Route)


def _spans(answers: list[tuple[str, str]]) -> Iterator[str]:
    for answer, row in groupby(answers, key=lambda each: each[1]):
        targets = [target for target, _ in row]
        span = targets[0] if len(targets) == 1 else f"{targets[0]}..{targets[-1]}"
        yield f"{span} = {answer}"


def _alike(rules: SupportMatrix) -> Iterator[tuple[str, ...]]:
    """Models of which the files say the same, together."""
    groups: dict[object, list[str]] = {}
    for model in (*rules.platforms, UNKNOWN_MODEL):
        about = rules.about(model)
        routes = about.routes or RouteRules()
        platform = about.platforms.get(model)
        said = (repr(platform and replace(platform, model="")), about.rules, routes.rules, routes.rollbacks)
        groups.setdefault(repr(said), []).append(model)
    yield from (tuple(models) for models in groups.values())


def main() -> None:
    """Writes it into the repository."""
    GOLDEN.write_text(golden(), encoding="utf-8")
