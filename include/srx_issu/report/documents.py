"""The documents of an upgrade by their plain names; of numbered ones (``after-state-2.json``) the newest."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from srx_issu.ports.journal import JTAC_ARCHIVE, bundle_name

_TOLD = re.compile(
    r"((baseline|after|final)-(snapshot|state)|readiness|(final-)?comparison|diagnosis|recovery-plan)(-\d+)?\.json|(transcript|what-to-do)(-\d+)?\.txt"
)


def is_shown(name: str) -> bool:
    """Whether a report shows what is in a document of this name, or only lists it."""
    return _TOLD.fullmatch(name) is not None


def jtac_archive(names: Iterable[str]) -> str | None:
    """The newest archive for Juniper's support among these names; None where there is none."""
    kept = Documents(dict.fromkeys(names, b"")).all(JTAC_ARCHIVE)
    return kept[-1][0] if kept else None


def bundles(names: Iterable[str]) -> tuple[str, ...]:
    """The bundles among these names, for ``srx-issu replay``."""
    there = set(names)
    return tuple(name for moment in ("before", "after") if (name := bundle_name(moment)) in there)


@dataclass(frozen=True, kw_only=True)
class EvidenceItem:
    """One line of the evidence list."""

    name: str
    size_bytes: int
    sha256: str


class Documents:
    """What was handed in, oldest first; keys may be names or evidence ids (``<folder>/<name>``)."""

    def __init__(self, documents: Mapping[str, bytes]) -> None:
        self._documents = {key.rpartition("/")[2]: content for key, content in documents.items()}

    def all(self, name: str) -> tuple[tuple[str, bytes], ...]:
        """Every document of that name, by number."""
        stem, dot, suffix = name.rpartition(".")
        pattern = re.compile(rf"{re.escape(stem)}(?:-(\d+))?{re.escape(dot + suffix)}")
        found = [(m, content) for key, content in self._documents.items() if (m := pattern.fullmatch(key))]
        found.sort(key=lambda pair: int(pair[0][1] or 1))
        return tuple((m[0], content) for m, content in found)

    def newest(self, name: str) -> bytes | None:
        found = self.all(name)
        return found[-1][1] if found else None

    def text(self, name: str) -> str | None:
        content = self.newest(name)
        return content.decode("utf-8", "replace") if content is not None else None

    def listing(self) -> tuple[EvidenceItem, ...]:
        return tuple(
            EvidenceItem(name=key, size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
            for key, content in self._documents.items()
        )
