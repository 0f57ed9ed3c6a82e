"""The plan as the command shows it; campaigns as they are followed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from srx_issu.campaign.model import InFlight, UsualCourse, WaveSize
from srx_issu.campaign.plan import plan_waves
from srx_issu.cli import campaign_show as commands
from srx_issu.cli.airflow_api import AirflowApi
from srx_issu.cli.airflow_replies import ApiFailed, Run, Task
from srx_issu.cli.campaign_orders import await_order
from srx_issu.cli.campaign_plan import MOST_ROWS, predicted_end
from srx_issu.cli.campaign_rows import campaign_table, cluster_rows
from srx_issu.cli.campaign_run import find_run
from srx_issu.cli.campaign_show import show_plan
from srx_issu.cli.dag_runs import DagRuns
from srx_issu.cli.main import app
from srx_issu.cli.stack_here import JOURNAL_URL
from srx_issu.domain.upgrade.route import Route
from srx_issu.ports.dag_names import CAMPAIGN_ORDER_DAG
from tests.integration.catalog.folders import IMAGE, Folder
from tests.unit.campaign.fleets import campaign, member


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "files")


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Console:
    console = Console(record=True, width=200)
    monkeypatch.setattr(commands, "console", console)
    monkeypatch.setattr(commands, "errors", console)
    monkeypatch.delenv(JOURNAL_URL, raising=False)
    monkeypatch.setenv("SRX_ISSU_HOME", str(tmp_path / "home"))  # no stack runs there
    return console


def test_a_plan_is_shown_with_its_waves_and_its_end(folder: Folder, said: Console) -> None:
    folder.write("campaigns/spring.yaml", "target: {SRX4600: 22.4R3-S2.11}\nselect: {sites: [fra1]}\n")
    assert show_plan("spring", folder.path) == 0
    text = said.export_text()
    assert "fra1-fw1" in text
    assert IMAGE in text
    assert "by the worst case of every upgrade" in text
    assert "nothing was touched" in text
    assert "Not judged yet: fra1-fw1." in text


def test_how_long_a_plan_takes_is_told_by_route() -> None:
    """Past runs of another route say nothing of it: an hour of ISSU, and the worst case of a dual reboot."""
    fleet = [member("a"), member("b", route=Route.DUAL_REBOOT, worst_case_s=11700.0)]
    asked = campaign(waves=(WaveSize(),), in_flight=InFlight(campaign=1))
    past = {UsualCourse(model="SRX1500"): 3600.0}
    said = predicted_end(plan_waves(fleet, asked), asked, past, datetime(2027, 3, 1, tzinfo=UTC))
    assert "it would end at 2027-03-01 04:15 UTC" in said
    assert said.endswith("by past runs of SRX1500 and the worst case of each dual reboot")


def test_a_plan_on_a_terminal_of_80_columns_names_the_image_whole(
    folder: Folder, said: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow = Console(record=True, width=80)
    monkeypatch.setattr(commands, "console", narrow)
    folder.write("campaigns/spring.yaml", "target: {SRX4600: 22.4R3-S2.11}\nselect: {sites: [fra1]}\n")
    assert show_plan("spring", folder.path) == 0
    table = narrow.export_text().partition("Not judged")[0]
    at = next(line.index("Image") for line in table.splitlines() if "Image" in line)
    assert "".join(line[at:].strip() for line in table.splitlines()).removeprefix("Image") == IMAGE
    assert said.export_text() == ""


def test_a_plan_of_hundreds_is_plain_lines_with_every_cluster(folder: Folder, said: Console) -> None:
    node = "{{host: 10.0.{0}.{1}}}"
    clusters = "".join(
        f"  fw-{n:03}: {{model: SRX4600, site: fra1, node0: {node.format(n // 100, n % 100 * 2)}, "
        f"node1: {node.format(n // 100, n % 100 * 2 + 1)}}}\n"
        for n in range(MOST_ROWS + 1)
    )
    folder.write("inventory/fleet.yaml", f"clusters:\n{clusters}")
    folder.write("campaigns/spring.yaml", "target: {SRX4600: 22.4R3-S2.11}\nselect: {sites: [fra1]}\n")
    assert show_plan("spring", folder.path) == 0
    lines = said.export_text().splitlines()
    assert lines[1].split() == [
        "Wave",
        "Cluster",
        "Model",
        "Site",
        "Route",
        "Conflicts",
        "Worst",
        "case",
        "Usually",
        "Image",
    ]
    columns = [line.index("SRX4600") for line in lines if " fw-" in line and "SRX4600" in line]
    assert len(columns) == MOST_ROWS + 1
    assert len(set(columns)) == 1


def test_without_the_journal_nobody_knows_what_is_staged(folder: Folder, said: Console) -> None:
    text = "target: {SRX4600: 22.4R3-S2.11}\nselect: {sites: [fra1]}\nstaging: {mbit_s: 50}\n"
    folder.write("campaigns/spring.yaml", text)
    show_plan("spring", folder.path)
    assert "not known whether they are staged" in said.export_text()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            "target: {SRX4600: 22.4R3-S2.11}\nselect: {sites: [ber]}\n",
            "spring.yaml:2: no cluster has site 'ber'",
        ),
        ("target: [", "is not YAML"),
        (None, "no file"),
    ],
)
def test_why_there_is_no_plan(folder: Folder, said: Console, content: str | None, words: str) -> None:
    if content is not None:
        folder.write("campaigns/spring.yaml", content)
    assert show_plan("spring", folder.path) == 1
    assert words in said.export_text()


def test_a_window_that_is_always_too_short_is_told(folder: Folder, said: Console) -> None:
    window = "windows: {default: {open: [{days: [sun], from: '01:00', hours: 1}]}}\n"
    folder.write(
        "campaigns/spring.yaml", f"target: {{SRX4600: 22.4R3-S2.11}}\nselect: {{sites: [fra1]}}\n{window}"
    )
    show_plan("spring", folder.path)
    assert "fra1-fw1 would not start: site fra1 has no window within 400 days" in said.export_text()


def test_the_commands_are_there() -> None:
    shown = CliRunner().invoke(app, ["campaign", "--help"]).output
    for command in ("stage", "start", "follow", "pause", "resume", "abort", "answer", "list"):
        assert command in shown
    assert CliRunner().invoke(app, ["stop-all"]).exit_code == 2  # a reason must be given


class KnownRuns(DagRuns):
    """The runs of one DAG, and how each ended."""

    def __init__(self, dag_id: str, *known: str, state: str = "success", said: object = None) -> None:
        self.dag_id, self.known, self.state, self.said = dag_id, known, state, said

    def has_run(self, run_id: str) -> bool:
        return run_id in self.known

    def run(self, run_id: str) -> Run:
        return Run(run_id=run_id, state=self.state)

    def xcom(self, run_id: str, task_id: str, key: str = "return_value", map_index: int = -1) -> object:
        return self.said


class SpringOnly(AirflowApi):
    """Has the DAG of campaign spring, with these runs."""

    def __init__(self, *known: str) -> None:
        self.known = known

    def of(self, dag_id: str) -> DagRuns:
        return KnownRuns(dag_id, *(self.known if dag_id == "campaign__spring" else ()))


def test_a_run_is_found_whoever_started_it() -> None:
    api = SpringOnly("spring__2027", "scheduled__2027")
    assert find_run(api, "spring__2027").run_id == "spring__2027"
    by_schedule = find_run(api, "spring__scheduled__2027")
    assert (by_schedule.run_id, by_schedule.campaign_id) == ("scheduled__2027", "spring__scheduled__2027")
    for unknown in ("spring", "spring__2028", "autumn__2027"):
        with pytest.raises(ApiFailed, match="knows no campaign run"):
            find_run(api, unknown)


def test_an_order_says_whether_it_was_heard() -> None:
    heard = {"order": "pause", "campaign": "spring__1", "by": "ada"}
    assert (
        await_order(KnownRuns(CAMPAIGN_ORDER_DAG, said=heard), "x") == "Ordered: pause for spring__1, by ada"
    )
    with pytest.raises(ApiFailed, match="refused: spring__1 has ended"):
        await_order(
            KnownRuns(CAMPAIGN_ORDER_DAG, state="failed", said={"refused": "spring__1 has ended"}), "x"
        )
    with pytest.raises(ApiFailed, match="see run x of issu_campaign_order"):
        await_order(KnownRuns(CAMPAIGN_ORDER_DAG, state="failed"), "x")
    waits: list[float] = []
    assert "is the scheduler up?" in await_order(
        KnownRuns(CAMPAIGN_ORDER_DAG, state="queued"), "x", waits.append
    )
    assert sum(waits) == 60


RUN = "spring__now"
LATER = datetime(2027, 1, 1, 0, 1, 5, tzinfo=UTC)


def mapped(label: str, state: str, task_id: str = "wave_1.upgrade", map_index: int = 0) -> Task:
    began = LATER - timedelta(seconds=65)
    return Task(task_id=task_id, map_index=map_index, label=label, state=state, started=began, ended=None)


def test_every_cluster_says_what_it_does_or_how_it_ended() -> None:
    tasks = [
        mapped("fw-1", "failed"),
        mapped("fw-2", "deferred", map_index=1),
        mapped("fw-3", "deferred", map_index=2),
        mapped("fw-1", "deferred", "wave_1.upgrade_2"),
        mapped("4", "scheduled", map_index=3),  # has not begun: nobody knows its name yet
    ]
    busy = {"spring__now__fw-2": "issu.start", "spring__now__fw-1__2": "claim"}
    rows = cluster_rows(RUN, tasks, busy, {("wave_1.upgrade", 0): "NOT_READY"}, LATER)
    assert [(row.wave, row.cluster, row.state, row.now) for row in rows] == [
        ("wave 1", "fw-1", "NOT_READY", ""),
        ("wave 1", "fw-2", "under way", "issu.start"),
        ("wave 1", "fw-3", "waits", ""),
        ("wave 1, try 2", "fw-1", "under way", "claim"),
    ]
    assert rows[0].elapsed_s == 65.0
    console = Console(record=True, width=120)
    console.print(campaign_table(rows, "Campaign spring  1 min"))
    text = console.export_text()
    assert "1 NOT_READY, 2 under way, 1 waits" in text
    assert "Campaign spring" in text
