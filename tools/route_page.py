"""Writes the tables of docs/routes.md from the operator's files as shipped and from what each route means.

Nothing reads them when the software runs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from srx_issu.catalog.documents import Document, read_document
from srx_issu.catalog.faults import Checked
from srx_issu.catalog.folder import SHIPPED
from srx_issu.catalog.policy.matrix import read_matrix
from srx_issu.catalog.policy.routes import RoutesFile, read_routes
from srx_issu.domain.junos.release_range import ReleaseRange
from srx_issu.domain.routes.describe import outage_words
from srx_issu.domain.routes.route import FACTS
from srx_issu.domain.upgrade.route import Route, RouteRules
from srx_issu.domain.upgrade.support import SupportMatrix

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "routes.md"
_PLACE: Final = re.compile(r"(<!-- routes: ([a-z_ ]+) -->\n).*?(<!-- end -->)", re.DOTALL)
_RULES_HEAD: Final = ("models", "from", "to", "way", "answer", "because", "source")


def with_tables(page: str) -> str:
    """The page with each ``<!-- routes: X --> ... <!-- end -->`` filled."""
    return _PLACE.sub(lambda found: f"{found[1]}{_CONTENTS[found[2]]()}{found[3]}", page)


def in_words(releases: ReleaseRange) -> str:
    """``24.4R1 or later``, ``before 18.1R1``, ``23.4R2-S3 or 24.2R2``, ``any``."""
    parts = [" or ".join(str(mark) for mark in releases.within)] if releases.within else []
    if releases.at_least:
        parts.append(f"{releases.at_least} or later")
    if releases.below:
        parts.append(f"before {releases.below}")
    return " and ".join(parts) or "any"


def _rules(route: Route) -> Iterator[tuple[str, ...]]:
    for rule in _routes().rules:
        if rule.route is route:
            scope = rule.scope
            pair = (in_words(scope.running), in_words(scope.target))
            way = str(scope.direction) if scope.direction else "both"
            said = (str(rule.allowance), rule.reason, rule.source)
            yield (_models(scope.models), *pair, way, *said)


def _issu() -> Iterator[tuple[str, ...]]:
    matrix = _matrix()
    for rule in matrix.rules:
        pair = (in_words(rule.running), in_words(rule.target))
        yield (_models(rule.models), *pair, str(rule.verdict), rule.reason)
    grouped: dict[tuple[str, ...], list[str]] = {}
    for model, platform in matrix.platforms.items():
        first = f"{platform.from_release} or later" if platform.from_release else "any"
        grouped.setdefault((first, "any later", str(platform.in_service), platform.reason), []).append(model)
    yield from ((_models(models), *said) for said, models in grouped.items())


def _rollbacks() -> Iterator[tuple[str, ...]]:
    for rule in _routes().rollbacks:
        scope = rule.scope
        pair = (in_words(scope.running), in_words(scope.target))
        yield (_models(scope.models), *pair, str(rule.rollback), rule.reason, rule.source)


def _costs() -> Iterator[tuple[str, ...]]:
    for cost in _routes().costs:
        name = f"{cost.route.label}{f', {_models(cost.models)}' if cost.models else ''}"
        yield (name, outage_words(cost), f"{cost.sessions} [{cost.source}]", cost.adjacencies)


def _facts() -> Iterator[str]:
    for route, facts in FACTS.items():
        yield f"**{route.label}**: {facts.course}.\n"
        yield from (f"- Needed: {each}." for each in facts.preconditions)
        yield from (f"- Only a person can do: {each}." for each in facts.by_a_person)
        yield from (f"- Undone: {each}." for each in facts.undone_by)
        yield f"- For downgrades: {facts.for_downgrades}.\n"


def _sources() -> Iterator[str]:
    entry = Checked(_document()).whole(RoutesFile)
    yield from (f"- `{name}`: {what}" for name, what in (entry.sources if entry else {}).items())


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _models(models: Iterable[str]) -> str:
    return (
        ", ".join(sorted(models, key=lambda model: (model.startswith("V"), len(model), model)))
        or "every model"
    )


def _document() -> Document:
    return read_document(SHIPPED / "policy" / "routes.yaml")


def _routes() -> RouteRules:
    return read_routes(Checked(_document()))


def _matrix() -> SupportMatrix:
    return read_matrix(Checked(read_document(SHIPPED / "policy" / "support.yaml")))


_CONTENTS: Final[dict[str, Callable[[], str]]] = {
    "facts": lambda: "\n".join(_facts()),
    "costs": lambda: _table(("route", "traffic stops", "sessions", "routing adjacencies"), _costs()),
    "issu": lambda: _table(("models", "from", "to", "answer", "because"), _issu()),
    "icu": lambda: _table(_RULES_HEAD, _rules(Route.ICU)),
    "minimal_downtime": lambda: _table(_RULES_HEAD, _rules(Route.MINIMAL_DOWNTIME)),
    "dual_reboot": lambda: _table(_RULES_HEAD, _rules(Route.DUAL_REBOOT)),
    "rollbacks": lambda: _table(("models", "from", "to", "rollback", "because", "source"), _rollbacks()),
    "sources": lambda: "\n".join(_sources()) + "\n",
}


def main() -> None:
    """Writes them into the repository."""
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
