"""Waiting for a change: who is woken, and with which news."""

import asyncio

from gateway.usecases.watch import EventWatch

LONG = 30.0


async def test_all_that_wait_for_a_key_get_the_news() -> None:
    watch = EventWatch()
    waiters = asyncio.gather(watch.wait("a", LONG), watch.wait("a", LONG))
    await asyncio.sleep(0)
    watch.notify("a", "news")
    assert list(await waiters) == ["news", "news"]


async def test_another_key_wakes_nobody() -> None:
    watch = EventWatch()
    waiter = asyncio.ensure_future(watch.wait("a", LONG))
    await asyncio.sleep(0)
    watch.notify("b", "other")
    await asyncio.sleep(0)
    assert not waiter.done()
    watch.notify("a")
    assert await waiter is None


async def test_without_news_waiting_ends_after_its_time() -> None:
    watch = EventWatch()
    assert await watch.wait("a", 0) is None
    watch.notify("a", "late")
    assert await watch.wait("a", 0) is None


async def test_who_gives_up_leaves_the_others_waiting() -> None:
    watch = EventWatch()
    first, second = (asyncio.ensure_future(watch.wait("a", LONG)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait([first])
    watch.notify("a", "news")
    assert await second == "news"
