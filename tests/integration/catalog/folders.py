"""An operator's folder, made for one test."""

from __future__ import annotations

import hashlib
from pathlib import Path
from textwrap import dedent

from srx_issu.catalog import CampaignDocument, Catalog, campaign_files, load, read_campaign, validate

IMAGE = "junos-srxhe-x86-64-22.4R3-S2.11.tgz"
CONTENT = b"not a real image"
DIGEST = hashlib.sha256(CONTENT).hexdigest()

INVENTORY = """
    clusters:
      fra1-fw1:
        model: SRX4600
        site: fra1
        node0: {host: 192.0.2.11}
        node1: {host: 192.0.2.12}
"""
CATALOGUE = f"""
    images:
      - file: {IMAGE}
        release: 22.4R3-S2.11
        models: [SRX4600]
        sha256: {DIGEST}
        size_bytes: {len(CONTENT)}
"""


class Folder:
    """Files to be; without policy/, so the shipped policy holds."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.write("inventory/fleet.yaml", INVENTORY)
        self.write("images/catalogue.yaml", CATALOGUE)
        self.image(IMAGE)

    def write(self, name: str, text: str) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
        return path

    def image(self, name: str, content: bytes = CONTENT) -> Path:
        path = self.path / "images" / name
        path.write_bytes(content)
        return path

    def faults(self) -> list[str]:
        """The faults as an operator reads them, with file names instead of whole paths."""
        return [str(fault).replace(f"{self.path}/", "") for fault in validate(self.path).faults]

    def warnings(self) -> list[str]:
        """What may be meant, in the same form."""
        return [str(warning).replace(f"{self.path}/", "") for warning in validate(self.path).warnings]

    def campaigns(self) -> tuple[CampaignDocument, ...]:
        """Every campaign file, sound or not, in order of name."""
        return tuple(map(read_campaign, campaign_files(self.path)))

    def catalog(self) -> Catalog:
        return load(self.path)
