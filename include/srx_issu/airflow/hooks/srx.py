"""The Airflow connection type ``srx``: one account for the nodes of a site or fleet.

Addresses are the inventory's; the connection holds user name, password or key, and the known host keys.
Extra fields are those of Airflow's ``ssh`` connections.
"""

from __future__ import annotations

import logging
from pathlib import Path

from airflow.sdk import BaseHook, Connection

from srx_issu.adapters.devices.credentials import Credentials
from srx_issu.domain.errors import ConnectionUnusable

_log = logging.getLogger(__name__)


class SrxHook(BaseHook):
    """Credentials from an Airflow connection."""

    conn_name_attr = "connection_id"
    default_conn_name = "srx_default"
    conn_type = "srx"
    hook_name = "Juniper SRX cluster"

    def __init__(self, connection_id: str = default_conn_name) -> None:
        super().__init__()
        self.connection_id = connection_id

    def credentials(self) -> Credentials:
        """Raises ConnectionUnusable, naming the connection, when it is missing or will not do."""
        try:
            connection = self.get_connection(self.connection_id)
        except Exception as error:  # whatever Airflow says of a connection that it cannot find or decrypt
            raise ConnectionUnusable(f"connection {self.connection_id} cannot be read: {error}") from error
        return credentials_of(connection)


def credentials_of(connection: Connection) -> Credentials:
    """What the connection says. Host keys are verified unless it says otherwise in so many words."""
    extra = connection.extra_dejson
    if not connection.login:
        raise ConnectionUnusable(f"connection {connection.conn_id}: no user name (Login)")
    verify = str(extra.get("no_host_key_check", False)).lower() != "true"
    if not verify:
        _log.warning(
            "connection %s: the nodes' host keys are not verified, because its field no_host_key_check says "
            "so: whoever answers at their addresses gets the password",
            connection.conn_id,
        )
    known_hosts = known_hosts_text(connection.conn_id, extra.get("known_hosts"))
    if verify and not known_hosts:
        raise ConnectionUnusable(
            f"connection {connection.conn_id}: no known host keys; put the nodes' keys "
            "('ssh-keyscan -p PORT HOST', checked against the console) into its field 'Known hosts'"
        )
    return Credentials(
        username=connection.login,
        password=connection.password,
        private_key=extra.get("private_key"),
        private_key_file=extra.get("key_file"),
        passphrase=extra.get("private_key_passphrase") or extra.get("passphrase"),
        known_hosts=known_hosts,
        verify_host_keys=verify,
        source=(source := f"the Airflow connection {connection.conn_id}"),
        known_hosts_source=f"the known_hosts of {source}",
    )


def known_hosts_text(connection_id: str, value: str | None) -> str | None:
    """The text itself, or the content of the file it names. A line with spaces is text."""
    if not value or not value.strip():
        return None
    if any(len(line.split()) >= 3 for line in value.splitlines()):
        return value
    path = Path(value.strip()).expanduser()
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConnectionUnusable(
            f"connection {connection_id}: known_hosts is neither text nor a readable file: {path} ({error})"
        ) from error
