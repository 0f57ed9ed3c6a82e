"""Image files: make small ones for the lab, and find out what a file on a node is.

A lab image is a real gzip'd tar with a manifest (`release`, `product`) and padding. Another file with a
right name counts as an image of the release its name promises, unless it is gzip and broken.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
import zlib
from pathlib import Path

from srx_lab.machine.software import Image
from srx_lab.platforms import PLATFORMS, ImageName, parse_image_name
from srx_lab.release import Release, UnknownRelease, parse_release

MANIFEST = "srx-lab-manifest.json"
_GZIP_MAGIC = b"\x1f\x8b"
_CHUNK = 1 << 20


def make_image(model: str, release: str, size_mb: float, out: Path) -> Path:
    """Write an image for `model`; the same arguments give the same bytes. Returns its path."""
    parse_release(release)
    platform = PLATFORMS[model]
    path = out / platform.image_name(release)
    out.mkdir(parents=True, exist_ok=True)
    manifest = json.dumps({"release": release, "product": platform.product}, sort_keys=True).encode()
    with (
        path.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", compresslevel=1, fileobj=raw, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.USTAR_FORMAT) as tar,
    ):
        _add(tar, MANIFEST, io.BytesIO(manifest), len(manifest))
        size = int(size_mb * _CHUNK)
        _add(tar, "padding.bin", _Padding(release, size), size)
    return path


def _add(tar: tarfile.TarFile, name: str, content: io.RawIOBase | io.BytesIO, size: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime, entry.mode = size, 0, 0o644
    tar.addfile(entry, content)


class _Padding(io.RawIOBase):
    """Bytes that do not compress, the same for the same seed."""

    def __init__(self, seed: str, size: int) -> None:
        self._seed, self._left, self._block = seed, size, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        made = bytearray()
        while len(made) < wanted:
            made += hashlib.shake_128(f"{self._seed}/{self._block}".encode()).digest(1 << 16)
            self._block += 1
        self._left -= wanted
        return bytes(made[:wanted])


def inspect_image(device_path: str, file: Path | None) -> Image:
    """What the file is. `file` None means it is not on the node; reads the whole file, so use a thread."""
    if "://" in device_path:
        return Image(path=device_path, exists=False, remote=True)
    if file is None or not file.is_file():
        return Image(path=device_path, exists=False)
    name = parse_image_name(device_path.rsplit("/", 1)[-1])
    size = file.stat().st_size
    release = _release_of(name)
    damage = _damage(file, name)
    return Image(
        path=device_path,
        exists=True,
        size=size,
        token=name.token if name else "",
        release=release,
        damage=damage,
    )


def _release_of(name: ImageName | None) -> Release | None:
    if name is None:
        return None
    try:
        return parse_release(name.release)
    except UnknownRelease:
        return None


def _damage(file: Path, name: ImageName | None) -> str:
    """Why the file cannot be an image, or an empty string."""
    with file.open("rb") as raw:
        start = raw.read(2)
    if not start:
        return "empty file"
    if start != _GZIP_MAGIC:
        return ""
    try:
        _read_through(file)
    except (OSError, EOFError, zlib.error) as error:
        return str(error) or type(error).__name__
    return _contradiction(file, name)


def _read_through(file: Path) -> None:
    with gzip.open(file, "rb") as packed:
        while packed.read(_CHUNK):
            pass


def _contradiction(file: Path, name: ImageName | None) -> str:
    """A lab image whose manifest says another release than its name."""
    try:
        with tarfile.open(file, "r:gz") as tar:
            first = tar.next()
            if first is None or first.name != MANIFEST:
                return ""
            content = tar.extractfile(first)
            manifest = json.load(content) if content else {}
    except (tarfile.TarError, ValueError):
        return ""
    if name is not None and manifest.get("release") != name.release:
        return f"package says {manifest.get('release')}"
    return ""
