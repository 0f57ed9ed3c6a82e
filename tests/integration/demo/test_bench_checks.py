"""The benchmark of the comparison finds what it took away; its table compares with the smallest."""

from __future__ import annotations

from pathlib import Path

from srx_demo.bench_checks import LOOKS, Compared, as_table, snapshot, write_states
from srx_issu.domain.cluster.state import ClusterState
from srx_issu.domain.comparison.compare import compare
from srx_issu.domain.comparison.difference import Observation
from srx_issu.ports import codec


def test_two_policies_are_taken_away(tmp_path: Path) -> None:
    write_states(tmp_path, 100)
    before, after = (codec.loads(ClusterState, (tmp_path / name).read_bytes()) for name in LOOKS)
    first, second = (Observation(snapshot=snapshot(), state=state) for state in (before, after))
    assert [d.table for d in compare(first, second, {})] == ["policies", "policies"]


def test_what_a_process_says_is_what_was_measured() -> None:
    found = Compared(policies=100, seconds=0.25, peak_mb=12.5)
    assert Compared.of_words(str(found)) == found


def test_the_table_has_ratios_to_the_smallest() -> None:
    small, large = (Compared(policies=n, seconds=n / 1000, peak_mb=n / 10) for n in (100, 10_000))
    cells = [list(column.cells) for column in as_table([small, large]).columns]
    assert [column[1] for column in cells[3:]] == ["100.0", "100.0", "100.0"]
