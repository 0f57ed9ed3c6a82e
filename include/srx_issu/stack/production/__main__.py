"""``python -m srx_issu.stack.production secrets | pin-images | init | worker | dag-processor | up | unseal``.

The compose file calls ``init``, ``worker`` and ``dag-processor``.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import NoReturn

from srx_issu.stack.processes.home import Home, repository
from srx_issu.stack.production import secrets


def make_secrets(folder: Path, *, add_missing: bool) -> int:
    """Writes ``folder``/.env from .env.example, or adds to it what a new version needs."""
    path, unseal_file = folder / ".env", folder / secrets.UNSEAL_FILE
    public_file = folder / secrets.JOURNAL_PUBLIC_FILE
    if add_missing:
        added = secrets.add_missing(path)
        say(f"{path}: added {', '.join(added)}" if added else f"{path}: has every secret; not changed")
        if secrets.JOURNAL_KEY in added:
            say(f"{public_file} written: it verifies the journal; keep a copy where administrators of the "
                "database cannot change it")  # fmt: skip
        return 0
    secrets.write(path, example_in(folder))
    print(f"{path} written; keep a copy of FERNET_KEY where your backups are not")
    print(f"{unseal_file} written: it opens sealed configurations; no service needs it; move it there, too")
    print(f"{public_file} written: it verifies the journal; keep a copy where administrators of the database "
          "cannot change it")  # fmt: skip
    return 0


def example_in(folder: Path) -> str:
    example = folder / ".env.example"
    try:
        return example.read_text(encoding="utf-8")
    except OSError as error:
        raise secrets.SecretsRefused(
            f"{example}: {error.strerror}; copy it from the checkout, or name its folder with --folder"
        ) from error


def pin_images(folder: Path) -> int:
    """Digests into ``folder``/.env."""
    from srx_issu.stack.production.pinning import pin  # noqa: PLC0415 - only here

    pin(folder / ".env", say)
    return 0


def unseal(sealed: Path, folder: Path, key_file: Path | None) -> int:
    """The configuration on standard output."""
    from srx_issu.adapters.sealed_box import NotOpened  # noqa: PLC0415
    from srx_issu.stack.production.unsealing import find_keys  # noqa: PLC0415 - only here
    from srx_issu.stack.production.unsealing import unseal as opened  # noqa: PLC0415

    try:
        content = sealed.read_bytes()
    except OSError as error:
        raise NotOpened(f"{sealed}: {error.strerror}") from error
    keys = find_keys(folder / ".env", key_file or folder / secrets.UNSEAL_FILE, Home.default().secrets_file)
    sys.stdout.buffer.write(opened(content, keys))
    return 0


def init() -> int:
    from srx_issu.stack.production.preparing import initialise  # noqa: PLC0415 - database drivers

    initialise(os.environ, say)
    return 0


def worker() -> int:
    from srx_issu.stack.production.preloaded import run_worker  # noqa: PLC0415 - loads all of Airflow

    run_worker()
    return 0


def dag_processor() -> int:
    from srx_issu.stack.production.preloaded import run_dag_processor  # noqa: PLC0415 - loads all of Airflow

    run_dag_processor()
    return 0


def up(env_file: Path, files: Path | None, port: int | None) -> NoReturn:
    """The layout without Docker, until Ctrl-C; a service that ends is started again."""
    from srx_issu.stack.processes.ending import ending_on_signals, watch  # noqa: PLC0415 - only here
    from srx_issu.stack.production.native import LayoutOptions, Native  # noqa: PLC0415

    variables = secrets.read(env_file)
    folder = files or Path(variables.get("SRX_ISSU_FILES") or "include")
    options = LayoutOptions(variables=variables, files=folder.expanduser().resolve(), port=port)
    home = Home(root=Home.default().root / "production")
    with ending_on_signals(), Native(home, options, say) as native:
        say(f"\nAirflow: {native.layout.url}; logs: {home.logs}; Ctrl-C ends it")
        watch(native.supervise().check)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m srx_issu.stack.production", description=__doc__)
    commands = parser.add_subparsers(dest="verb", required=True)
    made = commands.add_parser("secrets", help="write .env with new keys and passwords")
    made.add_argument(
        "--folder", type=Path, help="where .env.example is and .env is to be (default: the checkout)"
    )
    made.add_argument(
        "--add-missing", action="store_true", help="add what a new version needs to the .env that is there"
    )
    pinned = commands.add_parser(
        "pin-images", help="ask the registries for the images' digests and write them into .env"
    )
    pinned.add_argument("--folder", type=Path, help="where .env is (default: the checkout)")
    opened = commands.add_parser("unseal", help="print a sealed configuration")
    opened.add_argument(
        "sealed", type=Path, metavar="FILE", help="configuration-NODE.FORM.sealed, of any version"
    )
    opened.add_argument("--folder", type=Path, help="where .env is, for older files (default: the checkout)")
    opened.add_argument("--key-file", type=Path, help="the private key (default: unseal.key in that folder)")
    commands.add_parser(
        "init", help="make databases, tables, roles and users (the compose file's one-shot service)"
    )
    commands.add_parser("worker", help="run a Celery worker")
    commands.add_parser("dag-processor", help="run the DAG processor")
    native = commands.add_parser("up", help="run the compose file's layout as processes, without Docker")
    native.add_argument("--env-file", type=Path, default=Path(".env"))
    native.add_argument("--files", type=Path, help="folder of the operator's files (default: SRX_ISSU_FILES)")
    native.add_argument("--port", type=int, help="port of the UI (default: any)")
    return parser


def main() -> int:
    given = arguments().parse_args()
    match given.verb:
        case "init":
            return init()
        case "worker":
            return worker()
        case "dag-processor":
            return dag_processor()
        case "up":
            return up(given.env_file, given.files, given.port)
        case _:
            return keep(given)


def keep(given: argparse.Namespace) -> int:
    """What is done with ``.env`` and its keys, and starts nothing."""
    folder = given.folder or repository()
    match given.verb:
        case "secrets":
            return make_secrets(folder, add_missing=given.add_missing)
        case "pin-images":
            return pin_images(folder)
        case _:
            return unseal(given.sealed, folder, given.key_file)


def failures() -> tuple[type[Exception], ...]:
    """What is told in its own words, without a trace."""
    import psycopg  # noqa: PLC0415 - asked for only when something failed

    from srx_issu.adapters.sealed_box import NotOpened  # noqa: PLC0415
    from srx_issu.domain.errors import JournalError  # noqa: PLC0415
    from srx_issu.stack.processes.ending import PROCESS_FAILURES  # noqa: PLC0415
    from srx_issu.stack.production.composition import VariableMissing  # noqa: PLC0415
    from srx_issu.stack.production.images import ImagesRefused  # noqa: PLC0415
    from srx_issu.stack.production.native import NativeFailed  # noqa: PLC0415
    from srx_issu.stack.production.pinning import NotPinned  # noqa: PLC0415
    from srx_issu.stack.production.preparing import InitFailed  # noqa: PLC0415

    refused = (secrets.SecretsRefused, ImagesRefused, NotPinned, NotOpened, VariableMissing)
    return (*PROCESS_FAILURES, *refused, InitFailed, NativeFailed, JournalError, psycopg.Error)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Exception as error:
        from srx_issu.stack.processes.ending import Ended

        if isinstance(error, Ended):
            sys.exit(128 + error.number)
        if isinstance(error, failures()):
            sys.exit(str(error))
        raise
