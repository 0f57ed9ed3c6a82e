"""Images by digest: refused without, filled in from a registry, never half."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from srx_issu.stack.production import images, secrets
from srx_issu.stack.production.images import ImageName, ImagesRefused, image_name, refuse_unpinned
from srx_issu.stack.production.pinning import NotPinned, pin
from srx_issu.stack.production.preparing import initialise
from srx_issu.stack.production.registry import RegistryFailed, digest_of
from tests.integration.stack.production.registries import FakeRegistry, running

DIGEST = "sha256:" + "ab" * 32
PINNED = {
    "POSTGRES_IMAGE": f"postgres:18@{DIGEST}",
    "REDIS_IMAGE": f"redis:7.4-alpine@{DIGEST}",
    "SRX_ISSU_IMAGE": "srx-issu:0.1.0",
    "SRX_ISSU_BUILT_FROM": f"apache/airflow:3.3.2-python3.12@{DIGEST}",
}


@pytest.fixture
def registry() -> Iterator[FakeRegistry]:
    with running(FakeRegistry()) as started:
        yield started


@pytest.fixture
def env_file(tmp_path: Path, registry: FakeRegistry) -> Path:
    return written(tmp_path, registry.host)


def written(folder: Path, host: str) -> Path:
    path = folder / ".env"
    path.write_text(
        f"# kept\nFERNET_KEY=precious\nSRX_ISSU_IMAGE=srx-issu:0.1.0\nAIRFLOW_IMAGE={host}/apache/airflow:3\n"
        f"POSTGRES_IMAGE={host}/postgres:18\nREDIS_IMAGE={host}/redis:7@{DIGEST}\nPORT=8080\n"
    )
    return path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("postgres:18", ("docker.io", "library/postgres", "18", None)),
        ("apache/airflow", ("docker.io", "apache/airflow", "latest", None)),
        ("localhost/a:1", ("localhost", "a", "1", None)),
        ("127.0.0.1:5000/a/b:1", ("127.0.0.1:5000", "a/b", "1", None)),
        (f"ghcr.io/a/b:1@{DIGEST}", ("ghcr.io", "a/b", "1", DIGEST)),
    ],
)
def test_reads_names_as_docker_does(text: str, expected: tuple[str, str, str, str | None]) -> None:
    registry, repository, tag, digest = expected
    assert image_name(text) == ImageName(registry=registry, repository=repository, tag=tag, digest=digest)


@pytest.mark.parametrize(
    "text", ["", "a b", f"postgres:18@{DIGEST[:-1]}", "postgres@sha256:xyz", "x/../y:1", "A:1"]
)
def test_what_is_not_a_name_is_not_asked_for(text: str) -> None:
    with pytest.raises(ValueError, match="not an image's name"):
        image_name(text)
    assert not images.is_pinned(text)


def test_images_by_digest_are_taken() -> None:
    refuse_unpinned(PINNED)
    refuse_unpinned(
        {**PINNED, "SRX_ISSU_BUILT_FROM": "", "SRX_ISSU_IMAGE": f"registry.example/srx-issu@{DIGEST}"}
    )


@pytest.mark.parametrize("variable", ["POSTGRES_IMAGE", "REDIS_IMAGE", "SRX_ISSU_BUILT_FROM"])
@pytest.mark.parametrize("without", ["a:1", "", f"a:1@{DIGEST[:-2]}"])
def test_an_image_without_a_digest_is_refused(variable: str, without: str) -> None:
    with pytest.raises(ImagesRefused, match="make pin-images") as refused:
        refuse_unpinned({**PINNED, variable: without})
    assert without in str(refused.value)
    refuse_unpinned({**PINNED, variable: without, images.ALLOWANCE: "1"})


@pytest.mark.parametrize("allowance", ["", "0", "true", "yes"])
def test_only_the_one_word_allows_a_tag(allowance: str) -> None:
    with pytest.raises(ImagesRefused):
        refuse_unpinned({"SRX_ISSU_IMAGE": "srx-issu:0.1.0", images.ALLOWANCE: allowance})


def test_init_refuses_before_it_touches_a_database() -> None:
    made = secrets.new()
    environment = {
        **made, "POSTGRES_URL": "postgresql://nowhere.invalid/postgres",
        "AIRFLOW__CORE__FERNET_KEY": made["FERNET_KEY"],
        "AIRFLOW__API_AUTH__JWT_SECRET": made["JWT_SECRET"],
        "AIRFLOW__API__SECRET_KEY": made["API_SECRET_KEY"],
    }  # fmt: skip
    with pytest.raises(ImagesRefused, match="POSTGRES_IMAGE=postgres:18: no digest"):
        initialise({**environment, **PINNED, "POSTGRES_IMAGE": "postgres:18"}, lambda _: None)


@pytest.mark.parametrize("wants_token", [False, True])
def test_fills_in_what_the_registry_names(wants_token: bool, registry: FakeRegistry, env_file: Path) -> None:
    registry.wants_token = wants_token
    airflow, postgres = registry.add("apache/airflow:3"), registry.add("postgres:18")
    said: list[str] = []
    pin(env_file, said.append)
    assert env_file.read_text() == (
        "# kept\nFERNET_KEY=precious\nSRX_ISSU_IMAGE=srx-issu:0.1.0\n"
        f"AIRFLOW_IMAGE={registry.host}/apache/airflow:3@{airflow}\n"
        f"POSTGRES_IMAGE={registry.host}/postgres:18@{postgres}\n"
        f"REDIS_IMAGE={registry.host}/redis:7@{DIGEST}\nPORT=8080\n"
    )
    assert stat.S_IMODE(env_file.stat().st_mode) == 0o600
    assert any("SRX_ISSU_IMAGE: srx-issu:0.1.0 is of no registry" in line for line in said)
    assert any("has its digest already" in line for line in said)
    assert not any("redis" in path for path in registry.asked)
    assert ("/token" in registry.asked) is wants_token


def test_a_second_call_changes_nothing(registry: FakeRegistry, env_file: Path) -> None:
    registry.add("apache/airflow:3"), registry.add("postgres:18")
    pin(env_file, print)
    before = env_file.read_text()
    registry.manifests.clear()
    assert pin(env_file, print) == {}
    assert env_file.read_text() == before


def test_one_image_that_is_not_known_leaves_all_as_they_were(registry: FakeRegistry, env_file: Path) -> None:
    registry.add("postgres:18")
    before = env_file.read_text()
    with pytest.raises(NotPinned, match=r"apache/airflow:3: answered 404[\s\S]*was not changed"):
        pin(env_file, print)
    assert env_file.read_text() == before


def test_a_registry_that_is_not_there_leaves_all_as_they_were(tmp_path: Path) -> None:
    with running(FakeRegistry()) as gone:
        host = gone.host
    path = written(tmp_path, host)
    before = path.read_text()
    with pytest.raises(NotPinned, match=r"POSTGRES_IMAGE: .*cannot be reached"):
        pin(path, print)
    assert path.read_text() == before
    assert [each.name for each in tmp_path.iterdir()] == [".env"]


def test_a_digest_that_is_not_the_contents_is_not_used(registry: FakeRegistry) -> None:
    registry.add("postgres:18")
    registry.lies = True
    with pytest.raises(RegistryFailed, match="but what it sent is"):
        digest_of(image_name(f"{registry.host}/postgres:18"))


def test_an_env_without_images_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("FERNET_KEY=precious\n")
    with pytest.raises(NotPinned, match=r"POSTGRES_IMAGE: not set; copy its line from \.env\.example"):
        pin(path, print)
    assert path.read_text() == "FERNET_KEY=precious\n"
