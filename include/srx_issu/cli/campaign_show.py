"""``srx-issu plan``: whom a campaign would upgrade, from the files and what the journal remembers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from srx_issu import catalog
from srx_issu.adapters.journal import SqlAudits, SqlCampaigns, SqlStaging
from srx_issu.campaign.model import UsualCourse
from srx_issu.campaign.plan import CampaignPlan
from srx_issu.catalog import Catalog
from srx_issu.cli.campaign_plan import plan_table, predicted_end
from srx_issu.cli.outcome import EXIT_GREEN, EXIT_RED
from srx_issu.cli.stack_here import evidence_folder, journal_url
from srx_issu.cli.terminal import Terminal
from srx_issu.domain.errors import JournalError, OperatorFileError, RequestRefused
from srx_issu.ports.staging import Staged
from srx_issu.steps.audit.releases import last_seen_releases
from srx_issu.steps.campaign.plan_routes import asking_lines
from srx_issu.steps.staging.fleet import gaps

console = Terminal()
errors = Terminal(stderr=True)


@dataclass(frozen=True, kw_only=True)
class FleetHistory:
    """What the journal knows: releases by cluster, seconds by model, images on nodes (None = not asked)."""

    releases: dict[str, str] = field(default_factory=dict)
    durations: dict[UsualCourse, float] = field(default_factory=dict)
    staged: tuple[Staged, ...] | None = None


def show_plan(name: str, files: Path) -> int:
    """Prints the plan, or why there is none."""
    try:
        known = catalog.load(files)
    except OperatorFileError as error:
        return _refuse(str(error))
    if not known.is_whole:
        return _refuse(
            "clusters stand in NetBox, which only Airflow reads: 'srx-issu campaign start --plan-only' "
            "makes the plan there"
        )
    asked: list[FleetHistory] = []

    def releases() -> dict[str, str]:
        asked.append(_history(known))
        return asked[0].releases

    try:
        planning = catalog.plan_campaign(known, name, releases)
    except (OperatorFileError, RequestRefused) as error:
        return _refuse(str(error))
    plan, campaign, (history,) = planning.plan, planning.campaign, asked
    table = plan_table(plan, campaign, history.durations)
    if isinstance(table, str):
        _print(table)
    else:
        console.print(table)
    for left in plan.left_out:
        _print(f"left out: {left.name}: {left.reason}")
    for line in asking_lines(plan):
        _print(line)
    if campaign.staging is not None:
        _tell_staging(plan, history.staged)
    for objection in plan.objections:
        errors.print(objection, style="bold red", highlight=False)
    _print(predicted_end(plan, campaign, history.durations, datetime.now(UTC)))
    _print(f"Plan {plan.digest}, by the files in {files}; nothing was touched")
    return EXIT_RED if plan.objections else EXIT_GREEN


def _tell_staging(plan: CampaignPlan, staged: tuple[Staged, ...] | None) -> None:
    if staged is None:
        _print("images: not known whether they are staged, the journal was not asked")
        return
    missing = gaps(
        [cluster.name for cluster in plan.clusters],
        staged,
        {cluster.name: cluster.image_sha256 for cluster in plan.clusters},
    )
    for name, reason in missing.items():
        _print(f"not staged: {name}: {reason}")
    if not missing:
        _print("images: staged on both nodes of every cluster")


def _history(known: Catalog) -> FleetHistory:
    """Nothing where the journal cannot be asked; a plan is shown without it too."""
    url = journal_url()
    if not url:
        return FleetHistory()
    try:
        journal = SqlCampaigns(url)
        return FleetHistory(
            releases=_releases(journal, url),
            durations=journal.durations(),
            staged=SqlStaging(url).newest_staged(known.clusters),
        )
    except JournalError as error:
        errors.print(f"without history: {error}", highlight=False, soft_wrap=True)
        return FleetHistory()


def _releases(journal: SqlCampaigns, url: str) -> dict[str, str]:
    """Audits are known where the stack that runs here keeps its evidence."""
    folder = evidence_folder()
    return last_seen_releases(journal, SqlAudits(url, folder)) if folder else journal.releases()


def _refuse(text: str) -> int:
    errors.print(text, markup=False, highlight=False, soft_wrap=True)
    return EXIT_RED


def _print(text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
