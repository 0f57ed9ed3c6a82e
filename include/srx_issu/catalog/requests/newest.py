"""The image that a cluster would be upgraded to if nobody named one."""

from __future__ import annotations

from srx_issu.catalog.loading import Catalog
from srx_issu.domain.cluster.model import Image
from srx_issu.domain.junos.version import parse

_ANY_RELEASE = "1.0R1"  # a release that any rule can be asked about; nothing is judged by it


def newest_or_none(catalog: Catalog, model: str) -> Image:
    """``newest_image``, or one that is in no catalogue: a policy can be made for it, nothing installed."""
    return newest_image(catalog, model) or Image(
        file="", name="no-image", release=_ANY_RELEASE, models=frozenset(), sha256="", size_bytes=0
    )


def newest_image(catalog: Catalog, model: str) -> Image | None:
    """The newest release that the catalogue has for this model; None when it has none.

    Releases of different lines have no order of their own; here the later number counts, which only chooses
    what a cluster is judged by, never what it is upgraded to.
    """
    return next(iter(images_for(catalog, model)), None)


def images_for(catalog: Catalog, model: str) -> tuple[Image, ...]:
    """Those of the catalogue that are for this model, the newest first."""
    fitting = [image for image in catalog.images.values() if model in image.models]
    return tuple(sorted(fitting, key=_age, reverse=True))


def _age(image: Image) -> tuple[int, ...]:
    release = parse(image.release)
    parts = (release.number, release.drop, release.service, release.variant, release.spin)
    return (release.major, release.minor, *(-1 if part is None else part for part in parts))
