"""What a kept session takes for a file's content, and what for the CLI's own words."""

from __future__ import annotations

import pytest

from srx_issu.adapters.devices.sessions import Printed
from srx_issu.adapters.devices.ssh import _is_refusal


def printed(out: str, *, status: int = 1, err: str = "") -> Printed:
    return Printed(out=out, err=err, status=status)


@pytest.mark.parametrize(
    "out",
    [
        "[Oct  6 12:30:16]: ISSU: Validating Image\nerror: validation failed\n",
        "error: [Oct  6 12:30:16]: Reboot secondary node failed (error-code: 4.1)\n",
        "error: ISSU Aborted! Backup node maybe in inconsistent state\n",
        "error: File does not exist: /var/tmp/x.tgz\n",
    ],
)
def test_a_file_that_speaks_of_an_error_is_shown_whatever_the_exit_status(out: str) -> None:
    assert not _is_refusal(printed(out))
    assert not _is_refusal(printed(out, status=0))


@pytest.mark.parametrize(
    "out",
    [
        "",
        "          ^\nsyntax error, expecting <command>.\n",
        "unknown command.\n",
        "error: could not resolve file: /var/tmp/x: No such file or directory\n\n{primary:node0}\n",
        "error: No space left on device\nerror: could not open pager\n",
        "permission denied\n",
    ],
)
def test_the_clis_own_words_are_no_file(out: str) -> None:
    assert _is_refusal(printed(out))


def test_words_beside_nothing_are_a_refusal() -> None:
    assert _is_refusal(printed("", status=0, err="permission denied"))
    assert not _is_refusal(printed("", status=0))
