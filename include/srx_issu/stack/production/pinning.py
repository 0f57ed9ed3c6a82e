"""``make pin-images``: adds the digest that its registry names now to each image in ``.env``, or to none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from srx_issu.stack.production import secrets
from srx_issu.stack.production.images import BASE, OURS, STORES, ImageName, image_name
from srx_issu.stack.production.registry import RegistryFailed, digest_of


class NotPinned(Exception):
    """Why nothing was written."""


def pin(
    env_file: Path, say: Callable[[str], None], ask: Callable[[ImageName], str] = digest_of
) -> Mapping[str, str]:
    """Variable -> image with its digest, as written. One that has a digest keeps it: take it away to ask
    anew. Raises NotPinned when a registry cannot be asked: then ``.env`` is as it was."""
    given = secrets.read(env_file)
    pinned, faults = {}, []
    for variable in (*STORES, BASE, OURS):
        if not given.get(variable):
            faults.append(f"{variable}: not set; copy its line from .env.example")
            continue
        try:
            name = image_name(given[variable])
        except ValueError as error:
            faults.append(f"{variable}: {error}")
            continue
        if name.digest:
            say(f"{variable}: has its digest already: {given[variable]}")
        elif variable == OURS and "/" not in given[variable]:
            say(f"{variable}: {given[variable]} is of no registry: it is built here, from {BASE}")
        else:
            try:
                pinned[variable] = f"{given[variable]}@{ask(name)}"
            except RegistryFailed as error:
                faults.append(f"{variable}: {error}")
    if faults:
        raise NotPinned("\n".join([*faults, f"{env_file} was not changed"]))
    _write(env_file, pinned)
    for variable, image in pinned.items():
        say(f"{variable}={image}")
    return pinned


def _write(env_file: Path, pinned: Mapping[str, str]) -> None:
    text = env_file.read_text(encoding="utf-8")
    if pinned:
        secrets.replace_private(env_file, "\n".join(_line(each, pinned) for each in text.splitlines()) + "\n")


def _line(line: str, pinned: Mapping[str, str]) -> str:
    name = line.partition("=")[0].strip()
    return f"{name}={pinned[name]}" if name in pinned else line
