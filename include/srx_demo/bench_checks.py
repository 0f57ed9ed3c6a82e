"""``make bench-checks``: what looking and judging cost.

Collecting and readiness of one simulated cluster that answers at once, and comparing two states of growing
size as the step after an upgrade does: both are read from their evidence, compared, judged by Great
Expectations and written down. Each comparison has a process of its own, so that its peak memory is its own.
Ratios compare figures of one run.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from srx_demo.lab import DEMO_TOPOLOGY, Lab
from srx_issu.checks.post_checks import run_post_checks
from srx_issu.checks.runner import context
from srx_issu.domain.cluster import rows
from srx_issu.domain.cluster.model import (
    Address,
    Cluster,
    GroupMember,
    GroupState,
    Image,
    NodeName,
    NodeView,
    RedundancyGroup,
    Snapshot,
)
from srx_issu.domain.cluster.state import ClusterState, PerNode, Rows
from srx_issu.domain.upgrade.commands import SoftwareFamily
from srx_issu.domain.upgrade.intent import Intent, Limits, Policy, Timers
from srx_issu.ports import codec

SPEED = 60.0
POLICIES = (100, 10_000, 100_000)
PEERS = 1_000
LOOK_AIM_S, COMPARE_AIM_S, COMPARE_AIM_MB = 10.0, 5.0, 400.0
console = Console()


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One comparison. ``peak_mb`` is the most memory of the process, its imports included."""

    policies: int
    seconds: float
    peak_mb: float

    @classmethod
    def of_words(cls, said: str) -> Compared:
        policies, seconds, peak_mb = said.split()
        return cls(policies=int(policies), seconds=float(seconds), peak_mb=float(peak_mb))

    def __str__(self) -> str:
        return f"{self.policies} {self.seconds} {self.peak_mb}"


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
        GroupMember(node=node, state=GroupState.PRIMARY if node is NodeName.NODE0 else GroupState.SECONDARY)
        for node in NodeName
    )
    groups = tuple(RedundancyGroup(group_id=number, members=members) for number in (0, 1))
    node0, node1 = (NodeView(node=node, reachable=True, groups=groups) for node in NodeName)
    return Snapshot(cluster="bench", taken_at=datetime(2026, 1, 1, tzinfo=UTC), node0=node0, node1=node1)


def intent() -> Intent:
    """By the policy as it comes."""
    return Intent(
        upgrade_id="bench",
        cluster=Cluster(
            name="bench",
            model="SRX4600",
            site="bench",
            node0=Address(host="192.0.2.1"),
            node1=Address(host="192.0.2.2"),
            connection_id="bench",
        ),
        image=Image(file="", name="x.tgz", release="22.4R3", models=frozenset(), sha256="", size_bytes=0),
        software=SoftwareFamily.SYSTEM,
        policy=Policy(timers=Timers(), limits=Limits(), tolerances={}),
        requested_by="bench",
    )


LOOKS = ("before.json", "after.json")


def write_states(folder: Path, policies: int) -> None:
    """The evidence of two looks; the second lacks two policies."""
    for name, lost in zip(LOOKS, (0, 2), strict=True):
        (folder / name).write_text(codec.dumps(state(policies, lost=lost)))


def compare_here(folder: Path, policies: int) -> Compared:
    """Compares what ``write_states`` left, in this process."""
    context()  # loads Great Expectations, which a worker has done already
    began = time.perf_counter()
    before, after = (codec.loads(ClusterState, (folder / name).read_bytes()) for name in LOOKS)
    post_checks = run_post_checks(
        before=snapshot(), before_state=before, after=snapshot(), after_state=after, intent=intent()
    )
    post_checks.to_json()
    seconds = time.perf_counter() - began
    lost = [difference for difference in post_checks.differences if difference.table == "policies"]
    if len(lost) != 2:
        raise SystemExit(f"two policies were taken away, {len(lost)} differences were found")
    return Compared(policies=policies, seconds=seconds, peak_mb=peak_mb())


def peak_mb() -> float:
    """The most memory this program ever had, in MB. Not ``ru_maxrss``, which counts what its parent had."""
    told = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(told["VmHWM"].split()[0]) / 1024


def compare_apart(policies: int) -> Compared:
    """Writes and compares in processes of their own."""
    with tempfile.TemporaryDirectory(prefix="srx-issu-bench-") as folder:
        said = ""
        for doing in ("write", "compare"):
            words = [sys.executable, "-m", "srx_demo.bench_checks", doing, folder, str(policies)]
            said = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True).stdout
    return Compared.of_words(said)


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
    match arguments:
        case ["write", folder, policies]:
            write_states(Path(folder), int(policies))
        case ["compare", folder, policies]:
            print(compare_here(Path(folder), int(policies)))
        case _:
            _bench()
    return 0


def _bench() -> None:
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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
