"""Names of jobs on a node, and the one line that starts one."""

from __future__ import annotations

import re
import shlex

import pytest

from srx_issu.adapters.devices.start import job_folder, job_line
from srx_issu.domain.upgrade.commands import SoftwareFamily, StartIssu

START = StartIssu(image_path="/var/tmp/junos-srxhe-x86-64-22.4R3-S2.11.tgz")


@pytest.mark.parametrize(
    "job",
    [
        "issu__manual__2026-11-22T15:00:00+00:00",
        "x" * 500,
        "; request system reboot",
        "../../etc",
        "a'b\"c$(reboot)`id`\n",
        "",
        "ü",
    ],
)
def test_any_job_name_becomes_one_plain_folder_below_var_tmp(job: str) -> None:
    folder = job_folder(job)
    assert re.fullmatch(r"/var/tmp/srx-issu-[A-Za-z0-9._-]{1,80}", folder)


def test_plain_names_stay_readable_and_different_names_differ() -> None:
    assert job_folder("upgrade-7") == "/var/tmp/srx-issu-upgrade-7"
    assert job_folder("run:1").startswith("/var/tmp/srx-issu-run-1-")
    assert job_folder("run:1") != job_folder("run+1")
    assert job_folder("x" * 90) != job_folder("x" * 91)


@pytest.mark.parametrize("software", SoftwareFamily)
def test_line_is_one_shell_line_with_the_command_as_one_word(software: SoftwareFamily) -> None:
    command = StartIssu(image_path=START.image_path, software=software)
    line = job_line(command, job_folder("job"), until_s=1_764_000_000)
    assert "\n" not in line
    words = shlex.split(line, posix=True)
    assert words[:2] == ["/bin/sh", "-c"]
    assert words[2].startswith(
        'trap "" HUP; '
    )  # instead of nohup, which not every node has for a Bourne shell
    assert command.cli in shlex.split(words[2].replace("(", " ").replace(")", " "))
    assert words[-1] == "&"
