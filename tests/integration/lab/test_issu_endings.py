"""An ISSU's command that ends in words of its own, asks a question, or writes its file only at its end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import asyncssh
import pytest

from srx_lab.machine.words import Phase
from srx_lab.rehearsal import machine_with_room
from tests.integration.lab.conftest import ServedLab
from tests.integration.lab.driving import reach, start
from tests.integration.lab.test_wire import said, wait_until

QUESTION = "Do you want to continue with these actions being taken ? [yes,no] (no) "
ISSU = "request system software in-service-upgrade /var/tmp/junos-srxhe-x86-64-22.4R3-S2.11.tgz reboot"
HAND_ON = (
    "while test ! -f exit; do if test -f answer; then mv answer answered; cat answered; fi; sleep 1; done"
)
RUN = f'cli -c "{ISSU}" > transcript 2>&1; echo $? > exit'
WORK = f'(: | cli -c "{ISSU}" > /var/tmp/told 2>&1; echo $? > /var/tmp/exit)'
JOB = f"/bin/sh -c 'trap \"\" HUP; {WORK}' > /dev/null &"


@pytest.mark.parametrize(("at", "left"), [(None, Phase.REFUSED), ("sync_kernel", Phase.ABORTED)])
def test_an_end_that_explains_nothing_leaves_the_window_as_it_is(at: str | None, left: Phase) -> None:
    machine = machine_with_room()
    machine.inject("issu_ends", at=at, words="Good bye.")
    start(machine)
    reach(machine, left)
    assert machine.upgrade is not None
    assert (machine.upgrade.transcript[-1], machine.upgrade.outcome) == ("Good bye.", "ended")
    assert all(node.in_issu_window is (at is not None) for node in machine.world.nodes())


@pytest.mark.parametrize(
    ("answer", "left", "last"),
    [("yes", Phase.COMPLETE, None), ("no", Phase.REFUSED, "ISSU aborted and exiting ISSU window")],
)
def test_a_question_is_waited_behind(answer: str, left: Phase, last: str | None) -> None:
    machine = machine_with_room()
    machine.inject("issu_asks")
    start(machine)
    machine.advance(machine.now + 7200)
    assert machine.upgrade is not None
    assert machine.upgrade.transcript[-1] == QUESTION
    assert machine.asks(QUESTION)
    machine.answer(answer)
    assert not machine.asks(QUESTION)
    reach(machine, left)
    assert last is None or machine.upgrade.transcript[-1] == last


def test_who_sits_at_the_terminal_answers_it(serve_lab: Callable[..., ServedLab], image: Path) -> None:
    lab = with_image(serve_lab(speed=600, faults=["issu_asks"]), image)

    async def answered() -> None:
        async with asyncssh.connect(
            "127.0.0.1", lab.port(), username="lab", client_keys=[lab.key], known_hosts=lab.known_hosts
        ) as connection:
            process = await connection.create_process(ISSU)
            await process.stdout.readuntil(QUESTION)
            process.stdin.write("yes\n")
            await process.stdout.readuntil("Preparing Backup RE")

    asyncio.run(answered())
    wait_until(lambda: lab.status()["phase"] not in {"idle", "consolidate_groups", "validate", "refused"})


def test_a_job_without_anything_to_read_has_said_no(serve_lab: Callable[..., ServedLab], image: Path) -> None:
    lab = with_image(serve_lab(speed=600, faults=["issu_asks"]), image)
    said(lab, "start shell", given=f"{JOB}\nexit\n")
    wait_until((lab.files() / "var/tmp/exit").is_file)
    told = (lab.files() / "var/tmp/told").read_text()
    assert told.splitlines()[-2:] == [QUESTION, "ISSU aborted and exiting ISSU window"]


def test_a_cli_that_writes_at_its_end_writes_all_of_it(
    serve_lab: Callable[..., ServedLab], image: Path
) -> None:
    lab = with_image(serve_lab(speed=60, faults=["cli_writes_at_end"]), image)
    lab.inject("issu_ends", at="sync_kernel", words="Good bye.")
    said(lab, "start shell", given=f"{JOB}\nexit\n")
    wait_until(lambda: lab.status()["phase"] == "validate")
    assert (lab.files() / "var/tmp/told").read_text() == ""
    wait_until((lab.files() / "var/tmp/exit").is_file)
    assert (lab.files() / "var/tmp/told").read_text().splitlines()[-1] == "Good bye."


def test_a_job_with_a_standing_input_goes_on_when_it_is_answered(
    serve_lab: Callable[..., ServedLab], image: Path
) -> None:
    lab = with_image(serve_lab(speed=600, faults=["issu_asks"]), image)
    folder = lab.files() / "var/tmp/job"
    job = f"mkdir /var/tmp/job && cd /var/tmp/job && ({HAND_ON}) | ({RUN})"
    said(lab, "start shell", given=f"/bin/sh -c 'trap \"\" HUP; {job}' > /dev/null &\nexit\n")
    wait_until(lambda: (folder / "transcript").exists() and QUESTION in (folder / "transcript").read_text())
    time.sleep(0.5)
    assert lab.status()["phase"] == "validate"
    (folder / "answer").write_text("yes\n")
    wait_until(lambda: "Preparing Backup RE" in (folder / "transcript").read_text())
    assert (folder / "answered").read_text() == "yes\n"
    assert not (folder / "answer").exists()


def with_image(lab: ServedLab, image: Path) -> ServedLab:
    (lab.files() / "var/tmp" / image.name).write_bytes(image.read_bytes())
    return lab
