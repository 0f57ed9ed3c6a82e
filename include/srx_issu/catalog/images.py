"""``images/*.yaml``: the image catalogue. Each entry must agree with its file's name and size.

The content's SHA-256 is compared only by ``verify_image``: hashing gigabytes is not for loading time.
Whether a cluster may take an image is judged in ``request.py`` and ``domain/upgrade/support.py``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from pydantic import Field

from srx_issu.catalog.faults import Checked
from srx_issu.catalog.fields import FileEntry, ModelName, Release, Sha256
from srx_issu.domain.cluster.model import Image
from srx_issu.domain.errors import UnparsableVersion
from srx_issu.domain.junos.version import ImageFacts, image_facts, same_release
from srx_issu.domain.upgrade.commands import SoftwareFamily
from srx_issu.domain.upgrade.support import SupportMatrix
from srx_issu.domain.verdict import Status, Verdict

SECTIONS = ("images",)
_CHUNK_BYTES = 1024 * 1024


class ImageEntry(FileEntry):
    """One Junos image."""

    file: str = Field(
        min_length=1, max_length=1000, description="Path; relative to this folder, or absolute."
    )
    release: Release = Field(description="Release it installs, as 'show version' will say.")
    models: tuple[ModelName, ...] = Field(min_length=1, description="Platforms it is for.")
    sha256: Sha256 = Field(description="SHA-256 of the file, from Juniper's download page.")
    size_bytes: int = Field(gt=0, description="Size of the file, bytes.")


class CatalogueFile(FileEntry):
    """A file of the folder images/."""

    images: tuple[ImageEntry, ...] | None = Field(None, description="The images.")


def read_images(documents: tuple[Checked, ...], matrix: SupportMatrix) -> dict[str, Image]:
    """All sound images of all files, by file name; the faults are left in ``documents``."""
    images: dict[str, Image] = {}
    first: dict[str, str] = {}
    for checked in documents:
        if checked.document.is_whole:
            checked.sections(*SECTIONS)
        for at, entry in checked.listed("images", ImageEntry).items():
            image = _image(entry, checked, at, matrix)
            if image is None:
                continue
            place = f"{checked.document.path}:{checked.document.line('images', at)}"
            if image.name in first:
                remedy = f"also defined in {first[image.name]}; keep one"
                checked.fault(f"image {image.name!r} is defined twice", remedy, "images", at)
                continue
            first[image.name] = place
            images[image.name] = image
    return images


def _image(entry: ImageEntry, checked: Checked, at: int, matrix: SupportMatrix) -> Image | None:
    path = checked.document.path.parent / entry.file
    before = len(checked.faults)
    _check_name(path.name, entry, checked, at, matrix)
    _check_file(path, entry, checked, at)
    if len(checked.faults) > before:
        return None
    return Image(
        file=str(path),
        name=path.name,
        release=entry.release,
        models=frozenset(entry.models),
        sha256=entry.sha256,
        size_bytes=entry.size_bytes,
    )


def _check_name(name: str, entry: ImageEntry, checked: Checked, at: int, matrix: SupportMatrix) -> None:
    try:
        facts = image_facts(name)
    except UnparsableVersion as reason:
        checked.fault(str(reason), "keep the name Juniper gave the file", "images", at, "file")
        return
    if not same_release(facts.release, entry.release):
        found = f"release is {entry.release}, but {name} is {facts.release}"
        checked.fault(found, "correct the one that is wrong", "images", at, "release")
    for position, model in enumerate(entry.models):
        if misfit := _misfit(facts, model, matrix):
            remedy = "correct models, or the platform in policy/support.yaml"
            checked.fault(f"{name} {misfit}", remedy, "images", at, "models", position)


def _misfit(facts: ImageFacts, model: str, matrix: SupportMatrix) -> str | None:
    """Why an image cannot be for a model. Names nobody knows are the operator's word against nobody's."""
    platform = matrix.platforms.get(model)
    if platform is None:
        return None
    fitting = matrix.models_of(facts.family)
    if platform.image_families and fitting and model not in fitting:
        return f"is an image for {', '.join(sorted(fitting))}, not for {model}"
    takes_vmhost = SoftwareFamily.VMHOST in (platform.software, *platform.routing_engines.values())
    if facts.is_vmhost and not takes_vmhost:
        return f"is a vmhost image, which {model} does not take"
    return None


def _check_file(path: Path, entry: ImageEntry, checked: Checked, at: int) -> None:
    try:
        size = path.stat().st_size if path.is_file() else None
    except (OSError, ValueError):  # ValueError: a null byte in the path
        size = None
    if size is None:
        checked.fault(
            f"no file {str(path)!r}", "copy the image there, or take the entry out", "images", at, "file"
        )
    elif size != entry.size_bytes:
        found = f"{path.name} has {size} bytes, the catalogue says {entry.size_bytes}"
        checked.fault(found, "copy the image again, or correct size_bytes", "images", at, "size_bytes")


def of_release(images: Iterable[Image], wanted: str) -> list[Image]:
    """Those whose release is called exactly so; where there is none, those that only a spin tells apart."""
    known = list(images)
    exact = [image for image in known if image.release == wanted.strip()]
    return exact or [image for image in known if same_release(image.release, wanted)]


def old_images(images: Iterable[Image], model: str, target: Image, rules: SupportMatrix) -> tuple[Image, ...]:
    """Where some rollback does not lead back: what a cluster of that model may run now, which nobody has seen
    yet. Of the same kind of software as ``target``."""
    if rules.routes is None or not rules.routes.rollbacks:
        return ()
    is_vmhost = image_facts(target.name).is_vmhost
    fitting = (each for each in images if model in each.models and each.name != target.name)
    return tuple(each for each in fitting if image_facts(each.name).is_vmhost is is_vmhost)


def verify_image(image: Image) -> Verdict:
    """Compares the file's content with its SHA-256; reads the whole file (about 1 s a gigabyte)."""
    digest = hashlib.sha256()
    try:
        with Path(image.file).open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
    except OSError as reason:
        return Verdict(
            status=Status.ERROR, reason=f"{image.file} cannot be read: {reason.strerror or reason}"
        )
    if digest.hexdigest() != image.sha256:
        found = f"{image.file} has SHA-256 {digest.hexdigest()}, the catalogue says {image.sha256}"
        return Verdict(reason=f"{found}; do not use it: download the image again")
    return Verdict(status=Status.PASS, reason=f"{image.name} has the SHA-256 of the catalogue")
