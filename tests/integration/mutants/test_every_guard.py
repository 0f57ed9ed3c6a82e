"""Each guard of the decision code is taken out, one at a time; a mutant that no test notices fails this one.

The whole takes some minutes; SRX_ISSU_MUTANT=part of a name plays those that are called so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

import pytest

import srx_issu
from tests.integration.mutants.mutant import Mutant
from tests.integration.mutants.table import MUTANTS

PACKAGE = Path(srx_issu.__file__).parent
ROOT = PACKAGE.parent.parent
WANTED = os.environ.get("SRX_ISSU_MUTANT", "")
AT_ONCE = 2
EACH_NTH = 4  # of the table, in 'make test'
FAILED = 1  # pytest: some tests failed; anything else but 0 is a fault of the run
SETTINGS = {"SRX_ISSU_FUZZ": "60", "PYTHONDONTWRITEBYTECODE": "1"}


def copied(to: Path, mutant: Mutant | None) -> Path:
    """The package with one text replaced; what is beside it is found where it was."""
    shutil.copytree(PACKAGE, to / "srx_issu", ignore=shutil.ignore_patterns("__pycache__"))
    for files in ("campaigns", "images", "inventory", "policy"):
        (to / files).symlink_to(PACKAGE.parent / files)
    if mutant is not None:
        file = to / "srx_issu" / mutant.file
        file.write_text(file.read_text().replace(mutant.old, mutant.new))
    return to


def run(folder: Path, tests: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    settings = {**os.environ, **SETTINGS, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"}
    return subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, check=False)


def verdict(mutant: Mutant, folder: Path) -> str | None:
    """Why the mutant is not killed as it should be; None = it is."""
    began = monotonic()
    done = run(copied(folder, mutant), mutant.tests)
    print(f"{monotonic() - began:5.1f} s  {'killed' if done.returncode == FAILED else 'NOT'}  {mutant.name}")
    shutil.rmtree(folder)
    if done.returncode == FAILED:
        return None
    if done.returncode == 0:
        return f"{mutant.name}: survived ({mutant.why}); {mutant.file} without {mutant.old.strip()!r}"
    return f"{mutant.name}: the tests did not run: {done.stdout[-400:]}{done.stderr[-400:]}"


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_every_source_text_of_the_table_is_there_once(mutant: Mutant) -> None:
    assert (PACKAGE / mutant.file).read_text().count(mutant.old) == 1, (
        f"{mutant.file} does not have this text once; correct it in tests/integration/mutants: {mutant.old!r}"
    )


def test_no_name_is_there_twice_and_enough_guards_are() -> None:
    names = {mutant.name for mutant in MUTANTS}
    assert len(names) == len(MUTANTS) >= 30


def test_the_tests_run_on_a_copy_and_pass_on_one_that_is_whole(tmp_path: Path) -> None:
    copy = copied(tmp_path, None)
    where = run(copy, ("tests/integration/mutants/where.py",))
    assert where.returncode == 0, where.stdout
    done = run(copy, tuple(sorted({test for mutant in MUTANTS for test in mutant.tests})))
    assert done.returncode == 0, done.stdout[-2000:]


def test_a_part_of_the_mutants_is_killed(tmp_path: Path) -> None:
    """For every change; which part is fixed."""
    assert_killed(MUTANTS[::EACH_NTH], tmp_path)


@pytest.mark.release
def test_every_mutant_is_killed(tmp_path: Path) -> None:
    """Three minutes: that no guard of the send gate and of the decisions can go unnoticed."""
    assert_killed([mutant for mutant in MUTANTS if WANTED in mutant.name], tmp_path)


def assert_killed(wanted: Sequence[Mutant], tmp_path: Path) -> None:
    folders = [tmp_path / str(number) for number in range(len(wanted))]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(verdict, wanted, folders))
    survivors = [words for words in found if words]
    assert not survivors, "\n".join(survivors)
