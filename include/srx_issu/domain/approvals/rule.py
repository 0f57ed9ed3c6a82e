"""Who must approve the start of an upgrade or a recovery, as ``policy/approvals.yaml`` says it.

People are compared by the id that Airflow's login gives them, never by what they call themselves. Airflow
tells of the person who started a run only the *name*; so a requester is recognised by id or name, and
nobody whose id or name is the requester's may approve unless the rule says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

DAY_S = 86400.0


class ApprovalPurpose(StrEnum):
    """What an answer allows."""

    START = "start"  # the ISSU, and what prepares it on the nodes
    DOWNGRADE = "downgrade"  # the loss of traffic, and the older release, besides the start
    RECOVERY = "recovery"  # the newest recovery plan


@dataclass(frozen=True, kw_only=True)
class Person:
    """``id`` as Airflow compares it; the same as ``name`` except where the login has ids of its own (FAB)."""

    id: str
    name: str = ""

    @property
    def label(self) -> str:
        return self.name or self.id

    def is_called(self, who: str) -> bool:
        """Whether ``who``, an id or a name, is this person. Upper and lower case are one."""
        known = {self.id.strip().casefold(), self.name.strip().casefold()} - {""}
        return who.strip().casefold() in known


@dataclass(frozen=True, kw_only=True)
class ApprovalRule:
    """Holds for one cluster and one purpose."""

    required: bool = True  # False: asked only where the support matrix or failures.yaml wants a person
    needed: int = 1  # different people
    approvers: tuple[Person, ...] | None = None  # None = anybody who may answer in Airflow
    requester_counts: bool = False
    holds_s: float = DAY_S  # a yes counts for so long
    campaign_holds_s: float = 30 * DAY_S  # the same for the yes to a campaign's plan
    said_at: dict[str, str] = field(default_factory=dict)  # key -> file:line, for refusals

    def entitles(self, person: Person) -> bool:
        return self.approvers is None or any(known.id == person.id for known in self.approvers)

    def excludes(self, person: Person, requester: str) -> bool:
        """Whether this is the requester, who does not count."""
        if self.requester_counts:
            return False
        listed = [known for known in self.approvers or () if known.id == person.id]
        return any(one.is_called(requester) for one in (person, *listed))

    def source(self, key: str) -> str:
        """Where the policy says it."""
        return self.said_at.get(key, "policy/approvals.yaml")


@dataclass(frozen=True, kw_only=True)
class Approvals:
    """The rules of one cluster."""

    start: ApprovalRule = field(default_factory=ApprovalRule)
    recovery: ApprovalRule = field(default_factory=ApprovalRule)


@dataclass(frozen=True, kw_only=True)
class CampaignApproval:
    """The yes to a campaign's plan, for one cluster of it. Read from the campaign's journal at ``claim``,
    never from a run's configuration."""

    campaign_id: str
    digest: str  # of the plan that was approved
    cluster: str
    image_sha256: str
    by: tuple[Person, ...]
    given_at: datetime  # the oldest of the answers that count


def how_long(seconds: float) -> str:
    """``24 hours``, ``30 minutes``, ``5 seconds``."""
    for size, unit in ((3600, "hour"), (60, "minute")):
        if seconds >= size:
            number = f"{seconds / size:.1f}".removesuffix(".0")
            return f"{number} {unit}{'' if number == '1' else 's'}"
    return f"{seconds:g} seconds"


def assignees(rule: ApprovalRule, requester: str) -> tuple[Person, ...] | None:
    """Who may answer; None = anybody, which Airflow cannot narrow: then only our own check stands."""
    if rule.approvers is None:
        return None
    return tuple(person for person in rule.approvers if not rule.excludes(person, requester))


def shortage(rule: ApprovalRule, requester: str) -> str | None:
    """Why this rule can never be met when ``requester`` asks; None = it can."""
    entitled = assignees(rule, requester)
    if entitled is None or len(entitled) >= rule.needed:
        return None
    names = ", ".join(person.label for person in entitled) or "nobody"
    asks = "" if rule.requester_counts else f" besides {requester}, who asks"
    return (
        f"{rule.needed} {'approval is' if rule.needed == 1 else 'approvals are'} needed and {names} may "
        f"approve{asks}: see {rule.source('approvers')}; name more approvers there, or let somebody else ask"
    )


def strictest(rules: tuple[ApprovalRule, ...]) -> ApprovalRule:
    """What meets every one of the rules: most people, only those whom all entitle, shortest validity."""
    if not rules:
        return ApprovalRule()
    approvers: tuple[Person, ...] | None = None
    for rule in rules:
        if rule.approvers is not None:
            ids = {person.id for person in rule.approvers}
            known = rule.approvers if approvers is None else approvers
            approvers = tuple(person for person in known if person.id in ids)
    most = max(rules, key=lambda rule: rule.needed)
    narrow = next((rule for rule in rules if rule.approvers is not None), most)
    return ApprovalRule(
        required=any(rule.required for rule in rules),
        needed=most.needed,
        approvers=approvers,
        requester_counts=all(rule.requester_counts for rule in rules),
        holds_s=min(rule.holds_s for rule in rules),
        campaign_holds_s=min(rule.campaign_holds_s for rule in rules),
        said_at={**most.said_at, **{k: v for k, v in narrow.said_at.items() if k == "approvers"}},
    )
