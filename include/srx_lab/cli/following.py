"""An upgrade's transcript on a terminal, and the questions in it."""

from __future__ import annotations

from srx_lab.device import Device
from srx_lab.terminal import Terminal


async def follow_upgrade(device: Device, number: int, terminal: Terminal) -> None:
    """Until the upgrade's process ends. The next line that is given answers a question; none is a no [U]."""
    async for text in device.transcript(number):
        if not device.cluster.machine.asks(text):
            await terminal.write(f"{text}\n")
            continue
        await terminal.write(text)
        answer = (await terminal.read_line() or "no").strip()
        if not terminal.is_tty:
            await terminal.write("\n")
        device.cluster.touch()
        device.record("question_answered", question=text, answer=answer)
        device.cluster.machine.answer(answer)
        device.cluster.settle()
