"""Encrypts evidence that holds secrets, with Airflow's Fernet key."""

from __future__ import annotations

from airflow.sdk import conf
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from srx_issu.domain.errors import RequestRefused


def seal(content: bytes) -> bytes:
    """Fernet token of ``content``. Raises RequestRefused when Airflow has no Fernet key."""
    return _fernet().encrypt(content)


def unseal(token: bytes) -> bytes:
    """The content again, also after the key was rotated. Raises RequestRefused with a foreign key."""
    try:
        return _fernet().decrypt(token)
    except InvalidToken as error:
        raise RequestRefused("sealed with another Fernet key than AIRFLOW__CORE__FERNET_KEY") from error


def _fernet() -> MultiFernet:
    keys = [key for key in conf.get("core", "fernet_key", fallback="").split(",") if key.strip()]
    if not keys:
        raise RequestRefused(
            "Airflow has no Fernet key (AIRFLOW__CORE__FERNET_KEY): configurations hold secrets and are "
            "not kept unencrypted; set a key and clear the task"
        )
    return MultiFernet([Fernet(key.strip().encode()) for key in keys])
