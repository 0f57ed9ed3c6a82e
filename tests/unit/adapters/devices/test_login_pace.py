"""How beginnings of logins are spread."""

from __future__ import annotations

import asyncio

from srx_issu.adapters.devices.login_pace import BURST, LoginPace


async def beginnings(pace: LoginPace, logins: int) -> list[float]:
    """When each login may begin, in seconds from now."""
    loop = asyncio.get_running_loop()
    began = loop.time()

    async def one() -> float:
        await pace.turn()
        return loop.time() - began

    return sorted(await asyncio.gather(*(one() for _ in range(logins))))


def test_a_storm_is_spread() -> None:
    at = asyncio.run(beginnings(LoginPace(per_s=100, burst=5), 25))
    assert at[-1] >= 0.15  # twenty of them wait, a hundredth of a second each
    assert at[4] < 0.05


def test_a_few_begin_at_once() -> None:
    assert asyncio.run(beginnings(LoginPace(), BURST))[-1] < 0.05


def test_who_is_cancelled_in_the_queue_holds_nobody_up() -> None:
    async def story() -> None:
        pace = LoginPace(per_s=25, burst=1)
        waiting = [asyncio.create_task(pace.turn()) for _ in range(200)]
        await asyncio.sleep(0)
        for each in waiting[1:]:
            each.cancel()
        async with asyncio.timeout(2):
            await asyncio.wait(waiting)
            await pace.turn()

    asyncio.run(story())
