"""One archive (tar.gz) with a manifest: of each file where it is from, or why it is missing. Pure."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from srx_issu.domain.cluster.model import NodeName
from srx_issu.ports.journal import Json

FOLDER = "jtac-evidence"
FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class CollectedFile:
    """``content`` None: it is missing, and ``missing`` says why. ``is_cut``: only its end, or what came in
    time. ``node`` and ``command`` None: written by this software."""

    file: str
    taken_at: datetime
    content: bytes | None = None
    node: NodeName | None = None
    command: str | None = None
    is_cut: bool = False
    missing: str | None = None


@dataclass(frozen=True, kw_only=True)
class ManifestEntry:
    """One line of the manifest; ``bytes`` and ``sha256`` are those of the file in the archive."""

    file: str
    node: str | None
    command: str | None
    time: str
    bytes: int
    sha256: str | None
    truncated: bool
    missing: str | None


def manifest_entry(found: CollectedFile) -> ManifestEntry:
    content = found.content
    return ManifestEntry(
        file=found.file,
        node=found.node.value if found.node else None,
        command=found.command,
        time=found.taken_at.isoformat(),
        bytes=len(content or b""),
        sha256=hashlib.sha256(content).hexdigest() if content is not None else None,
        truncated=found.is_cut,
        missing=found.missing,
    )


def build_archive(files: Sequence[CollectedFile], about: dict[str, Json], made_at: datetime) -> bytes:
    """The whole archive. ``about``: which upgrade it is of."""
    entries = [asdict(manifest_entry(each)) for each in files]
    manifest = json.dumps(
        {"format": FORMAT, **about, "made_at": made_at.isoformat(), "files": entries}, indent=1
    )
    packed = io.BytesIO()
    seconds = int(made_at.timestamp())
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", mtime=seconds) as stream,
        tarfile.open(fileobj=stream, mode="w") as archive,
    ):
        _add(archive, "manifest.json", manifest.encode(), seconds)
        for each in files:
            if each.content is not None:
                _add(archive, each.file, each.content, int(each.taken_at.timestamp()))
    return packed.getvalue()


def _add(archive: tarfile.TarFile, name: str, content: bytes, at: int) -> None:
    member = tarfile.TarInfo(f"{FOLDER}/{name}")
    member.size, member.mtime, member.mode = len(content), at, 0o600
    archive.addfile(member, io.BytesIO(content))
