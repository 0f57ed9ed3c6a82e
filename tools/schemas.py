"""Writes what editors and readers need to know of the operator's files, from the models themselves.

A JSON Schema beside each kind of file, and the tables of keys in docs/files.md and docs/campaigns.md. Nothing
is read from these when the software runs.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

from srx_issu.catalog.campaigns.entries import (
    BudgetEntry,
    CalendarEntry,
    CampaignFile,
    FreezeEntry,
    GatesEntry,
    InFlightEntry,
    NotifyEntry,
    OpenEntry,
    RetryEntry,
    SelectEntry,
    SiteStagingEntry,
    StagingEntry,
    WindowsEntry,
)
from srx_issu.catalog.documents import read_document
from srx_issu.catalog.faults import Checked
from srx_issu.catalog.fields import FileEntry
from srx_issu.catalog.folder import SHIPPED
from srx_issu.catalog.images import CatalogueFile, ImageEntry
from srx_issu.catalog.inventory.columns import (
    ClusterEntry,
    InventoryFile,
    NodeEntry,
    OtherAddressEntry,
    Settings,
)
from srx_issu.catalog.inventory.netbox import NetboxEntry
from srx_issu.catalog.policy.approvals import (
    ApprovalsEntry,
    ApprovalsFile,
    RecoveryApprovalEntry,
    StartApprovalEntry,
)
from srx_issu.catalog.policy.checks import CheckRuleEntry, CheckRulesEntry, ChecksFile
from srx_issu.catalog.policy.concurrency import ConcurrencyFile
from srx_issu.catalog.policy.failures import FailureRulesEntry, FailuresFile
from srx_issu.catalog.policy.known_problems import KnownProblemsFile, ProblemEntry
from srx_issu.catalog.policy.limits import (
    EvidenceRulesEntry,
    LimitsEntry,
    LimitsFile,
    PlatformSettingsEntry,
    SettingsEntry,
    TimersEntry,
    ToleranceEntry,
)
from srx_issu.catalog.policy.matrix import (
    HoldTimerEntry,
    PlatformEntry,
    RangeEntry,
    RuleEntry,
    SupportFile,
    read_matrix,
)
from srx_issu.catalog.policy.releases import ReleaseEntry, ReleasesFile, SpanEntry
from srx_issu.catalog.policy.routes import (
    CostEntry,
    RollbackEntry,
    RouteRuleEntry,
    RouteScopeEntry,
    RoutesFile,
)
from tools.platform_table import platform_table

SCHEMAS: Final[dict[str, type[FileEntry]]] = {
    "inventory/inventory.schema.json": InventoryFile,
    "images/images.schema.json": CatalogueFile,
    "campaigns/campaigns.schema.json": CampaignFile,
    "policy/approvals.schema.json": ApprovalsFile,
    "policy/concurrency.schema.json": ConcurrencyFile,
    "policy/limits.schema.json": LimitsFile,
    "policy/support.schema.json": SupportFile,
    "policy/checks.schema.json": ChecksFile,
    "policy/failures.schema.json": FailuresFile,
    "policy/releases.schema.json": ReleasesFile,
    "policy/known-problems.schema.json": KnownProblemsFile,
    "policy/routes.schema.json": RoutesFile,
}
TABLES: Final[tuple[type[FileEntry], ...]] = (
    Settings,
    ClusterEntry,
    NodeEntry,
    OtherAddressEntry,
    NetboxEntry,
    ImageEntry,
    LimitsFile,
    SettingsEntry,
    PlatformSettingsEntry,
    TimersEntry,
    LimitsEntry,
    EvidenceRulesEntry,
    ToleranceEntry,
    CheckRulesEntry,
    CheckRuleEntry,
    ApprovalsEntry,
    RecoveryApprovalEntry,
    StartApprovalEntry,
    FailureRulesEntry,
    PlatformEntry,
    HoldTimerEntry,
    RuleEntry,
    RangeEntry,
    ReleaseEntry,
    SpanEntry,
    ProblemEntry,
    RouteScopeEntry,
    RouteRuleEntry,
    RollbackEntry,
    CostEntry,
    ConcurrencyFile,
    CampaignFile,
    SelectEntry,
    WindowsEntry,
    CalendarEntry,
    OpenEntry,
    FreezeEntry,
    InFlightEntry,
    BudgetEntry,
    GatesEntry,
    StagingEntry,
    SiteStagingEntry,
    RetryEntry,
    NotifyEntry,
)
DOCS: Final = Path(__file__).resolve().parents[1] / "docs"
PAGES: Final = ("files.md", "campaigns.md", "junos.md")
_SIMPLE: Final = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "`true`, `false`",
}
_TABLE = re.compile(r"(<!-- keys of (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_PLATFORMS = re.compile(r"(<!-- platforms -->\n).*?(<!-- end -->)", re.DOTALL)


def schema(model: type[FileEntry]) -> str:
    """The JSON Schema of one kind of file, as text."""
    document = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema()}
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def with_tables(page: str) -> str:
    """The page with each ``<!-- keys of X --> ... <!-- end -->`` filled from the model of that name, and
    ``<!-- platforms --> ... <!-- end -->`` from the shipped policy/support.yaml."""
    models = {model.__name__: model for model in TABLES}
    page = _TABLE.sub(lambda found: f"{found[1]}{_table(models[found[2]])}{found[3]}", page)
    return _PLATFORMS.sub(lambda found: f"{found[1]}{_platforms()}{found[2]}", page)


def _platforms() -> str:
    return platform_table(read_matrix(Checked(read_document(SHIPPED / "policy" / "support.yaml"))))


def _table(model: type[FileEntry]) -> str:
    rows = ["| key | value | default | meaning |", "|---|---|---|---|"]
    schema_of_all = model.model_json_schema()
    required = set(schema_of_all.get("required", ()))
    elsewhere = {name for base in model.__bases__ if base in TABLES for name in base.model_fields}
    for name, given in schema_of_all["properties"].items():
        if name in elsewhere:  # in the table of the model it extends
            continue
        default = "required" if name in required else _default(given.get("default"))
        meaning = given.get("description") or _described(given, schema_of_all)
        rows.append(f"| `{name}` | {_kind(given, schema_of_all)} | {default} | {meaning} |")
    return "\n".join(rows) + "\n"


def _default(value: Any) -> str:
    return "" if value in (None, [], {}) else f"`{json.dumps(value)}`"


def _described(given: dict[str, Any], whole: dict[str, Any]) -> str:
    target = _target(given, whole)
    return str(target.get("description", "")).split("\n", maxsplit=1)[0]


def _kind(given: dict[str, Any], whole: dict[str, Any]) -> str:
    """A JSON Schema type in an operator's words."""
    if "anyOf" in given:
        return " or ".join(_kind(one, whole) for one in given["anyOf"] if one.get("type") != "null")
    target = _target(given, whole)
    if "enum" in target:
        return ", ".join(f"`{value}`" for value in target["enum"])
    kind = target.get("type", "")
    if kind == "array":
        return f"list of {_kind(target['items'], whole)}"
    if kind == "object":
        members = target.get("additionalProperties") or next(
            iter(target.get("patternProperties", {}).values()), None
        )
        return f"names, each with {_kind(members, whole)}" if members else "keys, see there"
    return f"{_SIMPLE[kind]}{_bounds(target)}"


def _target(given: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    reference = given.get("$ref")
    target: dict[str, Any] = whole["$defs"][reference.rsplit("/", 1)[-1]] if reference else given
    return target


def _bounds(target: dict[str, Any]) -> str:
    rules = (("exclusiveMinimum", "above"), ("minimum", "from"), ("maximum", "to"))
    shown = [f"{word} {target[key]:g}" for key, word in rules if key in target]
    return f" {' '.join(shown)}" if shown else ""


def main() -> None:
    """Writes all of it into the repository."""
    for name, model in SCHEMAS.items():
        (SHIPPED / name).write_text(schema(model), encoding="utf-8")
    for name in PAGES:
        page = DOCS / name
        page.write_text(with_tables(page.read_text(encoding="utf-8")), encoding="utf-8")
