"""The names of all checks, as the checks have them: what an operator's rules may be about."""

from __future__ import annotations

from srx_issu.checks.post_check_table import only_post_checks
from srx_issu.checks.tables import every_check
from srx_issu.domain.upgrade.intent import Limits, Policy, Timers

# A policy changes the figures in the words of a check, never which checks there are.
_ANY_POLICY = Policy(timers=Timers(), limits=Limits(), tolerances={})

EVERY_CHECK = (*every_check(_ANY_POLICY), *only_post_checks())

# A rule for one that does not exist is a fault of the operator's file.
CHECK_NAMES = frozenset(check.name for check in EVERY_CHECK)

# What the ISSU guide itself demands: on and blocking, whatever the rules say.
GUIDE_CHECKS = frozenset(check.name for check in EVERY_CHECK if check.guide)
