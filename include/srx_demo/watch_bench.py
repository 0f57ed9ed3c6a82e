"""``make bench-watch CLUSTERS=1000``: what watching a fleet in mid-ISSU costs one triggerer.

Real speed, real SSH to both nodes of every cluster, the shipped poll interval; a tenth of the nodes reboot
or hang. The triggerer is a real one; its triggers and deferred waits are written into Airflow's database.
Then it is killed and started again. When a cluster was looked at, and who logged in, comes from the
simulator's own log. Exit status 0 when every promise was kept, 1 when one was not, or when something failed:
then no figure counts.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil
from rich.console import Console

from srx_demo import look_log, peer
from srx_demo.lab import LabFailed
from srx_demo.look_log import LookLog
from srx_demo.meter import Meter, cpu_s
from srx_demo.watch_figures import (
    STORM_S,
    ResultLine,
    Wave,
    Window,
    all_kept,
    as_table,
    peer_figures,
    wave_figures,
    window_figures,
)
from srx_demo.watch_place import Place
from srx_demo.watch_seed import WAIT
from srx_demo.watch_stack import TRIGGERER, WatchStack
from srx_issu.cli.outcome import EXIT_GREEN, EXIT_NOT_DONE, EXIT_RED
from srx_issu.stack.embedded.__main__ import FAILURES
from srx_issu.stack.processes.ending import Ended, ending_on_signals
from srx_issu.stack.processes.home import Home, repository

CAPACITY = 1000  # of one triggerer: Airflow's default, which the product leaves as it is
SETTLE_INTERVALS, MEASURE_INTERVALS = 4, 6  # of poll_s
WAVE_TIMEOUT_S = 600.0
PEER_CLUSTERS, PEER_INTERVALS = 20, 4
LOOK_EVERY_S = 2.0
BLOCKED = "async thread was blocked"
console = Console()


class WatchFailed(Exception):
    """Something failed: no figure of this run counts."""


@dataclass(kw_only=True)
class WatchBench:
    """One run, in its place."""

    place: Place
    stack: WatchStack
    log: LookLog

    def wave(self, start: Callable[[], None]) -> Wave:
        """Starts a triggerer; returns once every cluster was looked at."""
        began, opened = time.time(), self.stack.connections_opened()["journal"]
        start()
        deadline = time.monotonic() + WAVE_TIMEOUT_S
        while (missing := self._missing(began)) > 0:
            if time.monotonic() > deadline:
                raise WatchFailed(f"{missing} clusters were not looked at within {WAVE_TIMEOUT_S:.0f} s")
            time.sleep(LOOK_EVERY_S)
        ended = time.time()
        logins = self.log.logins_within(began, ended)
        calls = [at for at in self.log.calls if began <= at <= ended]
        return Wave(
            lasted_s=ended - began,
            cpu_s=cpu_s([self.stack.sid(TRIGGERER)]),
            logins=len(logins),
            most_a_node=look_log.most_at_a_node(logins),
            most_in_stretch=look_log.most_within(calls, STORM_S),
            most_in_1_s=look_log.most_within(calls, 1.0),
            most_done_in_1_s=look_log.most_within([at for at, _ in logins], 1.0),
            journal_connections=self.stack.connections_opened()["journal"] - opened,
        )

    def _missing(self, since: float) -> int:
        self.stack.check()
        self.log.read()
        return self.log.not_looked_at(since)

    def window(self, seconds: float) -> Window:
        """Measures for so long."""
        blocked = self._blocked()
        sids = self.stack.supervisor.sessions
        with Meter(frozenset({sids[TRIGGERER]})) as meter:
            began, before = time.time(), self._used()
            time.sleep(seconds)
            ended, after = time.time(), self._used()
        self.stack.check()
        self.log.read()
        cores = {name: (after[name] - before[name]) / (ended - began) for name in after}
        return Window(
            lasted_s=ended - began,
            triggers_cores=cores["triggers"],
            database_side_cores=cores["database side"],
            postgres_cores=cores["postgres"],
            lab_cores=cores["lab"],
            peak_bytes=meter.peak_bytes,
            looks=self.log.looks_within(began, ended),
            oldest_look_s=self.log.oldest_look_s(began, ended),
            logins=len(self.log.logins_within(began, ended)),
            blocked=self._blocked() - blocked,
        )

    def _used(self) -> dict[str, float]:
        """CPU seconds so far, by process."""
        sids = self.stack.supervisor.sessions
        own = psutil.Process(sids[TRIGGERER]).cpu_times()
        whole = cpu_s([sids[TRIGGERER]])
        database_side = own.user + own.system
        others = {name: cpu_s([sids[name]]) for name in ("postgres", "lab")}
        return {"triggers": whole - database_side, "database side": database_side, **others}

    def _blocked(self) -> int:
        return (self.stack.home.logs / "triggerer.log").read_text(errors="replace").count(BLOCKED)

    def check_waits(self, *others: int) -> int:
        """The job of the triggerer that carries every wait, and is none of ``others``. Raises WatchFailed
        where a wait has ended, for none could."""
        found = self.stack.waits(WAIT)
        if found.ended or found.deferred != self.place.clusters:
            raise WatchFailed(f"{found.ended} waits ended, {found.deferred} are deferred")
        carried = {job: count for job, count in found.triggerers.items() if job not in others}
        if list(carried.values()) != [self.place.clusters]:
            raise WatchFailed(f"{sum(carried.values())} of {self.place.clusters} waits run in the triggerer")
        (job,) = carried
        return job


def bench(place: Place, intervals: int, peer_clusters: int) -> int:
    with place.enter() as stack:
        place.begin(stack)
        run = WatchBench(place=place, stack=stack, log=place.look_log())
        say("starting the triggerer")
        first = run.wave(stack.start_triggerer)
        job = run.check_waits()
        place.relays.hang()
        say(f"every cluster was looked at; measuring in {SETTLE_INTERVALS} poll intervals")
        time.sleep(SETTLE_INTERVALS * place.poll_s)
        window = run.window(intervals * place.poll_s)
        run.check_waits()
        say("killing the triggerer, and starting it again")
        stack.kill_triggerer()
        again = run.wave(lambda: stack.supervisor.start_again(TRIGGERER))
        run.check_waits(job)
        stack.kill_triggerer()
        other = ask_peer(place, peer_clusters) if peer_clusters else None
    nodes = 2 * place.clusters
    troubled = ", ".join(f"{count} {trouble.value}" for trouble, count in place.troubled.items())
    lost = ResultLine(name="waits lost", value=f"0 of {place.clusters}", promise="0", kept=True)
    parts = {
        f"Watching {place.clusters} clusters, {nodes} nodes, of them {troubled}": window_figures(
            window, place.clusters, place.poll_s
        ),
        "The triggerer's first start": wave_figures(first, nodes),
        "After kill -9, by another triggerer": (lost, *wave_figures(again, nodes)),
    }
    shown: dict[str, tuple[ResultLine, ...]] = dict(parts)
    if other is not None:
        title = "A peer: an Ansible play that asks one node a cluster for its status, a fork a cluster"
        shown[title] = peer_figures(other, place.clusters)
    for title, lines in shown.items():
        console.print(as_table(title, lines))
        console.print()
    console.print(
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; measured for {window.lasted_s:.0f} s"
    )
    return EXIT_GREEN if all(all_kept(lines) for lines in parts.values()) else EXIT_RED


def ask_peer(place: Place, count: int) -> peer.Peer | None:
    """None, and why, where there is no figure."""
    say(f"measuring an Ansible play that waits for {count} clusters")
    programs = repository() / "build" / "peer"
    try:
        peer.install(programs)
        clusters = place.healthy[:count]
        return peer.measure(
            programs,
            place.home.root / "peer",
            place.plain,
            clusters,
            place.poll_s,
            PEER_INTERVALS * place.poll_s,
        )
    except peer.NoPeer as no:
        say(f"no figure of a peer: {no}")
        return None


def say(text: str) -> None:
    console.print(f"{time.strftime('%H:%M:%S')} {text}", highlight=False)


def number_of_clusters(text: str) -> int:
    number = int(text)
    if not 10 <= number <= CAPACITY:
        raise argparse.ArgumentTypeError(
            f"10 to {CAPACITY}, which is what one triggerer takes; for more: make bench-plan CLUSTERS={text}"
        )
    return number


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m srx_demo.watch_bench", description=__doc__)
    parser.add_argument("--clusters", type=number_of_clusters, default=CAPACITY)
    parser.add_argument(
        "--intervals", type=int, default=MEASURE_INTERVALS, help="poll intervals to measure for"
    )
    parser.add_argument(
        "--peer",
        type=int,
        default=PEER_CLUSTERS,
        metavar="CLUSTERS",
        help="of the Ansible play; 0: without one",
    )
    given = parser.parse_args()
    place = Place.build(Home.default().root / "bench-watch", given.clusters, say)
    with ending_on_signals():
        return bench(place, given.intervals, given.peer)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Ended as ended:
        sys.exit(128 + ended.number)
    except WatchFailed as failure:
        say(f"{failure}; no figure of this run counts")
        sys.exit(EXIT_RED)
    except (*FAILURES, LabFailed) as failure:
        say(str(failure))
        sys.exit(EXIT_NOT_DONE)
