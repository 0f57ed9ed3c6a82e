"""Which images run: by digest, because a tag is whatever the registry says today.

Digests stand in ``.env``, written by ``pinning`` from what a registry answers; none is part of this project.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

DEFAULT_REGISTRY = "docker.io"
OURS, BUILT_FROM, BASE = "SRX_ISSU_IMAGE", "SRX_ISSU_BUILT_FROM", "AIRFLOW_IMAGE"
STORES = ("POSTGRES_IMAGE", "REDIS_IMAGE")
ALLOWANCE = "SRX_ISSU_ALLOW_UNPINNED_IMAGES"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class ImagesRefused(Exception):
    """Which image has no digest, and what to do."""


@dataclass(frozen=True, kw_only=True)
class ImageName:
    """``postgres:18`` is registry docker.io, repository library/postgres, tag 18, digest None."""

    registry: str
    repository: str
    tag: str
    digest: str | None


def image_name(text: str) -> ImageName:
    """As Docker reads it. Raises ValueError when it is not an image's name."""
    rest, at, digest = text.partition("@")
    if (at and not _DIGEST.fullmatch(digest)) or not rest:
        raise ValueError(
            f"{text!r} is not an image's name: expected NAME:TAG or NAME:TAG@sha256:64 hex digits"
        )
    first, slash, path = rest.partition("/")
    is_host = bool(slash) and ("." in first or ":" in first or first == "localhost")
    registry, path = (first, path) if is_host else (DEFAULT_REGISTRY, rest)
    repository, _, tag = path.partition(":")
    if registry == DEFAULT_REGISTRY and "/" not in repository:
        repository = f"library/{repository}"
    if not re.fullmatch(r"[a-z0-9]+(?:(?:[._/]|__|-+)[a-z0-9]+)*", repository) or not re.fullmatch(
        r"[\w.-]{0,128}", tag
    ):
        raise ValueError(f"{text!r} is not an image's name: expected NAME:TAG")
    return ImageName(registry=registry, repository=repository, tag=tag or "latest", digest=digest or None)


def unpinned(environment: Mapping[str, str]) -> tuple[str, ...]:
    """``environment`` of the service init: a line for each image without a digest. The project's own counts
    as pinned when the image that it was built from is: built here, it has no digest before it is pushed."""
    ours, base = environment.get(OURS, ""), environment.get(BUILT_FROM, "")
    lines = [
        _line(name, environment.get(name, "")) for name in STORES if not is_pinned(environment.get(name, ""))
    ]
    if not is_pinned(ours) and not is_pinned(base):
        built = f", built from {base}" if base else ""
        lines.append(f"{OURS}={ours or '(not set)'}{built}: neither has a digest")
    return tuple(lines)


def refuse_unpinned(environment: Mapping[str, str]) -> None:
    """Raises ImagesRefused unless each image has a digest, or ``ALLOWANCE`` is "1"."""
    if environment.get(ALLOWANCE) == "1":
        return
    if lines := unpinned(environment):
        raise ImagesRefused(
            "\n".join(
                [
                    *lines,
                    "a tag is whatever the registry says today; nothing of Airflow was started. 'make "
                    "pin-images' asks the registries and writes the digests into .env; then build again. "
                    f"For a trial: {ALLOWANCE}=1 in .env",
                ]
            )
        )


def is_pinned(image: str) -> bool:
    try:
        return image_name(image).digest is not None
    except ValueError:
        return False


def _line(name: str, image: str) -> str:
    return f"{name}={image or '(not set)'}: no digest"
