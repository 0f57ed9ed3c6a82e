"""What a route needs of the cluster beside its releases. What is not known is left to a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from srx_issu.domain.routes.choice import RouteReason
from srx_issu.domain.routes.route import FACTS
from srx_issu.domain.upgrade.route import Allowance, Direction, Rollback, RollbackRule, Route

OWN_RULE: Final = "rule of this software"


@dataclass(frozen=True, kw_only=True)
class RouteConditions:
    """Facts of one cluster. None = not known, which is neither yes nor no."""

    has_path_beside_cluster: bool | None = None
    """Both management addresses are reached over a path that does not cross the cluster, or there is a
    console server for both nodes."""
    is_old_image_staged: bool | None = None
    """On both nodes, with the checksum of the catalogue, before the start; True already where the catalogue
    has it: nothing begins before both nodes have shown it."""
    missing_image: str | None = None  # which one it is, in words, where it is not there
    is_ha_link_encrypted: bool | None = None
    is_person_on_site: bool | None = None


def reasons_against(
    route: Route, direction: Direction | None, rollback: RollbackRule | None, conditions: RouteConditions
) -> Iterator[RouteReason]:
    """Why the route may not simply be taken, by this cluster's facts; nothing where they are in order."""
    if FACTS[route].needs_path_beside_cluster:
        yield from _path(conditions.has_path_beside_cluster)
    if FACTS[route].needs_person_on_site:
        yield from _person(conditions.is_person_on_site)
    if rollback is not None and rollback.rollback is not Rollback.WORKS:
        yield from _old_image(conditions, rollback)
    if direction is Direction.DOWNGRADE:
        yield from _encryption(conditions.is_ha_link_encrypted)


def _path(has_path: bool | None) -> Iterator[RouteReason]:
    if has_path is None:
        yield _ask(
            "not known whether both management addresses are reached beside the cluster, or by console"
        )
    elif not has_path:
        yield _no(
            "a management address is reached through the cluster only, and there is no console server; "
            "a node whose links or peer are down could not be reached"
        )


def _person(is_there: bool | None) -> Iterator[RouteReason]:
    if is_there is None:
        yield _ask("not known whether a person is on site for the links", "KB17947")
    elif not is_there:
        yield _ask(
            "nobody is on site: the links could be taken apart only where policy does so by configuration or "
            "by the switches between them",
            "KB17947",
        )


def _old_image(conditions: RouteConditions, rule: RollbackRule) -> Iterator[RouteReason]:
    if conditions.is_old_image_staged is None:
        yield _ask(f"{rule.reason}; not known whether the old image is on both nodes", rule.source)
    elif not conditions.is_old_image_staged:
        remedy = conditions.missing_image or "stage the old image with its checksum on both nodes first"
        yield _no(f"{rule.reason}; {remedy}", rule.source)


def _encryption(is_on: bool | None) -> Iterator[RouteReason]:
    if is_on is None:
        yield _ask("not known whether the HA link is encrypted; it must not be for a downgrade", "guide")
    elif is_on:
        yield _ask(
            "the HA link is encrypted: deactivate that before a downgrade to a release without it; whether "
            "the change needs a reboot is not documented",
            "guide",
        )


def _ask(text: str, source: str = OWN_RULE) -> RouteReason:
    return RouteReason(allowance=Allowance.ASK, text=text, source=source)


def _no(text: str, source: str = OWN_RULE) -> RouteReason:
    return RouteReason(allowance=Allowance.REFUSED, text=text, source=source)
