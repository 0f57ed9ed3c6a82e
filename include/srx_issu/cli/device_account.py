"""The account with which this machine logs in to the nodes: from options, or from the cluster's connection.

``AIRFLOW_CONN_<connection id>`` is read as Airflow reads it (JSON), so that one environment serves both.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from srx_issu.adapters.devices.credentials import Credentials
from srx_issu.domain.cluster.model import Cluster
from srx_issu.domain.errors import RequestRefused


@dataclass(frozen=True, kw_only=True)
class AccountOptions:
    """What was given on the command line; None: nothing."""

    login: str | None = None
    password_file: Path | None = None
    key_file: Path | None = None
    known_hosts: Path | None = None


def account_of(cluster: Cluster, options: AccountOptions) -> Credentials:
    """Raises RequestRefused, naming what is missing and where to put it."""
    variable = f"AIRFLOW_CONN_{cluster.connection_id.upper()}"
    connection = _connection(variable)
    extra = connection.get("extra") or {}
    extra = json.loads(extra) if isinstance(extra, str) else extra
    username = options.login or connection.get("login")
    if not username:
        raise RequestRefused(
            f"no account for {cluster.name}: give --login with --key or --password-file, or set {variable} "
            "(docs/getting-started.md)"
        )
    known_hosts = _known_hosts(options.known_hosts or extra.get("known_hosts"))
    if known_hosts is None:
        raise RequestRefused(
            f"no known host keys for {cluster.name}: give --known-hosts with the nodes' keys (ssh-keyscan -p "
            f"{cluster.node0.port} {cluster.node0.host}, checked against the console)"
        )
    if options.key_file:
        _text(options.key_file)  # a name mistyped here would come back as a hundred refused logins
    key_file = str(options.key_file) if options.key_file else extra.get("key_file")
    password = _password(options.password_file) or connection.get("password")
    if not (password or key_file or extra.get("private_key")):
        raise RequestRefused(f"no key and no password for {username}: give --key or --password-file")
    return Credentials(
        username=str(username),
        password=password,
        private_key=None if options.key_file else extra.get("private_key"),
        private_key_file=key_file,
        passphrase=extra.get("private_key_passphrase"),
        known_hosts=known_hosts,
        source=_source(options, variable),
        known_hosts_source=(
            f"{options.known_hosts} (--known-hosts)"
            if options.known_hosts
            else f"the known_hosts of {variable}"
        ),
    )


def _source(options: AccountOptions, variable: str) -> str:
    """Where login, key and password were taken from: ``--login and --key``."""
    given = (
        "--login" if options.login else variable,
        "--key" if options.key_file else None,
        "--password-file" if options.password_file else None,
        None if options.key_file or options.password_file else variable,
    )
    return " and ".join(dict.fromkeys(filter(None, given)))


def _connection(variable: str) -> dict[str, Any]:
    text = os.environ.get(variable)
    if not text:
        return {}
    try:
        found = json.loads(text)
    except ValueError as error:
        raise RequestRefused(f"{variable} is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise RequestRefused(f"{variable} is not a JSON object")
    return found


def _password(file: Path | None) -> str | None:
    return None if file is None else _text(file).strip()


def _known_hosts(given: Path | str | None) -> str | None:
    """The text, or the content of the file; a line with two spaces is text."""
    if given is None or (isinstance(given, str) and not given.strip()):
        return None
    if isinstance(given, str) and any(len(line.split()) >= 3 for line in given.splitlines()):
        return given
    return _text(Path(given).expanduser())


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RequestRefused(f"{file} cannot be read: {error}") from error
