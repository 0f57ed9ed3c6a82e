"""SFTP and SCP on a node's files: resumable writes, a full disk, a record of each upload."""

from __future__ import annotations

import posixpath

import asyncssh

from srx_lab.device import Device
from srx_lab.session import SessionKind

_LOOK_EVERY = 32
"""Writes between two looks at the room left."""


class NodeSftp(asyncssh.SFTPServer):
    """One SFTP or SCP session."""

    def __init__(self, channel: asyncssh.SSHServerChannel[bytes], device: Device) -> None:
        super().__init__(channel, chroot=str(device.files.root).encode())
        self._device = device
        self._root = str(device.files.root).encode()
        self._home = device.files.home.encode()
        self._session = device.open_session(
            SessionKind.SFTP, str(channel.get_extra_info("peername", ("",))[0])
        )
        self._written: dict[object, int] = {}
        self._room = 0
        self._copied = 0
        self._for_scp = channel.get_command() is not None

    def map_path(self, path: bytes) -> bytes:
        """Relative paths start at the user's home."""
        clean = posixpath.normpath(posixpath.join(self._home, path))
        return posixpath.join(self._root, clean.lstrip(b"/"))

    def reverse_map_path(self, path: bytes) -> bytes:
        return b"/" + path[len(self._root) :].lstrip(b"/")

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        """Remember what is opened for writing; permissions of the client do not matter here."""
        attrs.permissions = None
        opened = super().open(path, pflags, attrs)
        if pflags & (asyncssh.FXF_WRITE | asyncssh.FXF_APPEND):
            self._written[opened] = 0
        return opened

    def write(self, file_obj: object, offset: int, data: bytes) -> int:
        """Fails when /var is full."""
        count = self._written.get(file_obj, 0)
        if count % _LOOK_EVERY == 0:
            self._room = self._device.files.free_bytes()
        self._room -= len(data)
        if self._room < 0:
            raise asyncssh.SFTPFailure("No space left on device")
        self._written[file_obj] = count + 1
        super().write(file_obj, offset, self._as_it_arrives(offset, data))
        self._copied += len(data)
        cut = self._device.world.fault("copy_cut", self._device.node)
        if cut is not None and self._copied >= cut.number("after_bytes"):
            self.channel.get_connection().abort()
        return len(data)

    def _as_it_arrives(self, offset: int, data: bytes) -> bytes:
        if offset or not data or self._device.world.fault("copy_damaged", self._device.node) is None:
            return data
        return bytes((data[0] ^ 1,)) + data[1:]

    def close(self, file_obj: object) -> None:
        name = getattr(file_obj, "name", b"")
        super().close(file_obj)
        if file_obj in self._written:
            del self._written[file_obj]
            path = self.reverse_map_path(name).decode()
            size = self._device.files.host_path(path).stat().st_size
            self._device.record("file_uploaded", session=self._session.number, path=path, size=size)

    def exit(self) -> None:
        """OpenSSH's scp takes a missing exit status for a failure."""
        self._device.close_session(self._session)
        if not self._for_scp and not self.channel.is_closing():
            self.channel.exit(0)
