"""Where Airflow is and who asks: options, else environment, else the embedded stack that runs here.

A password is never an option: the process list shows those to everybody on the machine.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from srx_issu.stack.embedded.secrets import passwords
from srx_issu.stack.processes import running
from srx_issu.stack.processes.home import Home, NotInARepository

URL, USER, PASSWORD, PASSWORD_FILE = (
    "SRX_ISSU_URL",
    "SRX_ISSU_USER",
    "SRX_ISSU_PASSWORD",
    "SRX_ISSU_PASSWORD_FILE",
)
EMBEDDED_USER = "operator"


class NoLogin(Exception):
    """It is not known where Airflow is, or who asks."""


@dataclass(frozen=True, kw_only=True)
class ApiLogin:
    """``password`` is asked only when it is needed, and not kept in the value's text."""

    url: str
    user: str
    password: Callable[[], str] = field(repr=False)

    @property
    def is_loopback(self) -> bool:
        host = urlsplit(self.url).hostname or ""
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"

    @property
    def is_readable_on_the_way(self) -> bool:
        """Plain HTTP to another machine: the password travels in clear text."""
        return urlsplit(self.url).scheme == "http" and not self.is_loopback


def find_login(
    *,
    url: str | None,
    user: str | None,
    password_file: Path | None,
    environment: Mapping[str, str] = os.environ,
    ask: Callable[[str], str],
) -> ApiLogin:
    """The login by these options. ``ask`` gets the user's name and returns the password. Raises NoLogin."""
    embedded = _embedded()
    url = url or environment.get(URL) or (embedded.url if embedded else None)
    if not url:
        raise NoLogin(f"which Airflow? Set {URL}, give --url, or start one here with 'make up'")
    ours = embedded is not None and url == embedded.url
    user = user or environment.get(USER) or (EMBEDDED_USER if ours else None)
    if not user:
        raise NoLogin(f"who asks? Set {USER} or give --user")
    file = password_file or _path(environment.get(PASSWORD_FILE))

    def password() -> str:
        if file:
            return _first_line(file)
        if environment.get(PASSWORD):
            return environment[PASSWORD]
        known = passwords(Home.default()) if ours else {}
        return known.get(user) or ask(user)

    return ApiLogin(url=url, user=user, password=password)


def _embedded() -> running.Running | None:
    try:
        return running.read(Home.default())
    except NotInARepository:
        return None


def _path(text: str | None) -> Path | None:
    return Path(text).expanduser() if text else None


def _first_line(file: Path) -> str:
    try:
        return file.read_text().splitlines()[0].strip()
    except (OSError, IndexError) as error:
        raise NoLogin(f"{file}: no password in its first line ({error})") from error
