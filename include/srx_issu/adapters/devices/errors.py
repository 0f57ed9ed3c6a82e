"""The border where foreign exceptions become ours: PyEZ, ncclient, paramiko, asyncssh and the sockets below.

Classes are named by text, so that a trigger does not import PyEZ and a worker not asyncssh. A test fails
when one of the libraries grows an exception that is not listed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

from srx_issu.domain.errors import (
    AuthenticationFailed,
    CommandRefused,
    DeviceError,
    DeviceTimeout,
    DeviceUnreachable,
    HostKeyRejected,
    ReplyNotUnderstood,
    SessionLost,
    TransferFailed,
)

# paramiko's and asyncssh's words for a server with which they share no algorithm.
_NOTHING_IN_COMMON = re.compile(
    r"no acceptable (?:kex|host key|ciphers|macs)|No matching \S.*? algorithm", re.I
)
COMMON_GROUND = (
    "the node's SSH server and this software share none: an old one has only SHA-1 (ssh-rsa, group14-sha1), "
    "and known_hosts may have another kind of key than the node shows. On the node see 'set system services "
    "ssh hostkey-algorithm' and 'key-exchange'; where it can do no better, 'ssh: {legacy_sha1: true}' of the "
    "cluster in the inventory allows SHA-1 with it"
)

_BY_MODULE: dict[str, dict[type[DeviceError], str]] = {
    "jnpr.junos.exception": {
        DeviceUnreachable: "ConnectError ConnectNotMasterError ConnectRefusedError ConnectTimeoutError "
        "ConnectUnknownHostError ProbeError",
        AuthenticationFailed: "ConnectAuthError",
        SessionLost: "ConnectClosedError",
        DeviceTimeout: "RpcTimeoutError",
        CommandRefused: "CommitError ConfigLoadError LockError PermissionError RpcError SwRollbackError "
        "UnlockError",
        ReplyNotUnderstood: "FactLoopError JSONLoadError",
    },
    "ncclient": {SessionLost: "NCClientError"},
    "ncclient.transport.errors": {
        AuthenticationFailed: "AuthenticationError PermissionError",
        HostKeyRejected: "SSHUnknownHostError",
        DeviceUnreachable: "SSHError TLSError UnixSocketError",
        SessionLost: "TransportError SessionError SessionCloseError",
        ReplyNotUnderstood: "NetconfFramingError",
    },
    "ncclient.transport.parser": {ReplyNotUnderstood: "SAXFilterXMLNotFoundError"},
    "ncclient.operations.errors": {
        DeviceTimeout: "TimeoutExpiredError",
        ReplyNotUnderstood: "OperationError",
        CommandRefused: "MissingCapabilityError",
    },
    "ncclient.operations.rpc": {CommandRefused: "RPCError"},
    "ncclient.operations.retrieve": {CommandRefused: "WithDefaultsError"},
    "ncclient.capabilities": {ReplyNotUnderstood: "_InvalidParameter"},
    "ncclient.xml_": {ReplyNotUnderstood: "XMLError"},
    "paramiko.ssh_exception": {
        AuthenticationFailed: "AuthenticationException BadAuthenticationType PartialAuthentication "
        "PasswordRequiredException UnableToAuthenticate",
        HostKeyRejected: "BadHostKeyException",
        DeviceUnreachable: "ChannelException CouldNotCanonicalize ConfigParseError IncompatiblePeer "
        "NoValidConnectionsError ProxyCommandFailure",
        SessionLost: "SSHException MessageOrderError",
    },
    "paramiko.auth_strategy": {AuthenticationFailed: "AuthFailure"},
    "paramiko.pkey": {AuthenticationFailed: "UnknownKeyType"},
    "paramiko.hostkeys": {HostKeyRejected: "InvalidHostKey"},
    "paramiko.sftp": {TransferFailed: "SFTPError"},
    "paramiko.ber": {AuthenticationFailed: "BERException"},
    "paramiko.packet": {SessionLost: "NeedRekeyException"},
    "paramiko.buffered_pipe": {DeviceTimeout: "PipeTimeout"},
    "asyncssh.misc": {
        AuthenticationFailed: "IllegalUserName PermissionDenied PasswordChangeRequired",
        HostKeyRejected: "HostKeyNotVerifiable",
        DeviceUnreachable: "ChannelOpenError ChannelListenError KeyExchangeFailed "
        "ProtocolNotSupported ServiceNotAvailable",
        SessionLost: "Error DisconnectError CompressionError ConnectionLost MACError ProtocolError "
        "BreakReceived SignalReceived TerminalSizeChanged SoftEOFReceived",
    },
    "asyncssh.gss": {AuthenticationFailed: "GSSError"},
    "asyncssh.packet": {SessionLost: "PacketDecodeError"},
    "asyncssh.pbe": {AuthenticationFailed: "KeyEncryptionError"},
    "asyncssh.saslprep": {AuthenticationFailed: "SASLPrepError"},
    "asyncssh.config": {DeviceUnreachable: "ConfigParseError"},
    "asyncssh.process": {CommandRefused: "ProcessError", DeviceTimeout: "TimeoutError"},
    "asyncssh.public_key": {
        AuthenticationFailed: "KeyGenerationError KeyImportError KeyExportError",
    },
    "asyncssh.sftp": {
        TransferFailed: "SFTPError SFTPEOFError SFTPNoSuchFile SFTPPermissionDenied SFTPFailure "
        "SFTPBadMessage "
        "SFTPNoConnection SFTPInvalidHandle SFTPNoSuchPath SFTPFileAlreadyExists SFTPWriteProtect "
        "SFTPNoMedia SFTPNoSpaceOnFilesystem SFTPQuotaExceeded SFTPUnknownPrincipal SFTPLockConflict "
        "SFTPDirNotEmpty SFTPNotADirectory SFTPInvalidFilename SFTPLinkLoop SFTPCannotDelete "
        "SFTPInvalidParameter SFTPFileIsADirectory SFTPByteRangeLockConflict SFTPByteRangeLockRefused "
        "SFTPDeletePending SFTPFileCorrupt SFTPOwnerInvalid SFTPGroupInvalid SFTPNoMatchingByteRangeLock "
        "SFTPOpUnsupported",
        SessionLost: "SFTPConnectionLost",
    },
    "builtins": {
        DeviceTimeout: "TimeoutError",
        SessionLost: "ConnectionError BrokenPipeError ConnectionAbortedError ConnectionResetError EOFError "
        "OSError",
        DeviceUnreachable: "ConnectionRefusedError",
        ReplyNotUnderstood: "UnicodeDecodeError",
    },
    "socket": {DeviceUnreachable: "gaierror herror"},
}

MAPPED: dict[str, type[DeviceError]] = {
    f"{module}.{name}": ours
    for module, classes in _BY_MODULE.items()
    for ours, names in classes.items()
    for name in names.split()
}


def ours_for(error: type[BaseException]) -> type[DeviceError] | None:
    """What becomes of that class or the nearest known one above it; None: not a matter of the wire."""
    for ancestor in error.__mro__:
        ours = MAPPED.get(f"{ancestor.__module__}.{ancestor.__qualname__}")
        if ours is not None:
            return ours
    return None


def translate(
    node: str, doing: str, error: BaseException, *, connecting: bool = False, if_ended: str = ""
) -> DeviceError | None:
    """Our exception for a foreign one; None when it is ours already, or a bug of our own.

    While ``connecting``, a lost or silent session means that the node cannot be reached; ``if_ended`` says
    what to look at where the node ended the session.
    """
    if isinstance(error, DeviceError):
        return None
    ours = ours_for(type(error))
    if ours is None:
        return None
    remedy = f"; {if_ended}" if if_ended and ours is SessionLost else ""
    if connecting and ours in (SessionLost, DeviceTimeout):
        ours = DeviceUnreachable
    words = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, OSError) and error.errno and (reason := os.strerror(error.errno)) not in words:
        words = f"{reason} ({words})"  # asyncio leaves the reason out
    if _NOTHING_IN_COMMON.search(words):
        return ours(node, f"{doing}: {words[:600]}; {COMMON_GROUND}")
    return ours(node, f"{doing}: {words}"[:600] + remedy)


@contextmanager
def translate_errors(
    node: str, doing: str, *, connecting: bool = False, if_ended: str = ""
) -> Iterator[None]:
    """``with translate_errors("node0", "get-system-storage"):`` nothing foreign leaves the block."""
    try:
        yield
    except BaseException as error:
        ours = translate(node, doing, error, connecting=connecting, if_ended=if_ended)
        if ours is None:
            raise
        raise ours from error
