"""One place for each process of the session, and the ten slowest rows at its end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from heapq import nlargest

import psutil
import pytest

from tests.integration.oneprocess.place import Place
from tests.integration.oneprocess.place import place as a_place

SLOWEST = 10
CPU_S = "cpu_s"


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory, testrun_uid: str, worker_id: str) -> Iterator[Place]:
    with a_place(tmp_path_factory.mktemp("place"), testrun_uid, worker_id) as made:
        yield made


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Notes what a row costs this process and the simulator."""
    found = getattr(item, "funcargs", {}).get("place")
    if found is None:
        return (yield)
    lab = psutil.Process(found.lab_pid)
    before = _cpu_s(lab)
    try:
        return (yield)
    finally:
        item.user_properties.append((CPU_S, _cpu_s(lab) - before))


def _cpu_s(lab: psutil.Process) -> float:
    ours, theirs = os.times(), lab.cpu_times()
    return ours.user + ours.system + theirs.user + theirs.system


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    over = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    rows = [
        (each.duration, float(value), each.nodeid.partition("::")[2])
        for each in over
        for name, value in each.user_properties
        if name == CPU_S and each.when == "call"
    ]
    if not rows:
        return
    terminalreporter.section(f"{len(rows)} runs in one process, {sum(row[1] for row in rows):.0f} CPU-s")
    for seconds, cpu, name in nlargest(SLOWEST, rows):
        terminalreporter.line(f"{seconds:6.1f} s, {cpu:5.1f} CPU-s  {name}")
