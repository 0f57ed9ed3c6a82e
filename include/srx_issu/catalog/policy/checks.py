"""``policy/checks.yaml``: which checks are on, how grave a failure is, and what they should overlook.

The checks themselves, and the names they have, are in ``checks/``. The guide's own preconditions stay on
and blocking, whatever is written here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Annotated

from pydantic import AfterValidator, Field

from srx_issu.catalog.faults import Checked, nearest
from srx_issu.catalog.fields import FileEntry, ModelName, Name, TableName, wrong
from srx_issu.catalog.policy.levels import Inventory, Levels, read_levels, report_unknown_tables
from srx_issu.catalog.policy.matrix import RangeEntry
from srx_issu.checks.names import CHECK_NAMES, GUIDE_CHECKS
from srx_issu.domain.checking import (
    AS_SHIPPED,
    CheckRule,
    CheckRules,
    Severity,
    WhenUnknown,
)


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except (re.error, RecursionError, OverflowError) as reason:
        raise wrong(
            f"{text[:80]!r} is not a valid regular expression: {reason}", "put '\\' before . ( [ * + ?"
        ) from None
    return text


Pattern = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_pattern)]


class CheckRuleEntry(FileEntry):
    """What the operator says about one check, or one table that is compared."""

    enabled: bool | None = Field(None, description="`false`: not looked at.")
    severity: Severity | None = Field(None, description="What a failure means.")
    when_unknown: WhenUnknown | None = Field(None, description="What it means that it could not look.")
    ignore: tuple[Pattern, ...] = Field(
        (),
        description="Regular expressions over what a line is about; those of all levels add up.",
    )


class CheckRulesEntry(FileEntry):
    """What a level may say."""

    checks: dict[TableName, CheckRuleEntry] = Field(default_factory=dict, description="By name of check.")
    tables: dict[TableName, CheckRuleEntry] = Field(default_factory=dict, description="By table compared.")
    core_dump_days: float | None = Field(None, ge=0, le=3650, description="Younger core dumps are fresh.")
    settled_uptime_s: float | None = Field(None, ge=0, le=604_800, description="Shorter up = not settled.")
    issu_unsupported_pics: tuple[Pattern, ...] | None = Field(
        None, description="Kinds of PICs that restart in an ISSU, as regular expressions."
    )
    pics_offline_in_health: tuple[Pattern, ...] | None = Field(
        None,
        description="PICs that may be Offline on both nodes, as regular expressions over `kind / card`.",
    )
    issu_unsupported_protocols: tuple[TableName, ...] | None = Field(
        None, description="Routing protocols that lose packets in an ISSU, as below `protocols`."
    )
    most_findings: int | None = Field(None, ge=1, le=10_000, description="A table: more are only counted.")


class PlatformCheckRulesEntry(CheckRulesEntry):
    """Rules for some models, and for images of some releases."""

    models: tuple[ModelName, ...] = Field(min_length=1)
    releases: RangeEntry = Field(default_factory=RangeEntry, description="Of the image; none = all.")


class ChecksFile(FileEntry):
    """policy/checks.yaml."""

    fleet: CheckRulesEntry | None = Field(None, description="Holds for every cluster.")
    platforms: tuple[PlatformCheckRulesEntry, ...] | None = None
    groups: dict[Name, CheckRulesEntry] | None = Field(None, description="By inventory group.")
    clusters: dict[Name, CheckRulesEntry] | None = Field(None, description="By cluster.")


def read_checks_policy(checked: Checked, inventory: Inventory) -> Levels[CheckRulesEntry]:
    """The sound part of the file; the faults are left in ``checked``."""
    levels = read_levels(checked, CheckRulesEntry, PlatformCheckRulesEntry, inventory)
    for entry, place in levels.placed():
        report_unknown_tables(checked, entry.tables, *place, "tables")
        _report_unusable_checks(checked, entry.checks, *place, "checks")
    return levels


def _report_unusable_checks(checked: Checked, names: Iterable[str], *place: str | int) -> None:
    for name in names:
        if name not in CHECK_NAMES:
            checked.fault(f"no check {name!r}", nearest(name, CHECK_NAMES), *place, name)
        elif name in GUIDE_CHECKS:
            found = f"check {name!r} is the ISSU guide's own: it stays on and blocking"
            checked.fault(found, "remove this rule", *place, name)


def merge_checks(levels: Iterable[CheckRulesEntry]) -> CheckRules:
    """Later levels override; what none says stays as the check comes."""
    rules = CheckRules()
    for level in levels:
        figures = level.model_dump(exclude={"checks", "tables", "models", "releases"}, exclude_none=True)
        rules = replace(
            rules,
            checks=_over(rules.checks, level.checks),
            tables=_over(rules.tables, level.tables),
            **figures,
        )
    return rules


def _over(rules: Mapping[str, CheckRule], given: Mapping[str, CheckRuleEntry]) -> dict[str, CheckRule]:
    return {**rules, **{name: _rule(rules.get(name, AS_SHIPPED), entry) for name, entry in given.items()}}


def _rule(before: CheckRule, entry: CheckRuleEntry) -> CheckRule:
    return CheckRule(
        enabled=before.enabled if entry.enabled is None else entry.enabled,
        severity=entry.severity or before.severity,
        when_unknown=entry.when_unknown or before.when_unknown,
        ignore=tuple(dict.fromkeys((*before.ignore, *entry.ignore))),
    )
