"""Whether a rollback leads back to the old release, by policy/routes.yaml, and what else does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from srx_issu.domain.cluster.model import Image, Snapshot
from srx_issu.domain.errors import UnparsableVersion
from srx_issu.domain.junos.version import parse, same_release
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.domain.upgrade.route import Rollback, RollbackRule, Route
from srx_issu.domain.upgrade.support import SupportMatrix


@dataclass(frozen=True, kw_only=True)
class OldImage:
    """The way back where no rollback leads there: ``request system software add`` of what runs now."""

    release: str  # as the nodes show it
    rule: RollbackRule
    image: Image | None  # of the catalogue; None: it has none, and nothing is started
    missing: str  # which image to add, and by which file name Juniper has it, in words


def leads_back(model: str, old_release: str, target: str, rules: SupportMatrix | None) -> bool:
    """Only where nothing says otherwise; False where the rules or the releases cannot be read."""
    if rules is None or rules.routes is None:
        return False
    try:
        return _rule(model, old_release, target, rules) is None
    except UnparsableVersion:
        return False


def old_image_of(intent: Intent, before: Snapshot) -> OldImage | None:
    """None where a rollback leads back, or where nothing of it is known: an ISSU, a release that nobody can
    read, an upgrade whose rules were not kept with it."""
    running = next((view.release for view in before.views if view.release), None)
    if running is None or intent.support is None or intent.route is Route.ISSU:
        return None
    try:
        rule = _rule(intent.cluster.model, running, intent.image.release, intent.support)
    except UnparsableVersion:
        return None
    if rule is None:
        return None
    image = _of_release(intent.old_images, running)
    return OldImage(release=running, rule=rule, image=image, missing=_missing(intent, running))


def old_image_path(intent: Intent, before: Snapshot) -> str | None:
    """On a node; None where a rollback leads back, and where the catalogue has no old image."""
    old = old_image_of(intent, before)
    return None if old is None or old.image is None else old.image.node_path


def _rule(model: str, old_release: str, target: str, rules: SupportMatrix) -> RollbackRule | None:
    """The first rule that holds or may hold; None where a rollback works. Raises UnparsableVersion."""
    old, new = parse(old_release), parse(target)
    rollbacks = rules.routes.rollbacks if rules.routes else ()
    may_hold = (each for each in rollbacks if each.scope.covers(model, old, new, None) is not False)
    first = next(may_hold, None)
    return None if first is None or first.rollback is Rollback.WORKS else first


def _of_release(images: Iterable[Image], running: str) -> Image | None:
    """The one that is called exactly as what runs; else one that only a spin tells apart."""
    known = list(images)
    exact = (image for image in known if image.release == running)
    return next(exact, None) or next((image for image in known if same_release(image.release, running)), None)


def _missing(intent: Intent, running: str) -> str:
    name, release = intent.image.name, intent.image.release
    likely = f" (by its name {name.replace(release, running)})" if release in name else ""
    return (
        f"no image of {running} for {intent.cluster.model} is in images/*.yaml: add the old image{likely} "
        "with its SHA-256, and ask anew; without it nothing is started"
    )
