"""``policy/failures.yaml``: what the software may do by itself about each way an upgrade can fail.

What the classes mean, and the most that may ever be allowed for each, is in ``domain/failure/``.
"""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from srx_issu.catalog.faults import Checked
from srx_issu.catalog.fields import FileEntry, ModelName, Name
from srx_issu.catalog.policy.levels import Inventory, Levels, read_levels
from srx_issu.catalog.policy.matrix import RangeEntry
from srx_issu.domain.failure.classes import FailureClass, Permission, strictest
from srx_issu.domain.failure.rules import FailureRules
from srx_issu.domain.failure.table import FACTS

FILE = "failures.yaml"


class FailureRulesEntry(FileEntry):
    """What a level may say."""

    failures: dict[FailureClass, Permission] = Field(
        default_factory=dict, description="By failure class: what may be done without asking."
    )
    finish_forward: bool | None = Field(
        None, description="Finish, instead of rolling back, when only the old primary's reboot is left."
    )


class PlatformFailureRulesEntry(FailureRulesEntry):
    """Rules for some models, and for images of some releases."""

    models: tuple[ModelName, ...] = Field(min_length=1)
    releases: RangeEntry = Field(default_factory=RangeEntry, description="Of the image; none = all.")


class FailuresFile(FileEntry):
    """policy/failures.yaml."""

    fleet: FailureRulesEntry | None = Field(None, description="Holds for every cluster.")
    platforms: tuple[PlatformFailureRulesEntry, ...] | None = None
    groups: dict[Name, FailureRulesEntry] | None = Field(None, description="By inventory group.")
    clusters: dict[Name, FailureRulesEntry] | None = Field(None, description="By cluster.")


def read_failure_policy(checked: Checked, inventory: Inventory) -> Levels[FailureRulesEntry]:
    """The sound part of the file; the faults are left in ``checked``."""
    levels = read_levels(checked, FailureRulesEntry, PlatformFailureRulesEntry, inventory)
    for entry, place in levels.placed():
        for failure, permission in entry.failures.items():
            at_most = FACTS[failure].at_most
            if strictest(permission, at_most) is not permission:
                checked.fault(
                    f"{failure} is {permission.value!r}",
                    f"write {at_most.value!r}: {FACTS[failure].true_now}",
                    *place,
                    "failures",
                    failure.value,
                )
    return levels


def merge_failures(levels: Iterable[FailureRulesEntry]) -> FailureRules:
    """Later levels override; what none says stays as ``domain/failure`` has it."""
    permissions: dict[FailureClass, Permission] = {}
    forward = FailureRules().finish_forward
    for level in levels:
        permissions |= level.failures
        forward = forward if level.finish_forward is None else level.finish_forward
    return FailureRules(permissions=permissions, finish_forward=forward)
