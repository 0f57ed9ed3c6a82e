"""What is installed: each file by its hash, from no index of our own, with nothing fetched beside."""

from __future__ import annotations

import hashlib
import re
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.places import ROOT

BIN = Path(sys.executable).parent
LOCKED = (
    "requirements.txt", "requirements-dev.txt", "requirements-build.txt", "requirements-uv.txt",
    "requirements-foreign.txt",
)  # fmt: skip
REQUIREMENT = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[^]]*\])?==([^\s;\\]+)")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}(?![0-9a-f])")
# In two parts: this file is a tracked file, too.
FIND = "--find" + "-links"
INDEX = re.compile("--(?:extra-)?index" + r"-url|--find" + "-links|PIP_INDEX" + "_URL|UV_(?:DEFAULT_)?INDEX")


def requirements(name: str) -> list[str]:
    """Each requirement with its continuation lines as one."""
    joined = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def pins(name: str) -> dict[str, set[str]]:
    """Name -> its versions: one for each range of Python."""
    found: dict[str, set[str]] = {}
    for line in requirements(name):
        if match := REQUIREMENT.match(line):
            found.setdefault(match[1], set()).add(match[2])
    return found


def makefile() -> str:
    return (ROOT / "Makefile").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", LOCKED)
def test_every_requirement_is_one_version_with_hashes(name: str) -> None:
    lines = requirements(name)
    assert lines
    assert [line for line in lines if not REQUIREMENT.match(line)] == []
    assert [line.split()[0] for line in lines if not HASH.search(line)] == []


def test_what_the_tests_need_agrees_with_what_runs() -> None:
    """Both files are installed together."""
    runtime, tests = pins("requirements.txt"), pins("requirements-dev.txt")
    assert len(runtime) > 200
    both = runtime.keys() & tests.keys()
    assert {name for name in both if not tests[name] <= runtime[name]} == set()


def test_no_tracked_file_names_an_index() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout: which files are tracked cannot be told")
    names = [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    assert {*LOCKED, "Makefile"} <= set(names)
    found = []
    for name in names:
        text = (ROOT / name).read_bytes().decode("utf-8", errors="replace")
        found += [f"{name}: {match[0]}" for match in INDEX.finditer(text)]
    assert found == []


@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_every_install_compares_hashes_or_brings_nothing_along(installer: str) -> None:
    """As make would run it from a bare checkout: nothing is run here."""
    told = subprocess.run(
        ["make", "--dry-run", "--always-make", ".venv/.stamps/dev", ".venv/.stamps/foreign"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.replace("\\\n", " ")  # fmt: skip
    told = re.sub(r'echo "[^"]*"', "", told)
    calls = [call for call in re.findall(r"[^|;{]*pip install[^|;}]*", told) if is_by(installer, call)]
    assert len(calls) >= 4
    for call in calls:
        assert "--no-deps" in call, call
        if "--editable" in call:
            assert "--no-build-isolation" in call, call
            assert "-r " not in call, call
        else:
            assert "--require-hashes" in call, call
            assert "--only-binary :all:" in call, call
            assert "--no-binary" not in call or "--no-build-isolation" in call, call


def is_by(installer: str, call: str) -> bool:
    return ("/uv pip install" in call) is (installer == "uv")


@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_a_file_with_another_hash_is_not_installed(installer: str, tmp_path: Path) -> None:
    """With the Makefile's own options; the one difference is where the file comes from: a folder."""
    if installer == "uv" and not (BIN / "uv").exists():
        pytest.skip("uv could not be had when this was installed: pip's turn is the other test")
    digest = hashlib.sha256(wheel(tmp_path).read_bytes()).hexdigest()
    for given, installed in ((digest, True), (digest[::-1], False), ("", False)):
        requirement = f"tiny==1.0 --hash=sha256:{given}" if given else "tiny==1.0"
        (tmp_path / "requirements.txt").write_text(requirement + "\n")
        target = tmp_path / f"for-{given or 'none'}"
        done = subprocess.run(
            [
                *([BIN / "uv", "pip"] if installer == "uv" else [BIN / "python", "-m", "pip"]), "install",
                *hashed_options(), "--no-index", FIND, tmp_path, "--target", target,
                "-r", tmp_path / "requirements.txt",
            ],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode == 0) is installed, done.stderr
        assert (target / "tiny.py").exists() is installed


def hashed_options() -> list[str]:
    """What ``$(HASHED)`` is in the Makefile."""
    asked = ["make", "--no-print-directory", "--eval=hashed: ; @echo '$(HASHED)'", "hashed"]
    return shlex.split(subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout)


def wheel(folder: Path) -> Path:
    """A package of one empty module."""
    path = folder / "tiny-1.0-py3-none-any.whl"
    content = {
        "tiny.py": "",
        "tiny-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
        "tiny-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "tiny-1.0.dist-info/RECORD": "tiny.py,,\n",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in content.items():
            archive.writestr(name, text)
    return path


def test_what_is_built_here_is_built_with_the_hashed_backend() -> None:
    """Sources only where there is no wheel, and setuptools of a version that pyproject.toml accepts."""
    built = re.findall(r"^SOURCE_ONLY := (.*)$", makefile(), re.MULTILINE)[0].split()
    assert set(built) <= {*pins("requirements.txt"), *pins("requirements-foreign.txt")}
    assert set(pins("requirements-build.txt")) == {"setuptools"}
    least = re.findall(r'"setuptools>=(\d+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))[0]
    (ours,) = pins("requirements-build.txt")["setuptools"]
    assert int(ours.split(".")[0]) >= int(least)


def test_the_image_installs_as_the_makefile_does() -> None:
    recipe = (ROOT / "include" / "docker" / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    calls = re.findall(r"pip install[^&\n]*", recipe)
    assert len(calls) == 3
    assert all("--no-deps" in call for call in calls)
    assert ["--require-hashes" in call or "--editable ." in call for call in calls] == [True] * 3
    sources = set(re.findall(r"--no-binary (\S+)", recipe))
    assert sources == set(re.findall(r"^SOURCE_ONLY := (.*)$", makefile(), re.MULTILINE)[0].split()) & set(
        pins("requirements.txt")
    )


def test_lock_writes_every_file_with_hashes_and_no_address() -> None:
    told = subprocess.run(
        ["make", "--dry-run", "lock"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.replace("\\\n", " ")
    for option in ("--generate-hashes", "--universal", "--python-version 3.11"):
        assert option in told, option
    assert "emit" not in told
    for name in LOCKED:
        assert name.removesuffix(".txt") in told, name
        assert (ROOT / name).with_suffix(".in").exists(), name
