"""The account of a cluster's nodes for a task of a running upgrade.

A connection that is gone or not complete is waited for: who edits it must not end an upgrade by that.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from airflow.sdk.exceptions import AirflowNotFoundException

from srx_issu.devices.credentials import Credentials
from srx_issu.domain.errors import RequestRefused
from srx_issu.hooks.srx import SrxHook

LOOK_EVERY_S = 10.0
SAY_EVERY_S = 60.0
_log = logging.getLogger(__name__)


def read_account(connection_id: str) -> Credentials:
    """Raises RequestRefused when there is no such connection or it cannot be used."""
    try:
        return SrxHook(connection_id).credentials()
    except AirflowNotFoundException as error:
        raise RequestRefused(f"connection {connection_id}: there is none of this name") from error


def wait_for_account(
    cluster: str,
    connection_id: str,
    log: Any = _log,
    *,
    keep: Callable[[], None] = lambda: None,
    read: Callable[[str], Credentials] = read_account,
    sleep: Callable[[float], None] = time.sleep,
) -> Credentials:
    """The account as soon as it can be used; says once a minute what is missing.

    ``keep`` is called before each further look: it keeps the leases, and what it raises ends the wait.
    """
    waited_s = 0.0
    while True:
        try:
            account = read(connection_id)
        except RequestRefused as refused:
            if waited_s % SAY_EVERY_S == 0:
                log.warning(
                    "%s: %s; put it right in Airflow (Admin, Connections): this task waits and then goes on",
                    cluster,
                    refused,
                )
        else:
            return account
        sleep(LOOK_EVERY_S)
        waited_s += LOOK_EVERY_S
        keep()
