"""``policy/known-problems.yaml``: what is known of single pairs of releases, told to whoever approves."""

from __future__ import annotations

from pydantic import Field

from srx_issu.catalog.faults import Checked
from srx_issu.catalog.fields import FileEntry, ModelName, Text
from srx_issu.catalog.policy.matrix import RangeEntry
from srx_issu.domain.upgrade.span import KnownProblem


class ProblemEntry(FileEntry):
    """One known problem. It decides nothing: 'rules' of support.yaml do."""

    models: tuple[ModelName, ...] = Field((), description="None = every model.")
    running: RangeEntry = Field(default_factory=RangeEntry)
    target: RangeEntry = Field(default_factory=RangeEntry)
    problem: Text = Field(description="What happens, and what to do about it.")
    source: Text = Field(description="Where it is known from, with the address.")


class KnownProblemsFile(FileEntry):
    """policy/known-problems.yaml."""

    problems: tuple[ProblemEntry, ...] = Field((), description="Every one that fits is shown.")


def read_known_problems(checked: Checked) -> tuple[KnownProblem, ...]:
    """None where the file has faults; those are left in ``checked``."""
    entry = checked.whole(KnownProblemsFile) if checked.document.is_whole else None
    return tuple(
        KnownProblem(
            models=frozenset(each.models),
            running=each.running.to_domain(),
            target=each.target.to_domain(),
            problem=each.problem,
            source=each.source,
        )
        for each in (entry.problems if entry else ())
    )
