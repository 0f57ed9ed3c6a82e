"""What checks find, and the operator's rules for them: severities, results, verdicts. No check is in here.

The checks themselves, and Great Expectations, are in ``checks``; the operator's file is
``policy/checks.yaml``, read by ``catalog.policy.checks``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.verdict import Status


class Severity(StrEnum):
    """What a failed check means."""

    BLOCK = "block"  # nothing may be started, or the upgrade is not verified
    WARN = "warn"  # a finding: shown, kept, does not stop
    INFO = "info"  # worth knowing


class WhenUnknown(StrEnum):
    """What it means that a check could not look: the node did not answer, or not in words we know."""

    BLOCK = "block"  # ERROR that stops
    WARN = "warn"  # ERROR that is shown
    SKIP = "skip"  # SKIPPED: releases or platforms that do not have it


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """One answer of one check about one thing. ``text`` is a whole sentence for the operator."""

    check: str  # name, "var_tmp_space"
    severity: Severity
    status: Status
    node: NodeName | None  # None = the cluster
    measured: str | None
    limit: str | None
    text: str
    remedy: str | None = None
    because_silent: bool = False  # only because a node is silent, or no group is shown: told once, elsewhere

    @property
    def blocks(self) -> bool:
        return self.severity is Severity.BLOCK and self.status in (Status.FAIL, Status.ERROR)

    @property
    def is_finding(self) -> bool:
        """Something to tell: not as it should be, or not known, and more than worth knowing."""
        return self.severity is not Severity.INFO and self.status in (Status.FAIL, Status.ERROR)


class ReadinessVerdict(StrEnum):
    """May the in-service upgrade be started?"""

    READY = "READY"
    ASK = "ASK"  # nothing speaks against it, but nothing documents the pair of releases: a person decides
    NOT_READY = "NOT_READY"
    ALREADY_CURRENT = "ALREADY_CURRENT"  # both nodes run the target


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """All results of one look, and what follows from them."""

    results: tuple[CheckResult, ...]
    verdict: ReadinessVerdict
    reason: str  # one sentence
    suite: str  # name of what was asked: "icu.readiness"
    validations: Mapping[str, object] = field(default_factory=dict)  # Great Expectations' own, JSON by table

    @property
    def blocking(self) -> tuple[CheckResult, ...]:
        """What stops the upgrade; of a silent node only that it is silent."""
        return tuple(result for result in self.results if result.blocks and not result.because_silent)

    @property
    def findings(self) -> tuple[CheckResult, ...]:
        """Everything to tell; of a silent node only that it is silent."""
        return tuple(result for result in self.results if result.is_finding and not result.because_silent)


class PostCheckVerdict(StrEnum):
    """Is everything back?"""

    SAME = "SAME"  # UPGRADED
    FINDINGS = "FINDINGS"  # UPGRADED_WITH_FINDINGS
    BLOCKED = "BLOCKED"  # a person must look before anything goes on


@dataclass(frozen=True, kw_only=True)
class CheckRule:
    """What the operator says about one check. None = as the check comes."""

    enabled: bool = True
    severity: Severity | None = None
    when_unknown: WhenUnknown | None = None
    ignore: tuple[str, ...] = ()  # regular expressions over what a line is about: "FPC 1 PIC 0"


AS_SHIPPED = CheckRule()


@dataclass(frozen=True, kw_only=True)
class CheckRules:
    """The rules that hold for one cluster, by name of check (readiness) or of table (comparison)."""

    checks: Mapping[str, CheckRule] = field(default_factory=dict)
    tables: Mapping[str, CheckRule] = field(default_factory=dict)
    core_dump_days: float = 7.0  # younger ones are fresh
    settled_uptime_s: float = 600.0  # a node just rebooted is not settled
    issu_unsupported_pics: tuple[str, ...] = ()  # regular expressions over a PIC's kind
    pics_offline_in_health: tuple[str, ...] = (r"^SPU Cp\b", r"\bIOC3\b")  # over "kind / card" of a PIC
    issu_unsupported_protocols: tuple[str, ...] = ()  # names below 'protocols'
    most_findings: int = 50  # a table: more than these are counted, not listed

    def check(self, name: str) -> CheckRule:
        return self.checks.get(name, AS_SHIPPED)

    def table(self, name: str) -> CheckRule:
        return self.tables.get(name, AS_SHIPPED)


def first_words(results: Iterable[CheckResult], most: int = 3) -> str:
    """The first few sentences, and how many more there are."""
    texts = list(dict.fromkeys(result.text for result in results))
    more = len(texts) - most
    return "; ".join(texts[:most]) + (f"; and {more} more" if more > 0 else "")
