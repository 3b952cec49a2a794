"""How spaces and their clocks look from outside."""

import hashlib
from datetime import datetime

from mocks.admin.room import Room
from mocks.admin.scenario_views import source_of
from mocks.admin.schemas.common import Texts
from mocks.admin.schemas.spaces import (
    ClockResource,
    HoldList,
    HoldResource,
    LoadedResource,
    SpaceResource,
    WarningList,
    WarningResource,
)
from mocks.admin.views import show_texts
from mocks.engine.calendar import BusinessCalendar, CalendarError
from mocks.engine.clock import day_of


def show_clock(room: Room) -> ClockResource:
    """Return the clock of a space as it stands."""
    clock = room.space.clock
    now = clock.now()
    return ClockResource(
        now=now,
        mode=clock.mode,
        rate=clock.rate,
        offset_ms=clock.offset_milliseconds,
        status=room.space.state,
        business_day=_is_business_day(now),
        next_due=room.space.next_at,
    )


def show_space(room: Room) -> SpaceResource:
    """Return a space at a glance."""
    space = room.space
    rows = space.journal.rows()
    scenarios = space.script.scenarios
    return SpaceResource(
        name=room.name,
        seed=int(space.script.seed),
        clock=show_clock(room),
        scenarios=tuple(
            LoadedResource(
                id=one.id,
                sha256=hashlib.sha256(source_of(room, one)).hexdigest(),
                title=show_texts(one.title),
            )
            for one in scenarios.values()
        ),
        journal_end=space.journal.last_row,
        unmatched=sum(1 for row in rows if row.op is None and not row.is_marker),
        evicted=room.evicted,
        faults=len(room.space.script.rules_by_hand),
        holds=len(space.holds.held),
        warnings=show_warnings(room).warnings,
        repeat=write_repeat(room),
    )


def show_warnings(room: Room) -> WarningList:
    """Return what a tester must look at."""
    found = []
    numbers = room.space.journal.true_numbers
    if numbers:
        text = Texts(
            ja=f"実在しうる個人番号が {numbers} 件届きました（記録では伏せています）。"
            "この環境に実在の個人番号を入れないでください。",
            en=f"{numbers} individual numbers arrived that could be real ones (masked in the"
            " journal). Keep real numbers out of this environment.",
        )
        found.append(WarningResource(code="number.real", count=numbers, text=text))
    if room.evicted:
        text = Texts(
            ja=f"古い記録 {room.evicted} 行が上限を超えたため消えました。",
            en=f"{room.evicted} old rows of the journal gave way to newer ones.",
        )
        found.append(WarningResource(code="journal.evicted", count=room.evicted, text=text))
    return WarningList(warnings=tuple(found))


def show_holds(room: Room) -> HoldList:
    """Return every request that is held."""
    return HoldList(
        holds=tuple(
            HoldResource(
                id=held.id,
                party=held.party,
                op=held.call.op,
                at=held.at,
                rule=held.rule,
                point=held.point,
                row=held.row,
                correlation=held.call.correlation,
            )
            for held in room.space.holds.held
        )
    )


def write_repeat(room: Room) -> str:
    """Return the one command that makes such a space again."""
    parts = [f"nakadachi mocks up --space {room.name}"]
    parts += [f"--scenario {name.partition('-')[0]}" for name in room.space.script.scenarios]
    return " ".join([*parts, f"--seed {room.space.script.seed}"])


def _is_business_day(now: datetime) -> bool:
    try:
        return BusinessCalendar().is_open_day(day_of(now))
    except CalendarError:
        return False
