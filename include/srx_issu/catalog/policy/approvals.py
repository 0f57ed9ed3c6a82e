"""``policy/approvals.yaml``: whose yes an upgrade or a recovery needs, for the fleet and for parts of it.

What counts as an approval is in ``domain/approvals``; the lines of the file are kept with the rules, so that
a refusal can name them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from pydantic import Field, PlainValidator, WithJsonSchema

from srx_issu.catalog.documents import Items, Mapping
from srx_issu.catalog.faults import Checked, Place
from srx_issu.catalog.fields import FileEntry, ModelName, Name, wrong
from srx_issu.catalog.policy.levels import Inventory, Levels, read_levels
from srx_issu.catalog.policy.matrix import RangeEntry
from srx_issu.domain.approvals.rule import DAY_S, ApprovalRule, Approvals, Person
from srx_issu.domain.cluster.model import Cluster, Image
from srx_issu.domain.plural import many

ANYBODY = "anybody"
MOST_NEEDED = 3  # there are four gates: one is kept for a question that changed
_LONGEST_ID = 200


def _approvers(given: Any) -> str | tuple[Person, ...]:
    """``anybody`` in so many words, or the people. An empty list is neither: Airflow would read it as
    anybody."""
    if given == ANYBODY:
        return ANYBODY
    if not isinstance(given, Items | list | tuple) or not given:
        found = "empty" if given is None else "an empty list" if given in ([], ()) else repr(str(given)[:80])
        raise wrong(f"approvers is {found}", f"list user ids, [ada, bob], or write {ANYBODY}")
    people = tuple(_person(one) for one in given)
    ids = [person.id for person in people]
    if twice := next((one for one in ids if ids.count(one) > 1), None):
        raise wrong(f"approvers has {twice!r} twice", "each person once")
    return people


def _person(given: Any) -> Person:
    if isinstance(given, Mapping | dict):
        if not {"id"} <= set(given) <= {"id", "name"}:
            raise wrong(f"an approver has the keys {', '.join(given)}", "write {id: '12', name: ada}")
        return Person(id=_word(given["id"]), name=_word(given.get("name") or given["id"]))
    word = _word(given)
    return Person(id=word, name=word)


def _word(given: Any) -> str:
    text = given.strip() if isinstance(given, str) else ""
    if not text or len(text) > _LONGEST_ID or not text.isprintable():
        raise wrong(
            f"approver {str(given)[:80]!r} is not a valid user id",
            f"write the id that Airflow's login has, at most {_LONGEST_ID} characters",
        )
    return text


_APPROVERS_SCHEMA = {
    "anyOf": [
        {"enum": [ANYBODY], "type": "string"},
        {"items": {"type": "string"}, "minItems": 1, "type": "array"},
    ]
}
Approvers = Annotated[Any, PlainValidator(_approvers), WithJsonSchema(_APPROVERS_SCHEMA)]
Validity = Annotated[float, Field(gt=0, le=366 * DAY_S)]


class RecoveryApprovalEntry(FileEntry):
    """The yes to a recovery plan. Whether one is asked for says failures.yaml, for each failure class."""

    needed: int | None = Field(None, ge=1, le=MOST_NEEDED, description="How many different people.")
    approvers: Approvers = Field(
        None, description="User ids of those who are entitled, or `anybody` who may answer in Airflow."
    )
    requester_counts: bool | None = Field(None, description="Whether who asks may also approve.")
    holds_s: Validity | None = Field(
        None, description="How long a yes counts until the first command, seconds."
    )


class StartApprovalEntry(RecoveryApprovalEntry):
    """The yes to the start of an upgrade."""

    required: bool | None = Field(
        None, description="Whether every start is asked for. A pair of releases nobody documents always is."
    )
    campaign_holds_s: Validity | None = Field(
        None, description="How long the yes to a campaign's plan counts for its clusters, seconds."
    )


class ApprovalsEntry(FileEntry):
    """What a level may say."""

    start: StartApprovalEntry = Field(default_factory=StartApprovalEntry)
    recovery: RecoveryApprovalEntry = Field(default_factory=RecoveryApprovalEntry)


class PlatformApprovalsEntry(ApprovalsEntry):
    """Rules for some models, and for images of some releases."""

    models: tuple[ModelName, ...] = Field(min_length=1)
    releases: RangeEntry = Field(default_factory=RangeEntry, description="Of the image; none = all.")


class ApprovalsFile(FileEntry):
    """policy/approvals.yaml."""

    fleet: ApprovalsEntry | None = Field(None, description="Holds for every cluster.")
    platforms: tuple[PlatformApprovalsEntry, ...] | None = None
    groups: dict[Name, ApprovalsEntry] | None = Field(None, description="By inventory group.")
    clusters: dict[Name, ApprovalsEntry] | None = Field(None, description="By cluster.")


def _nowhere(*_: str | int) -> str:
    return "policy/approvals.yaml"


@dataclass(frozen=True, kw_only=True)
class ApprovalPolicy:
    """The file, checked. ``where`` gives file and line of a place in it."""

    levels: Levels[ApprovalsEntry] = field(default_factory=Levels)
    where: Callable[..., str] = _nowhere

    def of(self, cluster: Cluster, image: Image) -> Approvals:
        """Later levels override; what none says keeps the software's own default: one who is not the
        requester."""
        approvals = Approvals()
        for entry in self.levels.of(cluster, image):
            place = next(place for found, place in self.levels.placed() if found is entry)
            approvals = Approvals(
                start=self._over(approvals.start, entry.start, (*place, "start")),
                recovery=self._over(approvals.recovery, entry.recovery, (*place, "recovery")),
            )
        return approvals

    def _over(self, rule: ApprovalRule, entry: RecoveryApprovalEntry, place: Place) -> ApprovalRule:
        fields = {name: getattr(entry, name) for name in entry.model_fields_set}
        given: dict[str, Any] = {name: value for name, value in fields.items() if value is not None}
        lines = {name: self.where(*place, name) for name in given}
        if given.get("approvers") == ANYBODY:
            given["approvers"] = None
        return replace(rule, said_at={**rule.said_at, **lines}, **given)


def read_approvals(checked: Checked, inventory: Inventory) -> ApprovalPolicy:
    """The sound part of the file; the faults are left in ``checked``."""
    levels = read_levels(checked, ApprovalsEntry, PlatformApprovalsEntry, inventory)
    for entry, place in levels.placed():
        for name in ("start", "recovery"):
            _report_too_few(checked, getattr(entry, name), (*place, name))
    document = checked.document
    return ApprovalPolicy(levels=levels, where=lambda *at: f"{document.path}:{document.line(*at)}")


def _report_too_few(checked: Checked, entry: RecoveryApprovalEntry, place: Place) -> None:
    listed = entry.approvers
    if isinstance(listed, tuple) and entry.needed is not None and len(listed) < entry.needed:
        found = (
            f"{many(entry.needed, 'approval is', 'approvals are')} needed and only {len(listed)} may give one"
        )
        checked.fault(found, "list more approvers, or need fewer", *place, "approvers")
