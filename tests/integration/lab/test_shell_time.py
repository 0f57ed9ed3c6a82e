"""A node's shell tells and compares its time as a Bourne shell does: a job may have a last moment."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.lab.conftest import ServedLab
from tests.integration.lab.test_wire import said, wait_until

EARLY, LATE = 1_000_000_000, 9_000_000_000  # 2001 and 2255, outside every lab


def in_shell(lab: ServedLab, script: str, node: str = "node0") -> list[str]:
    file = lab.files(node) / "var/tmp/script.sh"
    file.write_text(script, encoding="utf-8")
    return said(lab, 'start shell command "sh /var/tmp/script.sh"', node).splitlines()


def time_of(lab: ServedLab, node: str = "node0") -> int:
    (shown,) = in_shell(lab, "date +%s", node)
    return int(shown)


# What stands between the quotes of /bin/sh -c '...'
CONSTRUCTS = [
    f'[ "$(date +%s)" -le {LATE} ] && echo yes || echo no',
    f'[ "$(date +%s)" -le {EARLY} ] && echo yes || echo no',
    f"test $(date +%s) -le {LATE} && echo yes || echo no",
    f"test $(date +%s) -le {EARLY} && echo yes || echo no",
    f"test $(date +%s) -gt {EARLY} && test $(date +%s) -lt {LATE}; echo $?",
    f'trap "" HUP; [ "$(date +%s)" -le {EARLY} ] && mkdir d && echo made; ls d 2> /dev/null || echo none',
    f'if [ "$(date +%s)" -le {EARLY} ]; then echo in time; else echo too late; fi',
    f'now=$(date +%s); [ "$now" -le {LATE} ] && echo "$?"',
    f'[ "$(false)" -le {LATE} ] 2> /dev/null && echo yes || echo no',
    f"test $(false) -le {LATE} 2> /dev/null && echo yes || echo no",
    f'[ "$(echo broken)" -le {LATE} ] 2> /dev/null; test $? -gt 1 && echo fault',
    f'[ ! "$(date +%s)" -le {LATE} ] && echo yes || echo no',
]


@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_says_what_a_bourne_shell_says(quiet_lab: ServedLab, tmp_path: Path, construct: str) -> None:
    line = f"cd /var/tmp; /bin/sh -c '{construct}'"
    real = subprocess.run(
        ["/bin/sh", "-c", f"cd {tmp_path}; /bin/sh -c '{construct}'"],
        capture_output=True, text=True, check=False, timeout=20,
    )  # fmt: skip
    assert real.stdout
    assert in_shell(quiet_lab, line) == real.stdout.splitlines()


def test_it_is_the_nodes_own_time(serve_lab: Callable[..., ServedLab]) -> None:
    lab = serve_lab()
    assert time_of(lab) == pytest.approx(lab.server.lab.setting.clock.now(), abs=600)
    lab.inject("clock_skew", node="node1", seconds="21600")
    assert time_of(lab, "node1") - time_of(lab) == pytest.approx(21600, abs=600)


def test_a_detached_job_that_comes_too_late_does_nothing(quiet_lab: ServedLab) -> None:
    def start(folder: str, last_s: int) -> None:
        job = f'trap "" HUP; [ "$(date +%s)" -le {last_s} ] && mkdir {folder} && cd {folder}'
        work = '(: | cli -c "show version" > transcript 2>&1; echo $? > exit)'
        in_shell(quiet_lab, f"/bin/sh -c '{job} && {work}' > /dev/null 2>&1 &\nwait\n")

    now = time_of(quiet_lab)
    folder = quiet_lab.files() / "var/tmp"
    start("/var/tmp/too-late", now - 1)
    start("/var/tmp/in-time", now + 86_400)
    wait_until((folder / "in-time/exit").exists)
    assert (folder / "in-time/exit").read_text(encoding="utf-8") == "0\n"
    assert not (folder / "too-late").exists()


@pytest.mark.parametrize(("first", "outlives"), [("", False), ('trap "" HUP; ', True)])
def test_a_job_outlives_its_terminal_where_it_ignores_the_hang_up(
    serve_lab: Callable[..., ServedLab], first: str, outlives: bool
) -> None:
    lab = serve_lab(faults=["no_nohup"])
    job = f"{first}echo begun > /var/tmp/begun; sleep 30; echo done > /var/tmp/done"
    in_shell(lab, f"/bin/sh -c '{job}' > /dev/null 2>&1 &\n")
    folder = lab.files() / "var/tmp"
    wait_until((folder / "begun").exists)
    time.sleep(1.5)
    assert (folder / "done").exists() is outlives


def test_a_shell_may_have_no_nohup(serve_lab: Callable[..., ServedLab]) -> None:
    assert in_shell(serve_lab(faults=["no_nohup"]), "nohup true\n") == ["nohup: not found"]
