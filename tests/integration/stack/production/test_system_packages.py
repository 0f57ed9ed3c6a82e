"""What the machine itself must have: named with one command, or installed from one list."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.places import ROOT

SCRIPT = ROOT / "tools" / "system-packages"
PROGRAMS = ("make", "git", "curl", "chromium", "ssh", "redis-server", "setpriv")
BASH = shutil.which("bash")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """The folder of a machine's programs: env alone, and an apt-get that writes down what it is told."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "env").symlink_to(str(shutil.which("env")))
    return programs


def add(machine: Path, name: str, script: str = "exit 0") -> None:
    (machine / name).write_text(f"#!{BASH}\n{script}\n")
    (machine / name).chmod(0o755)


def system_packages(machine: Path, verb: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(BASH), str(SCRIPT), verb],
        env={"PATH": str(machine)}, capture_output=True, text=True, check=False, timeout=10,
    )  # fmt: skip


def test_a_bare_machine_is_told_what_is_missing_and_the_one_command(machine: Path) -> None:
    done = system_packages(machine, "check")
    assert done.returncode == 1
    assert all(name in done.stderr for name in (*PROGRAMS, "python"))
    assert done.stderr.endswith("Install with: make system-packages\n")


def test_a_machine_that_has_everything_is_left_alone(machine: Path) -> None:
    for name in (*PROGRAMS, "python3"):
        add(machine, name)
    add(machine, "apt-get", "exit 1")
    assert system_packages(machine, "check").returncode == 0
    assert system_packages(machine, "install").returncode == 0


def test_only_what_is_missing_is_installed_and_lists_are_renewed_when_the_first_try_fails(
    machine: Path, tmp_path: Path
) -> None:
    for name in (*PROGRAMS, "python3"):
        add(machine, name)
    (machine / "chromium").unlink()
    told = tmp_path / "told"
    add(machine, "apt-get", f'echo "$@" >> {told}; [[ "$*" == *update* || $(wc -l < {told}) -gt 1 ]]')
    for name in ("sudo", "wc"):
        (machine / name).symlink_to(str(shutil.which(name) or shutil.which("env")))
    assert system_packages(machine, "install").returncode == 0
    tried, renewed, again = told.read_text().splitlines()
    assert tried == again
    assert tried.endswith("install --no-install-recommends chromium")
    assert renewed.endswith("update")


def test_elsewhere_than_on_debian_it_says_what_to_look_for(machine: Path) -> None:
    done = system_packages(machine, "install")
    assert done.returncode == 1
    assert "No apt-get here" in done.stderr
    assert "openssh-client" in done.stderr


@pytest.mark.parametrize(("ci", "verb"), [("true", "install"), ("", "check")])
def test_make_test_begins_with_it(ci: str, verb: str) -> None:
    told = subprocess.run(
        ["make", "--dry-run", "test", f"CI={ci}"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert told.startswith(f"tools/system-packages {verb}")
