"""What the operator allows: per failure class, and whether to finish forward."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from srx_issu.domain.failure.classes import FailureClass, Permission, strictest
from srx_issu.domain.failure.table import FACTS


@dataclass(frozen=True, kw_only=True)
class FailureRules:
    """The operator's policy. Classes that are not named keep the default of ``table.py``."""

    permissions: Mapping[FailureClass, Permission] = field(default_factory=dict)
    finish_forward: bool = True  # finish, not roll back, when only the old primary's reboot is left

    def permission(self, failure: FailureClass) -> Permission:
        """What may be done; never more than the class allows at all (``Facts.at_most``)."""
        facts = FACTS[failure]
        return strictest(self.permissions.get(failure, facts.permission), facts.at_most)


DEFAULT_RULES = FailureRules()
