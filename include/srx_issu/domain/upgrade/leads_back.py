"""Whether a rollback leads back to the old release, by policy/routes.yaml."""

from __future__ import annotations

from srx_issu.domain.errors import UnparsableVersion
from srx_issu.domain.junos.version import parse
from srx_issu.domain.upgrade.route import Rollback
from srx_issu.domain.upgrade.support import SupportMatrix


def leads_back(model: str, old_release: str, target: str, rules: SupportMatrix | None) -> bool:
    """Only where nothing says otherwise; False where the rules or the releases cannot be read."""
    if rules is None or rules.routes is None:
        return False
    try:
        old, new = parse(old_release), parse(target)
    except UnparsableVersion:
        return False
    may_hold = (
        each for each in rules.routes.rollbacks if each.scope.covers(model, old, new, None) is not False
    )
    first = next(may_hold, None)
    return first is None or first.rollback is Rollback.WORKS
