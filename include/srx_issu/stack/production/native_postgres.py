"""PostgreSQL of the native layout: the wheel's programs, on loopback, with the passwords of ``.env``.

Unlike the embedded default's, which trusts whoever reaches its socket: here each role has its password, as
in the compose file, so that what a role may not do is really kept from it.
"""

from __future__ import annotations

import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from srx_issu.stack.processes.component import Program
from srx_issu.stack.processes.home import Home
from srx_issu.stack.processes.ports import LOOPBACK
from srx_issu.stack.processes.postgres_wheel import PostgresFailed, as_unprivileged, hand_over, programs
from srx_issu.stack.production.composition import ComposeService


def initialise(home: Home, environment: Mapping[str, str]) -> None:
    """Makes the data folder when there is none, with the superuser's password. Raises PostgresFailed."""
    if (home.pgdata / "PG_VERSION").exists():
        return
    shutil.rmtree(home.pgdata, ignore_errors=True)
    home.pgdata.mkdir(mode=0o700)
    prefix = as_unprivileged()
    with tempfile.NamedTemporaryFile("w", prefix="srx-issu-pw-") as password:  # mode 600
        password.write(environment["POSTGRES_PASSWORD"])
        password.flush()
        hand_over(home.pgdata)
        hand_over(Path(password.name))
        arguments = ["-D", str(home.pgdata), "-U", "postgres", f"--pwfile={password.name}"]
        wanted = shlex.split(environment.get("POSTGRES_INITDB_ARGS", ""))
        done = subprocess.run(
            [*prefix, str(programs() / "initdb"), *arguments, "--locale=C.UTF-8", "--no-sync", *wanted],
            capture_output=True, text=True, check=False, cwd="/",
        )  # fmt: skip
    if done.returncode != 0:
        raise PostgresFailed(f"initdb ended with status {done.returncode}:\n{done.stderr or done.stdout}")


def postgres_program(
    home: Home, service: ComposeService, environment: Mapping[str, str], port: int
) -> Program:
    """The compose file's command with the wheel's program, on loopback only."""
    _, *options = service.command
    ours = {"listen_addresses": LOOPBACK, "port": str(port), "unix_socket_directories": ""}
    settings = [word for name, value in ours.items() for word in ("-c", f"{name}={value}")]
    server = [*as_unprivileged(), str(programs() / "postgres"), "-D", str(home.pgdata)]
    quiet = {name: value for name, value in environment.items() if name != "POSTGRES_PASSWORD"}
    return Program(
        name=service.name,
        command=[*server, *options, *settings],
        log=home.logs / "postgres.log",
        environment=quiet,
        stop_signal=signal.SIGINT,  # "fast": ends the sessions and writes everything down
        last=True,
    )
