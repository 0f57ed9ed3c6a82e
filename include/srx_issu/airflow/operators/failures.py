"""Where our errors become Airflow's: what may pass is tried again, everything else fails for good."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from airflow.sdk.exceptions import AirflowException, AirflowFailException

from srx_issu.domain.errors import (
    CommandRefused,
    CopyDiffers,
    DeviceError,
    HostKeyRejected,
    JournalError,
    PermitExpired,
    SrxIssuError,
)

_FINAL_DEVICE_ERRORS = (CommandRefused, CopyDiffers, HostKeyRejected)  # asking again gets the same answer


def may_pass(error: Exception) -> bool:
    """Whether another try may get another answer."""
    if isinstance(error, DeviceError):
        return not isinstance(error, _FINAL_DEVICE_ERRORS)
    return isinstance(error, JournalError | PermitExpired)


def airflow_failure(error: Exception) -> AirflowException:
    """As a task raises it."""
    return AirflowException(str(error)) if may_pass(error) else AirflowFailException(str(error))


@contextmanager
def as_airflow_failure() -> Iterator[None]:
    """None of our errors leaves the block."""
    try:
        yield
    except SrxIssuError as error:
        raise airflow_failure(error) from error
