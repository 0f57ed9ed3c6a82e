"""Saved configurations: sealed by who cannot open them, opened where the private key is, in every version."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from srx_issu.adapters.sealed_box import NotOpened, key_id, new_private_key, open_with, public_key_of, seal_to
from srx_issu.airflow.composition.seal import PRIVATE_KEY, PUBLIC_KEY, seal
from srx_issu.airflow.composition.seal import unseal as unseal_in_airflow
from srx_issu.domain.errors import RequestRefused
from srx_issu.stack.production import secrets
from srx_issu.stack.production.__main__ import main
from srx_issu.stack.production.unsealing import UnsealKeys, find_keys, unseal
from tests.places import ROOT

CONFIGURATION = b'set system root-authentication encrypted-password "$6$labsalt$..."\n'
PRIVATE = new_private_key()
PUBLIC = public_key_of(PRIVATE)
FERNET_VARIABLE = "AIRFLOW__CORE__FERNET_KEY"


@given(st.binary(max_size=4096))
def test_what_is_sealed_to_a_public_key_opens_with_the_private_one(content: bytes) -> None:
    assert open_with([new_private_key(), PRIVATE], seal_to(PUBLIC, content)) == content


def test_the_same_content_is_never_sealed_alike_and_shows_nothing() -> None:
    first, second = seal_to(PUBLIC, CONFIGURATION), seal_to(PUBLIC, CONFIGURATION)
    assert first != second
    assert b"labsalt" not in first
    assert first.isascii()


def test_the_public_key_opens_nothing() -> None:
    with pytest.raises(NotOpened, match=key_id(PUBLIC)):
        open_with([PUBLIC], seal_to(PUBLIC, CONFIGURATION))


def test_a_change_anywhere_is_noticed() -> None:
    sealed = seal_to(PUBLIC, CONFIGURATION)
    for place in range(0, len(sealed), 7):
        other = b"A" if sealed[place : place + 1] != b"A" else b"B"
        changed = sealed[:place] + other + sealed[place + 1 :]
        with pytest.raises(NotOpened):
            open_with([PRIVATE], changed)
    with pytest.raises(NotOpened, match="cut"):
        open_with([PRIVATE], sealed[:-8])


@pytest.mark.parametrize("key", ["", "no key", "c2hvcnQ=", pytest.param(PUBLIC + "AAAA", id="too long")])
def test_what_is_not_a_key_is_refused_and_not_shown(key: str) -> None:
    with pytest.raises(NotOpened, match="not a sealing key") as refused:
        seal_to(key, b"")
    assert not key or key not in str(refused.value)


def test_a_worker_seals_with_the_public_key_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PUBLIC_KEY, PUBLIC)
    monkeypatch.setenv(FERNET_VARIABLE, "")
    sealed = seal(CONFIGURATION)
    assert open_with([PRIVATE], sealed) == CONFIGURATION
    with pytest.raises(RequestRefused, match=PRIVATE_KEY):
        unseal_in_airflow(sealed)
    monkeypatch.setenv(PRIVATE_KEY, f"{new_private_key()},{PRIVATE}")
    assert unseal_in_airflow(sealed) == CONFIGURATION


def test_without_a_public_key_airflows_key_seals_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    key = Fernet.generate_key().decode()
    monkeypatch.delenv(PUBLIC_KEY, raising=False)
    monkeypatch.setenv(FERNET_VARIABLE, key)
    sealed = seal(CONFIGURATION)
    assert Fernet(key).decrypt(sealed) == CONFIGURATION
    monkeypatch.setenv(PUBLIC_KEY, PUBLIC)
    assert unseal_in_airflow(sealed) == CONFIGURATION, "older files open after the change"


def test_without_any_key_nothing_is_kept_in_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PUBLIC_KEY, raising=False)
    monkeypatch.setenv(FERNET_VARIABLE, "")
    with pytest.raises(RequestRefused, match="not kept unencrypted"):
        seal(CONFIGURATION)
    monkeypatch.setenv(PUBLIC_KEY, "nonsense")
    with pytest.raises(RequestRefused, match=f"{PUBLIC_KEY}: not a sealing key"):
        seal(CONFIGURATION)


def deployment(folder: Path) -> dict[str, str]:
    """``.env`` and ``unseal.key`` as ``secrets`` makes them; what is in the first."""
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    secrets.write(folder / ".env", example)
    return secrets.read(folder / ".env")


@pytest.mark.parametrize("age", ["today", "before public keys", "before the last change of the Fernet key"])
def test_the_command_opens_files_of_every_age(
    age: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    made = deployment(tmp_path)
    if age == "today":
        sealed = seal_to(made[secrets.SEAL_PUBLIC_KEY], CONFIGURATION)
    else:
        sealed = Fernet(made[secrets.FERNET_KEY]).encrypt(CONFIGURATION)
    if age == "before the last change of the Fernet key":
        newer = f"{Fernet.generate_key().decode()},{made[secrets.FERNET_KEY]}"
        text = (tmp_path / ".env").read_text().replace(made[secrets.FERNET_KEY], newer)
        (tmp_path / ".env").write_text(text)
    file = tmp_path / "configuration-node0.set.sealed"
    file.write_bytes(sealed)
    monkeypatch.setattr("sys.argv", ["production", "unseal", str(file), "--folder", str(tmp_path)])
    assert main() == 0
    assert capfdbinary.readouterr().out == CONFIGURATION


def test_the_embedded_defaults_keys_are_found(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    fernet = Fernet.generate_key().decode()
    file.write_text(json.dumps({"fernet_key": fernet, "seal_private_key": PRIVATE}))
    keys = find_keys(tmp_path / ".env", tmp_path / "unseal.key", file)
    assert unseal(seal_to(PUBLIC, CONFIGURATION), keys) == CONFIGURATION
    assert unseal(Fernet(fernet).encrypt(CONFIGURATION), keys) == CONFIGURATION
    assert PRIVATE not in repr(keys)
    assert fernet not in repr(keys)


def test_says_which_key_is_missing() -> None:
    with pytest.raises(NotOpened, match=f"the id {key_id(PUBLIC)}"):
        unseal(seal_to(PUBLIC, CONFIGURATION), UnsealKeys(private_keys=(new_private_key(),)))
    token = Fernet(Fernet.generate_key()).encrypt(CONFIGURATION)
    with pytest.raises(NotOpened, match="none was found"):
        unseal(token, UnsealKeys())
    with pytest.raises(NotOpened, match="older FERNET_KEY"):
        unseal(token, UnsealKeys(fernet_keys=(Fernet.generate_key().decode(),)))
