"""``make bench-checks``: what looking and judging cost.

Collecting and readiness of one simulated cluster that answers at once, and comparing two states of growing
size, each in a process of its own, so that its peak memory is its own. Ratios compare figures of one run.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from srx_demo.lab import DEMO_TOPOLOGY, Lab
from srx_issu.domain import rows
from srx_issu.domain.diff import Look, compare
from srx_issu.domain.model import GroupState, Member, NodeName, NodeView, RedundancyGroup, Snapshot
from srx_issu.domain.state import ClusterState, PerNode, Rows

SPEED = 60.0
POLICIES = (100, 10_000, 100_000)
PEERS = 1_000
LOOK_AIM_S, COMPARE_AIM_S, COMPARE_AIM_MB = 10.0, 5.0, 400.0
console = Console()


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One comparison. ``peak_mb`` is what the process grew by since its imports."""

    policies: int
    seconds: float
    peak_mb: float


def state(policies: int, *, lost: int = 0) -> ClusterState:
    """Both nodes with that many policies and PEERS VPN peers; the last ``lost`` policies are missing."""
    found = Rows(
        rows=tuple(
            rows.SecurityPolicy(
                context=f"zone-{number % 20} > zone-{number % 19}",
                name=f"allow-{number:06}",
                position=number + 1,
                state="enabled",
                action="permit",
                content=f"{number:064x}",
            )
            for number in range(policies - lost)
        )
    )
    vpn = Rows(
        rows=tuple(rows.IpsecTunnel(gateway=f"198.51.{n // 250}.{n % 250}", tunnels=2) for n in range(PEERS))
    )
    return ClusterState(
        cluster="bench",
        taken_at=datetime(2026, 1, 1, tzinfo=UTC),
        policies=PerNode(node0=found, node1=found),
        ipsec=PerNode(node0=vpn, node1=vpn),
    )


def snapshot() -> Snapshot:
    """node0 is primary of everything."""
    members = tuple(
        Member(node=node, state=GroupState.PRIMARY if node is NodeName.NODE0 else GroupState.SECONDARY)
        for node in NodeName
    )
    groups = tuple(RedundancyGroup(group_id=number, members=members) for number in (0, 1))
    node0, node1 = (NodeView(node=node, reachable=True, groups=groups) for node in NodeName)
    return Snapshot(cluster="bench", taken_at=datetime(2026, 1, 1, tzinfo=UTC), node0=node0, node1=node1)


def compare_here(policies: int) -> Compared:
    """Compares in this process; the states are made, and counted, as a run would have read them."""
    base = peak_mb()
    before = Look(snapshot=snapshot(), state=state(policies))
    after = replace(before, state=state(policies, lost=2))
    began = time.perf_counter()
    found = compare(before, after, {})
    seconds = time.perf_counter() - began
    if len(found) != 2:
        raise SystemExit(f"two policies were taken away, {len(found)} differences were found")
    return Compared(policies=policies, seconds=seconds, peak_mb=peak_mb() - base)


def peak_mb() -> float:
    """The most memory this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def compare_apart(policies: int) -> Compared:
    words = [sys.executable, "-m", "srx_demo.bench_checks", str(policies)]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()
    return Compared(policies=policies, seconds=float(said[0]), peak_mb=float(said[1]))


def look_and_judge(folder: Path) -> tuple[tuple[str, float], ...]:
    """Seconds of each part, on a lab of one healthy cluster."""
    from srx_demo.look import look_at_lab  # noqa: PLC0415 - PyEZ and Great Expectations

    return look_at_lab(Lab(state=folder / "lab", topology=DEMO_TOPOLOGY, speed=SPEED), folder)


def as_table(found: list[Compared]) -> Table:
    table = Table(
        box=None, pad_edge=False, title=f"Comparing, with {PEERS:,} VPN peers", title_justify="left"
    )
    for column in ("policies", "seconds", "peak memory", "× policies", "× seconds", "× memory"):
        table.add_column(column, justify="right")
    first = found[0]
    for each in found:
        ratios = (each.policies / first.policies, each.seconds / first.seconds, each.peak_mb / first.peak_mb)
        shown = [f"{each.policies:,}", f"{each.seconds:.3f} s", f"{each.peak_mb:.1f} MB"]
        table.add_row(*shown, *(f"{ratio:,.1f}" for ratio in ratios))
    return table


def main(arguments: list[str]) -> int:
    if arguments:
        found = compare_here(int(arguments[0]))
        print(found.seconds, found.peak_mb)
        return 0
    compared = [compare_apart(policies) for policies in POLICIES]
    console.print(as_table(compared))
    middle = next(each for each in compared if each.policies == 10_000)
    console.print(
        f"10,000 policies: {middle.seconds / COMPARE_AIM_S:.2f} of the aim of {COMPARE_AIM_S:g} s, "
        f"{middle.peak_mb / COMPARE_AIM_MB:.2f} of {COMPARE_AIM_MB:g} MB"
    )
    with tempfile.TemporaryDirectory(prefix="srx-issu-bench-") as folder:
        parts = look_and_judge(Path(folder))
    for name, seconds in parts:
        console.print(f"{name:<44} {seconds:6.2f} s")
    whole = sum(seconds for _, seconds in parts)
    console.print(f"collect and judge one cluster: {whole:.2f} s, {whole / LOOK_AIM_S:.2f} of the aim")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
