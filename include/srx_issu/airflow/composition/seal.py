"""Seals evidence that holds secrets, to the deployment's public key: a worker cannot open what it sealed.

The private key is in no service. Where no public key is set, Airflow's Fernet key seals, as it did before
there were public keys. ``python -m srx_issu.stack.production unseal`` opens both kinds, without Airflow.
"""

from __future__ import annotations

import os

from airflow.sdk import conf
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from srx_issu.adapters.sealed_box import NotOpened, is_sealed_box, open_with, seal_to
from srx_issu.domain.errors import RequestRefused

PUBLIC_KEY = "SRX_ISSU_SEAL_PUBLIC_KEY"
PRIVATE_KEY = "SRX_ISSU_UNSEAL_KEY"  # set by a person, for the moment; several with commas


def seal(content: bytes) -> bytes:
    """``content`` encrypted. Raises RequestRefused when there is no key to seal with, or it is not one."""
    public_key = os.environ.get(PUBLIC_KEY, "")
    if not public_key:
        return _fernet().encrypt(content)
    try:
        return seal_to(public_key, content)
    except NotOpened as error:
        raise RequestRefused(f"{PUBLIC_KEY}: {error}; correct it and clear the task") from error


def unseal(token: bytes) -> bytes:
    """The content again, also after a key was rotated. Raises RequestRefused without the right key."""
    if is_sealed_box(token):
        keys = [key for key in os.environ.get(PRIVATE_KEY, "").split(",") if key.strip()]
        try:
            return open_with(keys, token)
        except NotOpened as error:
            raise RequestRefused(f"{error}; {PRIVATE_KEY} takes private keys") from error
    try:
        return _fernet().decrypt(token)
    except InvalidToken as error:
        raise RequestRefused("sealed with another Fernet key than AIRFLOW__CORE__FERNET_KEY") from error


def _fernet() -> MultiFernet:
    """The first key seals, each opens."""
    keys = [key for key in conf.get("core", "fernet_key", fallback="").split(",") if key.strip()]
    if not keys:
        raise RequestRefused(
            f"there is neither {PUBLIC_KEY} nor a Fernet key of Airflow's (AIRFLOW__CORE__FERNET_KEY): "
            "configurations hold secrets and are not kept unencrypted; set the first and clear the task"
        )
    return MultiFernet([Fernet(key.strip().encode()) for key in keys])
