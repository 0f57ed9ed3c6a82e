"""What playing a row comes to, the same on a scheduler and in one process, and the means to compare the two.

Both suites write one file a row below the folder that SRX_ISSU_PLAYED names, if it names one;
``python -m tests.stack.scenarios.played FOLDER FOLDER`` says where two of them differ.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from srx_issu.cli.outcome import Ending
from tests.stack.scenarios.referee import Seen, ended
from tests.stack.scenarios.scenario import Ended, Scenario

FOLDER = "SRX_ISSU_PLAYED"
# Where another task of the ISSU heard of it: that one failed, and those behind it never began.
_OF_THE_ISSU = "tasks.issu."
_HEARD_ELSEWHERE = ({"success", "failed"}, {"failed", "upstream_failed"}, {"success", "upstream_failed"})
GREEN = ("UPGRADED", "UPGRADED_WITH_FINDINGS", "ALREADY_CURRENT")


@dataclass(frozen=True, kw_only=True)
class Played:
    """``tasks``: Airflow's states at the end, by task id; ``reason`` is for people, and is not compared."""

    ended: Ended
    is_green: bool
    tasks: Mapping[str, str | None]
    reason: str = ""

    def is_as_told(self, row: Scenario) -> bool:
        """Class, orders, both nodes, outcome and lease are the table's, and the colour tells the truth."""
        return self.ended == row.then and self.is_green is (row.then.outcome in GREEN)


def played(seen: Seen, cluster: str, run_id: str, end: Ending, tasks: Mapping[str, str | None]) -> Played:
    return Played(
        ended=ended(seen, cluster, run_id, end.outcome),
        is_green=end.is_green,
        tasks=dict(sorted(tasks.items())),
        reason=end.reason,
    )


def keep(where: str, row: Scenario, result: Played) -> None:
    """``where`` it was played: a folder's name."""
    if FOLDER not in os.environ:
        return
    folder = Path(os.environ[FOLDER]) / where
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^\w=.-]+", "_", row.name)
    told = {"row": row.name, "varies": row.hearer_varies, **asdict(result)}
    (folder / f"{name}.json").write_text(json.dumps(told, indent=1))


def differences(one: Path, other: Path) -> Iterator[str]:
    """In words, row by row; of rows that only one of them has, too."""
    ours, theirs = _rows(one), _rows(other)
    for name in sorted(ours.keys() | theirs.keys()):
        if name not in ours or name not in theirs:
            yield f"{name}: only in {one if name in ours else other}"
            continue
        for where, row in ((one, ours[name]), (other, theirs[name])):
            if (failed := _failed_of_the_issu(row)) > 1:
                yield f"{name}: {failed} tasks of the ISSU failed in {where.name}; one alone hears of it"
        for key in ("ended", "is_green", "tasks"):
            for what, left, right in _apart(key, ours[name][key], theirs[name][key]):
                is_of_the_issu = what.startswith(_OF_THE_ISSU) and {left, right} in _HEARD_ELSEWHERE
                if ours[name]["varies"] and is_of_the_issu:
                    continue
                yield f"{name}: {what}: {left} in {one.name}, {right} in {other.name}"


def _failed_of_the_issu(row: Mapping[str, object]) -> int:
    tasks = row["tasks"]
    assert isinstance(tasks, dict)
    return sum(f"tasks.{name}".startswith(_OF_THE_ISSU) and tasks[name] == "failed" for name in tasks)


def _rows(folder: Path) -> dict[str, dict[str, object]]:
    found = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    return {str(each["row"]): each for each in found}


def _apart(key: str, left: object, right: object) -> Iterator[tuple[str, object, object]]:
    if not isinstance(left, dict) or not isinstance(right, dict):
        if left != right:
            yield key, left, right
        return
    for name in sorted(left.keys() | right.keys()):
        if left.get(name) != right.get(name):
            yield f"{key}.{name}", left.get(name), right.get(name)


def main() -> int:
    one, other = map(Path, sys.argv[1:])
    found = list(differences(one, other))
    print("\n".join(found) or f"{len(_rows(one))} rows went alike")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
