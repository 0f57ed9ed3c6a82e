"""Shell commands that wait, end or describe things."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from srx_lab.shell.builtin import Builtin
from srx_lab.shell.process import Exit, Process
from srx_lab.streams import Streams

# ruff: noqa: ARG001 - every builtin takes shell, arguments and streams


async def kill(shell: Process, arguments: list[str], streams: Streams) -> int:
    probing = "-0" in arguments
    status = 0
    for each in arguments:
        if not each.isdigit():
            continue
        job = shell.device.jobs.get(int(each))
        if job is None:
            await streams.err.write(f"{each}: No such process\n")
            status = 1
        elif not probing:
            job.cancel()
            await asyncio.sleep(0)
    return status


async def ps(shell: Process, arguments: list[str], streams: Streams) -> int:
    await streams.out.write("  PID  TT  STAT      TIME COMMAND\n")
    for pid in sorted(shell.device.jobs):
        await streams.out.write(f"{pid:5d}  ??  S      0:00.01 sh (job)\n")
    await streams.out.write(f"{shell.pid:5d}  p0  Ss     0:00.02 -csh (csh)\n")
    return 0


async def leave(shell: Process, arguments: list[str], streams: Streams) -> int:
    raise Exit(int(arguments[0]) if arguments else shell.status)


async def sleep(shell: Process, arguments: list[str], streams: Streams) -> int:
    clock = shell.device.cluster.setting.clock
    await asyncio.sleep(clock.wall_s(float(arguments[0]) if arguments else 0.0))
    return 0


async def date(shell: Process, arguments: list[str], streams: Streams) -> int:
    shell.device.cluster.touch()
    moment = shell.device.world.device_time(shell.device.node)
    if arguments and arguments[-1].startswith("+"):
        form = arguments[-1][1:].replace("%s", str(int(moment.timestamp())))
        await streams.out.write(moment.strftime(form) + "\n")
    else:
        await streams.out.write(f"{moment:%a %b} {moment.day:2d} {moment:%H:%M:%S} UTC {moment:%Y}\n")
    return 0


def _fixed(make: Callable[[Process], str]) -> Builtin:
    async def run(shell: Process, arguments: list[str], streams: Streams) -> int:
        await streams.out.write(make(shell) + "\n")
        return 0

    return run


async def true(shell: Process, arguments: list[str], streams: Streams) -> int:
    return 0


async def false(shell: Process, arguments: list[str], streams: Streams) -> int:
    return 1


async def trap(shell: Process, arguments: list[str], streams: Streams) -> int:
    """`trap "" HUP` in a background job: it outlives its terminal."""
    if arguments[:1] == [""] and "HUP" in arguments and shell.own_job is not None:
        jobs, pid = shell.own_job
        if pid in jobs:
            jobs.remove(pid)
    return 0


async def wait(shell: Process, arguments: list[str], streams: Streams) -> int:
    jobs = [
        shell.device.jobs[int(each)]
        for each in arguments
        if each.isdigit() and int(each) in shell.device.jobs
    ]
    jobs = jobs or [shell.device.jobs[pid] for pid in shell.hangup_jobs if pid in shell.device.jobs]
    return (await asyncio.gather(*jobs))[-1] if jobs else 0


async def identity(shell: Process, arguments: list[str], streams: Streams) -> int:
    """`id`, and `id -un` for the name alone."""
    user = shell.device.user
    named = any(each.startswith("-") and "u" in each for each in arguments)
    await streams.out.write(f"{user}\n" if named else f"uid=2000({user}) gid=20(staff) groups=20(staff)\n")
    return 0


PROCESS_BUILTINS: dict[str, Builtin] = {
    "kill": kill,
    "ps": ps,
    "exit": leave,
    "logout": leave,
    "sleep": sleep,
    "date": date,
    "wait": wait,
    "false": false,
    ":": true,
    "export": true,
    "set": true,
    "unset": true,
    "stty": true,
    "umask": true,
    "chmod": true,
    "sync": true,
    "trap": trap,
    "true": true,
    "hostname": _fixed(lambda shell: shell.device.host_name),
    "whoami": _fixed(lambda shell: shell.device.user),
    "id": identity,
    "uname": _fixed(lambda shell: f"FreeBSD {shell.device.host_name} JNPR-12.1 amd64"),
    "tty": _fixed(lambda _: "/dev/pts/0"),
}
