"""``make bench-plan CLUSTERS=5000``: what planning a campaign and an audit over a whole inventory costs.

The work of the task ``plan`` of a campaign and of ``issu_audit``, done once, on files with so many clusters
and on a journal of its own. The same with a fifth of them tells whether the cost grows faster than they do.
Exit status 0 when every promise was kept.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import yaml
from rich.console import Console

from srx_demo.lab import Endpoints, LabCluster, LabNode, make_image
from srx_demo.operator_files import ImageFile, write_files
from srx_demo.watch_figures import ResultLine, all_kept, as_table
from srx_issu import catalog
from srx_issu.airflow.composition.auditing import open_audit
from srx_issu.airflow.composition.campaign import plan_now
from srx_issu.airflow.composition.inventory import load_catalog
from srx_issu.airflow.composition.stores import open_stores
from srx_issu.campaign.plan import plan_waves
from srx_issu.cli.outcome import EXIT_GREEN, EXIT_NOT_DONE, EXIT_RED
from srx_issu.stack.embedded.__main__ import FAILURES
from srx_issu.stack.embedded.databases import prepare_journal
from srx_issu.stack.embedded.postgres import JOURNAL_WRITER, Postgres
from srx_issu.stack.embedded.secrets import load_or_create
from srx_issu.stack.processes import running
from srx_issu.stack.processes.ending import Ended, ending_on_signals
from srx_issu.stack.processes.home import Home, repository
from srx_issu.stack.processes.supervisor import Supervisor
from srx_issu.steps.audit.fleet import plan_audit

T = TypeVar("T")
CLUSTERS, PART = 5000, 5
PLAN_PROMISE_S = 1.0  # at CLUSTERS, in proportion for more or fewer
GROWTH_PROMISE = 2.0  # times as much a cluster with PART times as many; what is quadratic costs PART times
TIMES = 3  # the quickest counts: a busy machine only makes it slower
BATCH = 50
MODEL, RELEASE = "SRX4600", "22.4R3-S2.11"
NAME = "all"
CAMPAIGN = {
    "target": {MODEL: RELEASE},
    "select": {"clusters": ["*"]},
    "waves": [1, "10%", "rest"],
    "in_flight": {"campaign": 50},
    "budget": {"total": "5%"},
}
console = Console()


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Seconds for so many clusters."""

    clusters: int
    read_s: float  # inventory, images and policy
    plan_s: float  # which clusters, in which waves
    task_s: float  # the task plan as a whole, reading included
    audit_s: float  # planning an audit, reading included


def measure(folder: Path, image: ImageFile, clusters: int) -> Cost:
    """Raises SystemExit when a plan is not of all clusters."""
    os.environ["SRX_ISSU_FILES"] = str(folder)
    _write(folder, image, clusters)
    stores = open_stores()
    task_s, planning = _timed(lambda: plan_now(NAME, stores))
    read_s, known = _timed(load_catalog)
    campaign = planning.campaign
    plans = [_timed(lambda: plan_waves(catalog.members(known, campaign, {}), campaign)) for _ in range(TIMES)]
    plan_s, plan = min(plans, key=lambda each: each[0])
    audit_s, audit = _timed(lambda: plan_audit(open_audit(f"bench-{clusters}"), BATCH))
    for planned in (planning.plan.clusters, plan.clusters, audit.clusters):
        if len(planned) != clusters:
            raise SystemExit(f"{len(planned)} of {clusters} clusters were planned")
    return Cost(clusters=clusters, read_s=read_s, plan_s=plan_s, task_s=task_s, audit_s=audit_s)


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def _write(folder: Path, image: ImageFile, clusters: int) -> None:
    fleet = tuple(
        LabCluster(
            name=f"fw{n:05}", model=MODEL, site=f"site-{n % 97}", node0=_node(2 * n), node1=_node(2 * n + 1)
        )
        for n in range(clusters)
    )
    endpoints = Endpoints(clusters=fleet, username="", password="", known_hosts=folder)
    write_files(folder, repository() / "include", endpoints, (image,), 1.0)
    (folder / "campaigns" / f"{NAME}.yaml").write_text(yaml.safe_dump(CAMPAIGN, sort_keys=False))


def _node(number: int) -> LabNode:
    return LabNode(host=f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", port=22)


@contextmanager
def journal(home: Home) -> Iterator[None]:
    """PostgreSQL with an empty journal, which this process finds by its environment."""
    home.create()
    load_or_create(home)
    with ExitStack() as ending:
        supervisor = Supervisor(ending.enter_context(running.locked(home)))
        ending.callback(supervisor.stop)
        postgres = Postgres(home)
        ending.callback(postgres.forget)
        supervisor.start(postgres.program())
        postgres.wait(supervisor.check)
        prepare_journal(postgres.uri("journal", "+psycopg"), JOURNAL_WRITER)
        os.environ |= {
            "SRX_ISSU_JOURNAL_URL": postgres.uri("journal", "+psycopg", JOURNAL_WRITER),
            "SRX_ISSU_JOURNAL_KEY_FILE": str(home.journal_key_file),
            "SRX_ISSU_EVIDENCE": home.evidence.as_uri(),
        }
        yield


def figures(part: Cost, whole: Cost) -> Sequence[ResultLine]:
    promise_s = PLAN_PROMISE_S * whole.clusters / CLUSTERS
    growth = (whole.plan_s / whole.clusters) / (part.plan_s / part.clusters)
    return (
        ResultLine(
            name="planning a campaign",
            value=f"{whole.plan_s:.2f} s",
            promise=f"<= {promise_s:g} s",
            kept=whole.plan_s <= promise_s,
        ),
        ResultLine(
            name="a cluster costs",
            value=f"{growth:.2f} times as much as with {part.clusters}",
            promise=f"<= {GROWTH_PROMISE:g}",
            kept=growth <= GROWTH_PROMISE,
        ),
        ResultLine(name="reading the files", value=f"{whole.read_s:.2f} s"),
        ResultLine(name="the task plan, files read", value=f"{whole.task_s:.2f} s"),
        ResultLine(name="planning an audit, likewise", value=f"{whole.audit_s:.2f} s, in batches of {BATCH}"),
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m srx_demo.plan_bench", description=__doc__)
    parser.add_argument("--clusters", type=int, default=CLUSTERS)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="srx-issu-bench-") as name, ending_on_signals():
        root = Path(name)
        path = make_image(MODEL, RELEASE, 0.1, root / "image-store")
        image = ImageFile(path=path, release=RELEASE, models=(MODEL,))
        with journal(Home(root=root / "home")):
            measure(root / "first", image, 10)  # nothing is loaded yet
            part = measure(root / "part", image, max(10, given.clusters // PART))
            whole = measure(root / "whole", image, given.clusters)
    lines = figures(part, whole)
    console.print(as_table(f"Planning {whole.clusters} clusters", lines))
    console.print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    return EXIT_GREEN if all_kept(lines) else EXIT_RED


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Ended as ended:
        sys.exit(128 + ended.number)
    except FAILURES as failure:
        console.print(str(failure))
        sys.exit(EXIT_NOT_DONE)
