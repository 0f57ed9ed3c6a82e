"""The reports of campaigns, beside the evidence of the upgrades: ``campaigns/<campaign>/report.<kind>``.

Unlike evidence they are written anew whenever asked: the journal they are made from only grows.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from srx_issu.adapters.journal.file_store import FILE_MODE, FOLDER_MODE, StoragePath, local
from srx_issu.domain.errors import JournalError

Kind = Literal["html", "csv", "json"]
KINDS: tuple[Kind, ...] = ("html", "csv", "json")


class CampaignFiles:
    """``base`` is the evidence folder."""

    def __init__(self, base: StoragePath) -> None:
        self._base: StoragePath = local(base) or base

    def write(self, campaign_id: str, kind: Kind, text: str) -> str:
        """The file's place. Raises JournalError when it cannot be written."""
        folder = self._folder(campaign_id)
        path = folder / f"report.{kind}"
        try:
            self._base.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            if isinstance(path, Path):
                path.touch(mode=FILE_MODE)
            with path.open("wb") as stream:
                stream.write(text.encode())
        except OSError as error:
            raise JournalError(
                f"{path} cannot be written ({error}); check its free space and owner"
            ) from error
        return str(path)

    def read(self, campaign_id: str, kind: Kind) -> str | None:
        """None while there is none."""
        path = self._folder(campaign_id) / f"report.{kind}"
        if not path.exists():
            return None
        with path.open("rb") as stream:
            content: bytes = stream.read()
        return content.decode("utf-8", "replace")

    def _folder(self, campaign_id: str) -> StoragePath:
        if not campaign_id or "/" in campaign_id or campaign_id in (".", ".."):
            raise JournalError(f"{campaign_id!r} cannot name a campaign")
        return self._base / "campaigns" / campaign_id
