import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.domain.errors import PeerUnreachableError
from gateway.network.lanes import Lane, Limits
from wire.documents import XML_TYPE, Document, seal

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def message_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def reply_to(number: int) -> Document:
    return seal(
        kind="receipt",
        message_id=message_id(number + 100_000),
        sender="990019",
        recipient="990027",
        in_reply_to=message_id(number),
        created=NOW,
        content_type=XML_TYPE,
        body=b"<receipt/>",
        signer=None,
    )


class Group:
    def __init__(self, tasks: asyncio.TaskGroup) -> None:
        self.tasks = tasks

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self.tasks.create_task(work)


@pytest.fixture
async def group() -> AsyncIterator[Group]:
    async with asyncio.TaskGroup() as tasks:
        yield Group(tasks)


class Post:
    """Answers every parcel of three digits, once it may."""

    def __init__(self) -> None:
        self.streams: list[list[int]] = []
        self.begun = asyncio.Event()
        self.free = asyncio.Event()
        self.free.set()
        self.silent: set[int] = set()
        self.failure: PeerUnreachableError | None = None

    async def __call__(self, stream: bytes, _: float) -> Mapping[str, Document]:
        numbers = [int(stream[i : i + 3]) for i in range(0, len(stream), 3)]
        self.streams.append(numbers)
        self.begun.set()
        await self.free.wait()
        if self.failure is not None:
            raise self.failure
        return {message_id(n): reply_to(n) for n in numbers if n not in self.silent}


async def send(lane: Lane, number: int, seconds: float = 60) -> str | None:
    reply = await lane.send(message_id(number), b"%03d" % number, seconds=seconds)
    return reply.in_reply_to


async def test_parcels_of_one_turn_travel_together_and_each_gets_its_reply(group: Group) -> None:
    post = Post()
    lane = Lane(post, group, Limits())

    replies = await asyncio.gather(*(send(lane, number) for number in range(10)))

    assert replies == [message_id(number) for number in range(10)]
    assert post.streams == [list(range(10))]


async def test_what_arrives_while_all_posts_are_under_way_waits_for_the_next(group: Group) -> None:
    post = Post()
    post.free.clear()
    lane = Lane(post, group, Limits(in_flight=1))
    first = asyncio.ensure_future(send(lane, 1))
    await post.begun.wait()
    others = asyncio.gather(*(send(lane, number) for number in (2, 3)))
    await asyncio.sleep(0)
    post.free.set()

    await asyncio.gather(first, others)

    assert post.streams == [[1], [2, 3]]


@pytest.mark.parametrize(
    ("limits", "streams"),
    [
        (Limits(parcels=2), [[0, 1], [2, 3], [4]]),
        (Limits(post_bytes=7), [[0, 1], [2, 3], [4]]),
        (Limits(post_bytes=1), [[0], [1], [2], [3], [4]]),
    ],
)
async def test_a_post_is_bounded_by_parcels_and_by_bytes(
    limits: Limits, streams: list[list[int]], group: Group
) -> None:
    post = Post()
    lane = Lane(post, group, limits)

    await asyncio.gather(*(send(lane, number) for number in range(5)))

    assert post.streams == streams


async def test_a_missing_reply_is_an_unreachable_peer_and_harms_no_other(group: Group) -> None:
    post = Post()
    post.silent = {1}
    lane = Lane(post, group, Limits())

    good, bad = await asyncio.gather(send(lane, 0), send(lane, 1), return_exceptions=True)

    assert good == message_id(0)
    assert isinstance(bad, PeerUnreachableError)
    assert bad.context == {"reason": "no_reply"}


async def test_a_failed_post_fails_each_of_its_parcels_with_an_error_of_its_own(
    group: Group,
) -> None:
    post = Post()
    post.failure = PeerUnreachableError(status=503)
    lane = Lane(post, group, Limits())

    one, other = await asyncio.gather(send(lane, 0), send(lane, 1), return_exceptions=True)

    assert isinstance(one, PeerUnreachableError)
    assert isinstance(other, PeerUnreachableError)
    assert one is not other
    assert one.context == other.context == {"status": 503}


async def test_a_caller_waits_no_longer_than_its_deadline(group: Group) -> None:
    post = Post()
    post.free.clear()
    lane = Lane(post, group, Limits())

    with pytest.raises(PeerUnreachableError, match="deadline"):
        await send(lane, 0, seconds=0.01)
    post.free.set()


async def test_a_parcel_nobody_waits_for_is_not_sent(group: Group) -> None:
    post = Post()
    post.free.clear()
    lane = Lane(post, group, Limits(in_flight=1))
    first = asyncio.ensure_future(send(lane, 0))
    await post.begun.wait()
    with pytest.raises(PeerUnreachableError):
        await send(lane, 1, seconds=0.01)
    third = asyncio.ensure_future(send(lane, 2))
    await asyncio.sleep(0)
    post.free.set()

    await asyncio.gather(first, third)

    assert post.streams == [[0], [2]]


async def test_a_full_lane_refuses_at_once(group: Group) -> None:
    post = Post()
    lane = Lane(post, group, Limits(waiting=2))

    results = await asyncio.gather(*(send(lane, n) for n in range(3)), return_exceptions=True)

    assert results[:2] == [message_id(0), message_id(1)]
    assert isinstance(results[2], PeerUnreachableError)
    assert results[2].context == {"reason": "lane_full"}
