"""The journal over HTTP: pages, one row, why, bytes and curl, digest, export, replay."""

from typing import Final

from mocks.admin.exporting import EXPORTS, take
from mocks.admin.journal_views import explain_row, show_raw
from mocks.admin.problems import AdminError
from mocks.admin.replaying import read_request, read_row, replay
from mocks.admin.room import Room
from mocks.admin.routes import JSON, JSONL, MIB, Call, Operation, Reply, Sample
from mocks.admin.samples import DIGEST, PAGE, RAW, REPLAYED, ROW, WHY
from mocks.admin.schemas.common import NoQuery
from mocks.admin.schemas.journal import (
    MOST_REQUEST,
    DigestResource,
    ExportQuery,
    JournalPage,
    JournalQuery,
    ReplayRequest,
)
from mocks.admin.views import show_row
from mocks.engine.journal import Row


async def list_rows(call: Call[None, JournalQuery]) -> Reply:
    """Return a page of rows that fit every filter.

    Raises:
        AdminError: `space.unknown`.
    """
    room, wanted = call.room, call.query
    found = room.space.script.journal.rows(
        wanted.since,
        unmatched=wanted.unmatched,
        correlation=wanted.correlation,
        party=None if wanted.party is None else room.name_party(wanted.party),
        op=wanted.op,
        person=wanted.person,
    )
    page, more = found[: wanted.limit], len(found) > wanted.limit
    following = page[-1].id if page else wanted.since
    return Reply(
        body=JournalPage(
            rows=tuple(map(show_row, page)), next=following, more=more, evicted=room.evicted
        )
    )


async def show(call: Call[None, NoQuery]) -> Reply:
    """Return one row.

    Raises:
        AdminError: `space.unknown`, `journal.unknown`, `journal.evicted`.
    """
    return Reply(body=show_row(load_row(call.room, int(call.named("row")))))


async def explain(call: Call[None, NoQuery]) -> Reply:
    """Return why a row went as it did.

    Raises:
        AdminError: `space.unknown`, `journal.unknown`, `journal.evicted`.
    """
    return Reply(body=explain_row(load_row(call.room, int(call.named("row")))))


async def show_bytes(call: Call[None, NoQuery]) -> Reply:
    """Return the bytes of the exchange that a row is of.

    Raises:
        AdminError: `space.unknown`, `journal.unknown`, `journal.evicted`, `journal.no_bytes`.
    """
    room = call.room
    row = load_row(room, int(call.named("row")))
    exchange = room.space.script.journal.find_exchange(row.exchange)
    if exchange is None:
        raise AdminError("journal.no_bytes")
    return Reply(body=show_raw(row, exchange, room.space))


async def show_digest(call: Call[None, NoQuery]) -> Reply:
    """Return the digest of the journal.

    Raises:
        AdminError: `space.unknown`.
    """
    journal = call.room.space.script.journal
    return Reply(body=DigestResource(digest=journal.digest(), rows=len(journal.rows())))


async def export(call: Call[None, ExportQuery]) -> Reply:
    """Return the whole journal as a file.

    Raises:
        AdminError: `space.unknown`.
    """
    room, form = call.room, EXPORTS[call.query.format]
    name = f'attachment; filename="{room.name}.{call.query.format}"'
    return Reply(
        body=form.write(take(room)),
        media_type=form.media_type,
        headers={"Content-Disposition": name},
    )


async def send_again(call: Call[ReplayRequest, NoQuery]) -> Reply:
    """Give the request of a row, or one that was exported, to its party once more.

    Raises:
        AdminError: `space.unknown`, `journal.unknown`, `journal.no_bytes`, `replay.peer`.
    """
    room, wanted = call.room, call.body
    if wanted.row is not None:
        letter = read_row(room, load_row(room, wanted.row))
    else:
        letter = read_request(room, wanted)
    return Reply(body=await replay(room, letter))


def load_row(room: Room, number: int) -> Row:
    """Return a row.

    Raises:
        AdminError: `journal.unknown`, or `journal.evicted` for one that gave way.
    """
    journal = room.space.script.journal
    row = journal.find(number)
    if row is not None:
        return row
    known = journal.gone and number <= journal.last_row
    raise AdminError("journal.evicted" if known else "journal.unknown")


OPERATIONS: Final = (
    Operation(
        name="list_journal",
        method="GET",
        path="/spaces/{space}/journal",
        handler=list_rows,
        ja="記録を一覧にする",
        en="List the rows of the journal after `since`; `unmatched` are those nobody knew.",
        query=JournalQuery,
        replies={200: Sample(text="A page of rows.", value=PAGE)},
    ),
    Operation(
        name="export_journal",
        method="GET",
        path="/spaces/{space}/journal/export",
        handler=export,
        ja="記録を JSONL か HAR で書き出す",
        en="Export the journal as JSON Lines or as HAR 1.2.",
        query=ExportQuery,
        replies={200: Sample(text="The file.", media_type=JSONL, others=(JSON,))},
    ),
    Operation(
        name="show_digest",
        method="GET",
        path="/spaces/{space}/journal/digest",
        handler=show_digest,
        ja="記録のハッシュ値を見る",
        en="Show the digest of the journal: equal for equal seeds, whatever the interleaving.",
        replies={200: Sample(text="The digest.", value=DIGEST)},
    ),
    Operation(
        name="show_row",
        method="GET",
        path="/spaces/{space}/journal/{row}",
        handler=show,
        ja="記録を一つ見る",
        en="Show one row.",
        replies={200: Sample(text="The row.", value=ROW)},
        may_refuse=(410,),
    ),
    Operation(
        name="explain_row",
        method="GET",
        path="/spaces/{space}/journal/{row}/why",
        handler=explain,
        ja="規則がなぜ当てはまった・外れたかを見る",
        en="Show why rules matched or did not, and which came nearest.",
        replies={200: Sample(text="The reasons.", value=WHY)},
        may_refuse=(410,),
    ),
    Operation(
        name="show_bytes",
        method="GET",
        path="/spaces/{space}/journal/{row}/raw",
        handler=show_bytes,
        ja="送受信したバイト列と curl の命令を見る",
        en="Show the bytes of the row's exchange, and the curl command that sends it again.",
        replies={200: Sample(text="Both sides.", value=RAW)},
        may_refuse=(410,),
    ),
    Operation(
        name="replay_row",
        method="POST",
        path="/spaces/{space}/journal/replay",
        handler=send_again,
        ja="届いた要求をもう一度届ける",
        en="Give a request that a party received to it once more, byte by byte.",
        body=ReplayRequest,
        sample=ReplayRequest(row=17),
        most_bytes=MOST_REQUEST + MIB,
        replies={200: Sample(text="What came of it.", value=REPLAYED)},
        may_refuse=(409, 410, 422),
    ),
)
