"""What a probe or a bundle shows: the answers as a table, the trials, the list."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from srx_issu.cli.display import duration
from srx_issu.cli.terminal import Terminal
from srx_issu.domain.cluster.model import NodeName
from srx_issu.probe.exchange import Wire
from srx_issu.probe.reading import ReadAs, Reading
from srx_issu.probe.report import ProbeReport
from srx_issu.probe.trial import TrialResult

_STYLES = {
    ReadAs.READ: "green",
    ReadAs.UNTOLD: "yellow",
    ReadAs.ODD: "yellow",
    ReadAs.UNKNOWN: "red",
    TrialResult.GOOD: "green",
    TrialResult.NOT_NEEDED: "dim",
    TrialResult.LOOK_AT: "yellow",
    TrialResult.BAD: "red",
    TrialResult.UNKNOWN: "red",
}


def answers_table(readings: Iterable[Reading]) -> Table:
    """A row a question and wire, a column a node."""
    table = Table("question", "fills", "by", title="Answers", title_justify="left")
    for node in NodeName:
        table.add_column(node)
    for column in table.columns:
        column.overflow = "fold"
    rows: dict[tuple[str, str, Wire], dict[NodeName, Reading]] = {}
    for row in readings:
        rows.setdefault((row.question, row.fills, row.wire), {})[row.node] = row
    for (question, fills, wire), by_node in rows.items():
        cells = (_cell(by_node.get(node)) for node in NodeName)
        table.add_row(question, fills, wire.shown, *cells)
    return table


def _cell(row: Reading | None) -> Text:
    if row is None:
        return Text("-")
    shown = row.said if row.read_as is ReadAs.READ else f"{row.read_as}: {row.said}"
    return Text(shown, style=_STYLES[row.read_as])


def show_report(console: Terminal, report: ProbeReport) -> None:
    """Trials, what is predicted, and the list; the answers' own table is for whoever asks for it."""
    table = Table("tried", "node", "result", "what was found", title="Trials", title_justify="left")
    for trial in report.trials:
        table.add_row(trial.name, trial.node or "", trial.result, trial.said, style=_STYLES[trial.result])
    console.print(table)
    if report.predictions:
        times = Table("phase", "takes", "by", title="Times", title_justify="left")
        times.columns[0].overflow = "fold"  # an image's name has no blanks
        for each in report.predictions:
            times.add_row(each.phase, "?" if each.seconds is None else duration(each.seconds), each.by)
        console.print(times)
    for number, finding in enumerate(report.findings, start=1):
        mark = "put right" if finding.stops else "look at"
        console.print(f"{number}. [{mark}] {finding.place}: {finding.said}", highlight=False, soft_wrap=True)
        if finding.fragment:
            console.print(f"   {finding.fragment}", highlight=False, soft_wrap=True)
    style = "bold green" if report.is_ready else "bold red"
    console.print(report.verdict, style=style, highlight=False)


def show_values(console: Terminal, readings: Iterable[Reading]) -> None:
    """Every row that the parsers made, question by question."""
    for row in readings:
        console.print(f"{row.place} -> {row.fills}: {row.read_as}", style="bold", highlight=False)
        if row.read_as is not ReadAs.READ:
            console.print(f"  {row.said}", highlight=False, soft_wrap=True)
        for value in row.values:
            console.print(f"  {value}", highlight=False, soft_wrap=True)
