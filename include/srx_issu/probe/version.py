"""What a bundle says it was made by."""

from __future__ import annotations

import importlib.metadata


def made_by() -> str:
    try:
        return f"srx-issu {importlib.metadata.version('srx-issu')}"
    except importlib.metadata.PackageNotFoundError:  # a checkout that was never installed
        return "srx-issu"
