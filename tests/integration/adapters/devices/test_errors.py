"""Every exception that a library of the wire can raise becomes one of ours."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import socket

import asyncssh
import paramiko
import pytest

from srx_issu.adapters.devices.errors import MAPPED, ours_for, translate, translate_errors
from srx_issu.domain.errors import (
    AuthenticationFailed,
    CommandRefused,
    DeviceError,
    DeviceTimeout,
    DeviceUnreachable,
    HostKeyRejected,
    SessionLost,
    TransferFailed,
)

LIBRARIES = ("jnpr.junos.exception", "ncclient", "paramiko", "asyncssh")
# Never on our way: Windows, libraries we do not install, tests and the insides of key formats.
NOT_OURS = {
    "paramiko._winapi",
    "paramiko.win_",
    "ncclient.transport.third_party",
    "ncclient.testing",
    "asyncssh.crypto",
    "asyncssh.asn1",
    "asyncssh.sk",
    "asyncssh.pkcs11",
}


def exceptions_of(library: str) -> set[str]:
    """Names of the exception classes that the library's own modules define."""
    found = set[str]()
    for name in [library, *_modules_below(library)]:
        if any(name.startswith(prefix) for prefix in NOT_OURS):
            continue
        try:
            module = importlib.import_module(name)
        except ImportError:  # an optional part whose library is not installed cannot raise anything
            continue
        found.update(
            f"{cls.__module__}.{cls.__qualname__}"
            for _, cls in inspect.getmembers(module, inspect.isclass)
            if issubclass(cls, Exception) and cls.__module__ == name
        )
    return found


def _modules_below(library: str) -> list[str]:
    package = importlib.import_module(library)
    paths = getattr(package, "__path__", None)
    return [m.name for m in pkgutil.walk_packages(paths, f"{library}.")] if paths else []


@pytest.mark.parametrize("library", LIBRARIES)
def test_no_exception_of_a_library_is_left_out(library: str) -> None:
    missing = sorted(exceptions_of(library) - MAPPED.keys())
    assert missing == [], "map these in adapters/devices/errors.py"


def test_every_mapped_name_exists() -> None:
    for name in MAPPED:
        module, _, attribute = name.rpartition(".")
        assert hasattr(importlib.import_module(module), attribute), f"{name} is gone"


@pytest.mark.parametrize(
    ("error", "ours"),
    [
        (paramiko.BadAuthenticationType("no", ["publickey"]), AuthenticationFailed),
        (paramiko.BadHostKeyException("h", paramiko.PKey(), paramiko.PKey()), HostKeyRejected),
        (paramiko.SSHException("gone"), SessionLost),
        (paramiko.SFTPError("no"), TransferFailed),
        (asyncssh.PermissionDenied("no"), AuthenticationFailed),
        (asyncssh.HostKeyNotVerifiable("no"), HostKeyRejected),
        (asyncssh.ConnectionLost("gone"), SessionLost),
        (TimeoutError(), DeviceTimeout),
        (ConnectionRefusedError(111, "refused"), DeviceUnreachable),
        (socket.gaierror(-2, "Name or service not known"), DeviceUnreachable),
        (EOFError(), SessionLost),
    ],
)
def test_nearest_class_decides(error: Exception, ours: type[DeviceError]) -> None:
    found = translate("node0", "show version", error)
    assert type(found) is ours
    assert str(found).startswith("node0: show version: ")


def test_lost_or_silent_while_connecting_means_unreachable() -> None:
    for error in (TimeoutError(), EOFError(), paramiko.SSHException("banner")):
        assert type(translate("node0", "login", error, connecting=True)) is DeviceUnreachable


def test_what_to_look_at_is_said_where_the_node_ended_the_session() -> None:
    for error, is_said in ((EOFError(), True), (TimeoutError(), False), (ConnectionRefusedError(), False)):
        found = translate("node0", "login", error, connecting=True, if_ended="look there")
        assert str(found).endswith("; look there") is is_said


def test_subclass_of_a_library_class_is_covered() -> None:
    class Newer(paramiko.SSHException):
        pass

    assert ours_for(Newer) is SessionLost


def test_ours_and_bugs_pass_the_border() -> None:
    with pytest.raises(CommandRefused, match="no"), translate_errors("node0", "x"):
        raise CommandRefused("node0", "no")
    with pytest.raises(ZeroDivisionError), translate_errors("node0", "x"):
        raise ZeroDivisionError
    with pytest.raises(KeyboardInterrupt), translate_errors("node0", "x"):
        raise KeyboardInterrupt


def test_asyncios_missing_reason_is_added() -> None:
    found = translate("node1", "login", OSError(113, "Connect call failed"), connecting=True)
    assert "No route to host" in str(found)
