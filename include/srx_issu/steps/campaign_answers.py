"""Reading what a person answered to a gate of a campaign: only a recorded answer by a person counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from srx_issu.campaign.model import Gates
from srx_issu.domain.errors import RequestRefused


def person_and_choice(answer: Mapping[str, Any] | None, gates: Gates) -> tuple[str, str]:
    """(who, what). Raises RequestRefused when there is no answer, no person, or not one who may answer."""
    if not answer or "chosen_options" not in answer:
        raise RequestRefused("no answer was recorded: the gate was passed without one; nothing new starts")
    user = answer.get("responded_by_user") or {}
    who = str(user.get("name") or user.get("id") or "") if isinstance(user, Mapping) else ""
    if not who:
        raise RequestRefused("the answer names no person; nothing new starts")
    if gates.approvers and who not in gates.approvers:
        raise RequestRefused(f"{who} may not answer: the campaign names {', '.join(gates.approvers)}")
    chosen = list(answer["chosen_options"])
    if len(chosen) != 1:
        raise RequestRefused(f"{who} chose {len(chosen)} answers; expected one")
    return who, str(chosen[0])
