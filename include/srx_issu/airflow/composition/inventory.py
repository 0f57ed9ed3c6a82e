"""The operator's catalogue with the clusters that stand in NetBox, where an inventory file says so.

NetBox is read when a campaign is planned or an upgrade is claimed, never while DAGs are parsed. Each reading
is kept beside the audits: all workers see the same one, and it can be shown what an upgrade went by.

    younger than fresh_for_s       it is used again
    older                          NetBox is read anew
    NetBox does not answer         the newest kept one, up to usable_for_s; then nothing starts
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from srx_issu import catalog
from srx_issu.adapters.clock import SystemClock
from srx_issu.airflow.composition.stores import open_stores
from srx_issu.catalog.inventory.netbox import NetboxEntry, NetboxReading
from srx_issu.domain.errors import RequestRefused
from srx_issu.ports import codec
from srx_issu.ports.audit import Audits
from srx_issu.ports.clock import Clock

KEPT = "netbox.json"
_log = logging.getLogger(__name__)
Read = Callable[[NetboxEntry], NetboxReading]


def load_catalog(files: Path | None = None) -> catalog.Catalog:
    """Raises OperatorFileError with every fault of files and records, or RequestRefused without a reading."""
    files = files or catalog.files_folder()
    entry = catalog.netbox_entry(files)
    if entry is None:
        return catalog.load(files)
    return catalog.load(files, newest_reading(entry, open_stores().audits, read_now, SystemClock()))


def newest_reading(entry: NetboxEntry, audits: Audits, read: Read, clock: Clock) -> NetboxReading:
    """A kept reading that is young enough, or a new one, which is then kept."""
    kept, now = _kept(entry, audits), clock.now()
    if kept is not None and now - kept.read_at < timedelta(seconds=entry.fresh_for_s):
        return kept
    try:
        reading = read(entry)
    except RequestRefused as refused:
        if kept is None:
            raise RequestRefused(f"{refused}; no earlier reading is kept, so nothing starts") from refused
        age = now - kept.read_at
        if age > timedelta(seconds=entry.usable_for_s):
            raise RequestRefused(
                f"{refused}; the newest reading is of {kept.read_at:%Y-%m-%d %H:%M} UTC, older than "
                f"usable_for_s ({entry.usable_for_s:.0f} s), so nothing starts"
            ) from refused
        _log.warning("%s; the reading of %s is used", refused, kept.read_at.isoformat(timespec="seconds"))
        return kept
    _keep(reading, audits)
    _log.info("read %d virtual chassis from NetBox at %s", len(reading.chassis), reading.source)
    return reading


def read_now(entry: NetboxEntry) -> NetboxReading:
    """Asks NetBox with the account of the Airflow connection. Raises RequestRefused."""
    from airflow.sdk import Connection  # noqa: PLC0415 - Airflow's connections only exist in its processes

    from srx_issu.adapters.netbox.reading import read_netbox  # noqa: PLC0415 - pynetbox is seldom needed

    try:
        connection = Connection.get(entry.connection_id)
    except Exception as error:
        raise RequestRefused(
            f"connection {entry.connection_id} cannot be used ({error}); make one with NetBox's URL as host "
            "and an API token as password"
        ) from error
    url = _url(connection.host, connection.schema, connection.port)
    if not url or not connection.password:
        raise RequestRefused(
            f"connection {entry.connection_id} has no {'password (API token)' if url else 'host (URL)'}"
        )
    extra = connection.extra_dejson
    verify = extra.get("ca_file") or str(extra.get("verify", True)).lower() != "false"
    if verify is False:
        _log.warning("connection %s: NetBox's certificate is not verified", entry.connection_id)
    return read_netbox(url, connection.password, entry, SystemClock().now, verify=verify)


def _url(host: str | None, schema: str | None, port: int | None) -> str | None:
    """Airflow's connections have the URL in parts, or as a whole in the host."""
    if not host:
        return None
    url = host.rstrip("/") if "://" in host else f"{schema or 'https'}://{host}"
    return f"{url}:{port}" if port else url


def _kept(entry: NetboxEntry, audits: Audits) -> NetboxReading | None:
    """The newest reading with the same filters: another fleet's is none."""
    found = audits.newest(KEPT)
    if not found:
        return None
    reading = codec.loads(NetboxReading, audits.read(found[0]))
    wanted = {key: (value,) if isinstance(value, str) else value for key, value in entry.filters.items()}
    return reading if reading.filters == wanted else None


def _keep(reading: NetboxReading, audits: Audits) -> None:
    audit_id = f"inventory__{_stamp(reading.read_at)}"
    audits.open_audit(audit_id, reading.read_at)
    audits.write(audit_id, KEPT, codec.dumps(reading))


def _stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H%M%S.%fZ}"
