"""The stack's folder: secrets, what is remembered, who holds it."""

from __future__ import annotations

import json
import os
import socket
import stat
from pathlib import Path

import pytest

from srx_issu.stack.embedded.secrets import load_or_create, passwords
from srx_issu.stack.processes import ports, running
from srx_issu.stack.processes.home import Home
from srx_issu.stack.processes.ports import LOOPBACK, free_port


def test_only_the_owner_can_read_secrets_and_passwords(home: Home) -> None:
    load_or_create(home)
    for file in (home.secrets_file, home.users_file):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.root.stat().st_mode) == 0o700


def test_secrets_are_made_once(home: Home) -> None:
    first, new = load_or_create(home)
    again, new_again = load_or_create(home)
    assert (new, new_again) == (True, False)
    assert first == again


def test_the_journals_key_is_made_once_and_closed_to_others(home: Home) -> None:
    load_or_create(home)
    made = home.journal_key_file.read_bytes()
    load_or_create(home)
    assert home.journal_key_file.read_bytes() == made
    assert home.journal_key_file.stat().st_mode & 0o777 == 0o600


def test_secrets_are_long_enough_and_do_not_show(home: Home) -> None:
    secrets, _ = load_or_create(home)
    assert len(secrets.jwt_secret.encode()) >= 64
    assert secrets.fernet_key not in repr(secrets)


def test_every_role_has_a_password_of_its_own(home: Home) -> None:
    load_or_create(home)
    found = passwords(home)
    assert set(found) == {"admin", "operator", "approver", "viewer"}
    assert len(set(found.values())) == len(found)


def test_home_is_where_the_variable_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SRX_ISSU_HOME", str(tmp_path))
    assert Home.default().root == tmp_path


def test_remembers_between_runs_and_survives_a_broken_note(home: Home) -> None:
    home.remember(port="1234")
    home.remember(schema="x")
    assert home.remembered() == {"port": "1234", "schema": "x"}
    home.remembered_file.write_text("{")
    assert home.remembered() == {}


def test_a_second_stack_is_refused_in_the_same_folder_and_told_where_the_first_is(home: Home) -> None:
    with running.locked(home):
        running.write(home, running.Running(pid=os.getpid(), url="http://127.0.0.1:1", sessions={}))
        with pytest.raises(running.AlreadyRunning, match=r"http://127\.0\.0\.1:1 "), running.locked(home):
            pass
        assert running.read(home) is not None


def test_nothing_runs_once_the_lock_is_free_even_if_a_note_was_left(home: Home) -> None:
    with running.locked(home):
        pass
    running.write(home, running.Running(pid=os.getpid(), url="http://127.0.0.1:1", sessions={}))
    assert running.read(home) is None


def test_a_starting_stack_waits_for_one_that_is_being_cleaned_up(home: Home) -> None:
    refused = pytest.raises(running.AlreadyRunning, match="starting or ending")
    with running.locked(home), refused, running.locked(home, wait_s=0.0):
        pass


def test_keeps_its_port_while_it_is_free() -> None:
    port = free_port()
    assert free_port(port) == port


@pytest.fixture
def local_port_range(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """What the kernel says of the ports it gives to connections."""
    told = tmp_path / "ip_local_port_range"
    monkeypatch.setattr(ports, "_RANGE", told)
    return told


def test_gives_no_port_that_a_connection_may_get_before_the_server_listens(local_port_range: Path) -> None:
    local_port_range.write_text("11000\t60999\n")
    given = [free_port() for _ in range(200)]
    assert len(set(given)) == 200
    assert all(ports.LOWEST <= port < 11000 for port in given)


def test_takes_what_the_kernel_gives_where_connections_get_every_port(local_port_range: Path) -> None:
    local_port_range.write_text("1024\t65535\n")
    assert free_port() > 0


def test_takes_another_port_when_the_wanted_one_is_taken() -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        assert free_port(port) != port


def test_a_stack_of_an_older_version_keeps_its_keys_and_gets_what_is_new(home: Home) -> None:
    first, _ = load_or_create(home)
    older = json.loads(home.secrets_file.read_text())
    del older["seal_private_key"]
    home.secrets_file.write_text(json.dumps(older))
    again, _ = load_or_create(home)
    assert (again.fernet_key, again.jwt_secret) == (first.fernet_key, first.jwt_secret)
    assert again.seal_private_key
    assert load_or_create(home)[0] == again
    assert stat.S_IMODE(home.secrets_file.stat().st_mode) == 0o600
