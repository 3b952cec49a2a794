"""Three different things to clear: what was written down, what parties know, how rules count."""

from typing import Final

from mocks.admin.routes import Call, Operation, Reply, Sample
from mocks.admin.samples import CLEARED
from mocks.admin.schemas.common import NoQuery
from mocks.admin.schemas.journal import ClearedResource

_REPLY: Final = {200: Sample(text="What was cleared.", value=CLEARED)}


async def clear_journal(call: Call[None, NoQuery]) -> Reply:
    """Forget every row and every byte of the journal; states and counters stay.

    Raises:
        AdminError: `space.unknown`.
    """
    room = call.room
    cleared = ClearedResource(cleared="journal", count=len(room.space.journal.rows()))
    room.space.journal.clear()
    room.tell("cleared", lambda: cleared)
    return Reply(body=cleared)


async def clear_counters(call: Call[None, NoQuery]) -> Reply:
    """Let every rule begin anew; journal and states stay.

    Raises:
        AdminError: `space.unknown`.
    """
    room = call.room
    script = room.space.script
    rules = sum(len(one.rules) for one in script.scenarios.values())
    cleared = ClearedResource(cleared="counters", count=rules + len(script.rules_by_hand))
    script.reset_counters()
    room.tell("cleared", lambda: cleared)
    return Reply(body=cleared)


async def clear_state(call: Call[None, NoQuery]) -> Reply:
    """Let every party forget what it learned since the opening; journal and counters stay.

    Raises:
        AdminError: `space.unknown`.
    """
    room = call.room
    cleared = ClearedResource(cleared="state", count=len(room.space.parties))
    room.space.reset_state()
    room.tell("cleared", lambda: cleared)
    return Reply(body=cleared)


OPERATIONS: Final = (
    Operation(
        name="clear_journal",
        method="DELETE",
        path="/spaces/{space}/journal",
        handler=clear_journal,
        ja="記録だけを消す（状態と回数は残る）",
        en="Clear the journal; states of parties and counters of rules stay.",
        replies=_REPLY,
    ),
    Operation(
        name="clear_state",
        method="DELETE",
        path="/spaces/{space}/state",
        handler=clear_state,
        ja="参加者の状態だけを戻す（記録と回数は残る）",
        en="Let parties forget what they learned since the opening; journal and counters stay.",
        replies=_REPLY,
    ),
    Operation(
        name="clear_counters",
        method="DELETE",
        path="/spaces/{space}/counters",
        handler=clear_counters,
        ja="規則の回数だけを戻す（記録と状態は残る）",
        en="Let every rule begin anew; journal and states stay.",
        replies=_REPLY,
    ),
)
