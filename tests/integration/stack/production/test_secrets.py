"""Keys and passwords of a deployment: made once, private, and never the example's."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from srx_issu.adapters.sealed_box import public_key_of
from srx_issu.stack.production import secrets
from srx_issu.stack.production.__main__ import make_secrets
from srx_issu.stack.production.journal_key import public_pem
from srx_issu.stack.production.preparing import refuse_examples
from tests.places import ROOT

EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")


def test_the_examples_own_values_are_all_refused() -> None:
    values = dict(line.split("=", 1) for line in EXAMPLE.splitlines() if line and not line.startswith("#"))
    assert secrets.faults(values) == tuple(f"{name} is the value of .env.example" for name in secrets.NAMES)


def test_init_refuses_the_example_before_it_touches_anything() -> None:
    with pytest.raises(secrets.SecretsRefused) as refused:
        refuse_examples(
            {"POSTGRES_URL": "postgresql://postgres:example-postgres-password@postgres:5432/postgres"}
        )
    assert "POSTGRES_PASSWORD is the value of .env.example" in str(refused.value)
    assert "FERNET_KEY is not set" in str(refused.value)
    assert "nothing was started" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("JWT_SECRET", "x" * 63, "shorter than 64 bytes"),
        ("FERNET_KEY", "bm90LWEta2V5", "is not a Fernet key"),
        ("FERNET_KEY", "not base64 at all!", "is not a Fernet key"),
        ("REDIS_PASSWORD", "p@ss:word/with?url#parts", "stands in a URL"),
        ("SEAL_PUBLIC_KEY", "bm90LWEta2V5", "not a sealing key"),
        ("ADMIN_PASSWORD", "hunter2", "shorter than 16 bytes"),
        ("JOURNAL_KEY", "bm90LWEta2V5", "is not the journal's private key"),
        ("JOURNAL_KEY", "kein Schlüssel", "is not the journal's private key"),
    ],
)
def test_a_weak_or_unfit_secret_is_named_but_not_shown(name: str, value: str, fault: str) -> None:
    (said,) = secrets.faults({**secrets.new(), name: value})
    assert fault in said
    assert value not in said


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ('AUDIT_SCHEDULE="0 3 * * *"', "0 3 * * *"),
        ("AUDIT_SCHEDULE='0 3 * * *' # UTC", "0 3 * * *"),
        ("AUDIT_SCHEDULE=0 3 * * *  # UTC", "0 3 * * *"),
        ("AUDIT_SCHEDULE = none", "none"),
        ("AUDIT_SCHEDULE=", ""),
        ("JOURNAL_PASSWORD=a#b", "a#b"),
        ('JOURNAL_PASSWORD="a # b"', "a # b"),
    ],
)
def test_quotes_and_comments_are_read_as_docker_compose_reads_them(
    tmp_path: Path, line: str, value: str
) -> None:
    (tmp_path / ".env").write_text(f"# a comment\n\n{line}\n")
    assert list(secrets.read(tmp_path / ".env").values()) == [value]


def test_writes_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    secrets.write(path, EXAMPLE)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert secrets.EXAMPLE not in path.read_text().split("# -- secrets", 1)[1]
    assert secrets.faults(secrets.read(path)) == ()
    Fernet(secrets.read(path)["FERNET_KEY"])


def test_never_overwrites_keys_that_may_be_in_use(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("FERNET_KEY=precious\n")
    with pytest.raises(secrets.SecretsRefused, match="is there already"):
        secrets.write(path, EXAMPLE)
    assert path.read_text() == "FERNET_KEY=precious\n"


def test_an_example_that_forgets_a_secret_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(secrets.SecretsRefused, match="REDIS_PASSWORD"):
        secrets.write(tmp_path / ".env", EXAMPLE.replace("REDIS_PASSWORD=", "REDDIS_PASSWORD="))
    assert not (tmp_path / ".env").exists()


def test_the_private_sealing_key_is_in_a_file_of_its_own(tmp_path: Path) -> None:
    """Compose reads .env: what is not in it can be given to no service."""
    secrets.write(tmp_path / ".env", EXAMPLE)
    unseal = tmp_path / secrets.UNSEAL_FILE
    assert stat.S_IMODE(unseal.stat().st_mode) == 0o600
    (private_key,) = [line for line in unseal.read_text().splitlines() if not line.startswith("#")]
    made = secrets.read(tmp_path / ".env")
    assert public_key_of(private_key) == made[secrets.SEAL_PUBLIC_KEY]
    assert private_key not in (tmp_path / ".env").read_text()
    assert f"/{secrets.UNSEAL_FILE}\n" in (ROOT / ".gitignore").read_text()


def test_a_private_key_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    unseal = tmp_path / secrets.UNSEAL_FILE
    unseal.write_text("precious\n")
    with pytest.raises(secrets.SecretsRefused, match=r"unseal\.key is there already"):
        secrets.write(tmp_path / ".env", EXAMPLE)
    assert unseal.read_text() == "precious\n"
    assert not (tmp_path / ".env").exists()


def test_what_a_new_version_needs_is_added_and_nothing_is_changed(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    new = (
        secrets.SEAL_PUBLIC_KEY, "CELERY_RESULTS_PASSWORD", "JOURNAL_READER_PASSWORD", secrets.JOURNAL_KEY,
    )  # fmt: skip
    secrets.write(path, EXAMPLE)
    (tmp_path / secrets.UNSEAL_FILE).unlink()
    (tmp_path / secrets.JOURNAL_PUBLIC_FILE).unlink()
    kept = [line for line in path.read_text().splitlines() if not line.startswith(new)]
    path.write_text("\n".join(kept) + "\n")
    assert set(secrets.add_missing(path)) == set(new)
    assert path.read_text().splitlines()[: len(kept)] == kept
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert secrets.faults(secrets.read(path)) == ()
    private_key = (tmp_path / secrets.UNSEAL_FILE).read_text().splitlines()[-1]
    assert public_key_of(private_key) == secrets.read(path)[secrets.SEAL_PUBLIC_KEY]
    assert (
        public_pem(secrets.read(path)[secrets.JOURNAL_KEY])
        == (tmp_path / secrets.JOURNAL_PUBLIC_FILE).read_text()
    )
    before = path.read_text()
    assert secrets.add_missing(path) == ()
    assert path.read_text() == before


def test_a_private_key_that_is_there_is_used_for_a_new_env(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    secrets.write(path, EXAMPLE)
    first = secrets.read(path)[secrets.SEAL_PUBLIC_KEY]
    path.write_text(path.read_text().replace(f"{secrets.SEAL_PUBLIC_KEY}={first}", ""))
    assert secrets.add_missing(path) == (secrets.SEAL_PUBLIC_KEY,)
    assert secrets.read(path)[secrets.SEAL_PUBLIC_KEY] == first


def test_two_fernet_keys_are_taken_while_one_is_replaced() -> None:
    made = secrets.new()
    both = f"{secrets.new()['FERNET_KEY']},{made['FERNET_KEY']}"
    assert secrets.faults({**made, "FERNET_KEY": both}) == ()


def test_folder_without_an_example_is_told_and_stays_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(secrets.SecretsRefused, match=r"\.env\.example: No such file.*--folder"):
        make_secrets(tmp_path, add_missing=False)
    assert list(tmp_path.iterdir()) == []
