"""What ``make bench-watch`` promises, and how a run is held against it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.table import Table

from srx_demo.peer import Peer
from srx_issu.adapters.devices.login_pace import BURST, LOGINS_PER_S

CPU_PROMISE, CPU_AIM = 0.50, 0.35  # of a core
MEMORY_PROMISE_BYTES = 1e9
INTERVALS_PROMISE = 2.0  # no cluster's newest look is ever older
STORM_S = 10.0  # beginnings of logins are counted in stretches of this length
# BURST of them begin at once, the others one by one; those of a moment in which the loop was late, together.
STORM_PROMISE_PER_S = 1.2 * (LOGINS_PER_S + BURST / STORM_S)


@dataclass(frozen=True, kw_only=True)
class ResultLine:
    """One line of the result. ``kept`` None: nothing was promised."""

    name: str
    value: str
    promise: str = ""
    kept: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Window:
    """While nothing but watching went on. Cores are shares of a core; the triggerer's are those of its two
    processes: the one that runs triggers, and the one that speaks with the database."""

    lasted_s: float
    triggers_cores: float
    database_side_cores: float
    postgres_cores: float
    lab_cores: float
    peak_bytes: int  # PSS of the triggerer
    looks: int
    oldest_look_s: float
    logins: int
    blocked: int  # times that the loop of triggers did not come round for 0.2 s

    @property
    def cores(self) -> float:
        return self.triggers_cores + self.database_side_cores


@dataclass(frozen=True, kw_only=True)
class Wave:
    """From the start of a triggerer until every cluster was looked at."""

    lasted_s: float
    cpu_s: float
    logins: int
    most_a_node: int
    most_in_stretch: int  # beginnings, in any STORM_S
    most_in_1_s: int
    most_done_in_1_s: int  # a loop that is busy with starting ends some together
    journal_connections: int


def window_figures(window: Window, clusters: int, poll_s: float) -> tuple[ResultLine, ...]:
    oldest = window.oldest_look_s / poll_s
    return (
        ResultLine(
            name="triggerer's CPU",
            value=f"{100 * window.cores:.1f} % of a core",
            promise=f"<= {100 * CPU_PROMISE:.0f} %, aim {100 * CPU_AIM:.0f}",
            kept=window.cores <= CPU_PROMISE,
        ),
        ResultLine(
            name="of that, triggers",
            value=f"{100 * window.triggers_cores:.1f} %; its database side "
            f"{100 * window.database_side_cores:.1f} %",
        ),
        ResultLine(
            name="triggerer's memory (PSS)",
            value=f"{window.peak_bytes / 1e6:.0f} MB at most",
            promise=f"<= {MEMORY_PROMISE_BYTES / 1e9:g} GB",
            kept=window.peak_bytes <= MEMORY_PROMISE_BYTES,
        ),
        ResultLine(
            name="oldest look",
            value=f"{window.oldest_look_s:.1f} s, {oldest:.2f} poll intervals of {poll_s:g} s",
            promise=f"<= {INTERVALS_PROMISE:g} intervals",
            kept=oldest <= INTERVALS_PROMISE,
        ),
        ResultLine(
            name="looks",
            value=f"{window.looks / window.lasted_s:.1f} a second, a cluster every "
            f"{clusters * window.lasted_s / max(1, window.looks):.1f} s",
        ),
        ResultLine(name="logins meanwhile", value=f"{window.logins} in {window.lasted_s:.0f} s"),
        ResultLine(name="loop late by 0.2 s", value=f"{window.blocked} times"),
        ResultLine(
            name="not the triggerer's",
            value=f"{100 * window.lab_cores:.0f} % of a core the simulated nodes, "
            f"{100 * window.postgres_cores:.0f} % PostgreSQL",
        ),
    )


def wave_figures(wave: Wave, nodes: int) -> tuple[ResultLine, ...]:
    storm = wave.most_in_stretch / STORM_S
    return (
        ResultLine(
            name="until all were looked at",
            value=f"{wave.lasted_s:.0f} s, {wave.cpu_s:.0f} s of CPU",
        ),
        ResultLine(
            name="logins",
            value=f"{wave.logins} at {nodes} nodes, at one {wave.most_a_node} at most",
        ),
        ResultLine(
            name="login storm",
            value=f"{storm:.1f} a second in the worst {STORM_S:.0f} s, {wave.most_in_1_s} in one, "
            f"{wave.most_done_in_1_s} done in one",
            promise=f"<= {STORM_PROMISE_PER_S:.0f} in {STORM_S:.0f} s",
            kept=storm <= STORM_PROMISE_PER_S,
        ),
        ResultLine(name="journal connections", value=f"{wave.journal_connections} opened"),
    )


def peer_figures(peer: Peer, clusters: int) -> tuple[ResultLine, ...]:
    """Scaled to as many clusters as were watched."""
    return (
        ResultLine(
            name=f"for {peer.clusters} clusters",
            value=f"{100 * peer.cores:.1f} % of a core, {peer.memory_bytes / 1e6:.0f} MB, "
            f"{peer.processes} processes",
        ),
        ResultLine(name="a cluster", value=f"{peer.cpu_percent:.2f} % of a core, {peer.memory_mb:.0f} MB"),
        ResultLine(
            name=f"for {clusters}, not measured",
            value=f"{peer.cpu_percent * clusters:.0f} % of a core, {peer.memory_mb * clusters:.0f} MB in "
            "proportion",
        ),
    )


def as_table(title: str, lines: Sequence[ResultLine]) -> Table:
    table = Table(box=None, pad_edge=False, title=title, title_justify="left")
    table.add_column("ResultLine", min_width=26)
    table.add_column("measured", min_width=46)
    table.add_column("promised")
    table.add_column("")
    for line in lines:
        verdict = "" if line.kept is None else "kept" if line.kept else "NOT KEPT"
        table.add_row(line.name, line.value, line.promise, verdict)
    return table


def all_kept(lines: Sequence[ResultLine]) -> bool:
    return all(line.kept is not False for line in lines)
