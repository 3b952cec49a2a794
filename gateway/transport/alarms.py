"""Alarms (警報) of the caller's institution, by cursor."""

from datetime import UTC, datetime, timedelta
from typing import Final

from gateway.domain.alarms import Alarm, AlarmKind
from gateway.domain.catalogue import explain
from gateway.transport.routes import Call, Operation, Reply, Sample
from gateway.transport.schemas.alarms import AlarmPage, AlarmResource, AlarmsQuery
from gateway.usecases import alarms

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_STEP: Final = timedelta(microseconds=1)
_FIRST: Final = -62_135_596_800  # the seconds that an instant can hold
_LAST: Final = 253_402_300_799


async def list_alarms(call: Call[None, AlarmsQuery]) -> Reply:
    """Return a page of alarms."""
    asked = call.query
    found = await alarms.list_alarms(
        ports=call.ports, after=_read_cursor(asked.after), limit=asked.limit
    )
    last = _cursor_of(found[-1]) if found else asked.after
    page = AlarmPage(
        alarms=tuple(map(to_resource, found)),
        next=last if len(found) == asked.limit else None,
        last=last,
    )
    return Reply(body=page)


def _read_cursor(text: str | None) -> tuple[datetime, str] | None:
    if text is None:
        return None
    passed, _, alarm_id = text.partition(".")
    seconds, rest = divmod(int(passed), 1_000_000)
    return min(max(seconds, _FIRST), _LAST) * timedelta(seconds=1) + rest * _STEP + _EPOCH, alarm_id


def _cursor_of(alarm: Alarm) -> str:
    return f"{(alarm.at - _EPOCH) // _STEP}.{alarm.alarm_id}"


def to_resource(alarm: Alarm) -> AlarmResource:
    """Return an alarm as the API shows it, with the texts of the catalogue."""
    entry = explain(alarm.kind.code)
    return AlarmResource(
        id=alarm.alarm_id,
        kind=alarm.kind.value,
        code=entry.code,
        title_ja=entry.title_ja,
        title_en=entry.title_en,
        detail_ja=entry.detail_ja,
        detail_en=entry.detail_en,
        fix_by=entry.fix_by.value,
        at=alarm.at,
        peer=alarm.peer or None,
        subject=alarm.subject,
        count=alarm.count,
        details=dict(alarm.details),
    )


_ALARM: Final = Alarm(
    alarm_id="3e4f5a6b-7c8d-4e9f-8a0b-1c2d3e4f5a6b",
    kind=AlarmKind.CLOCK_SKEW,
    peer="991023",
    subject="2026-11-24",
    at=datetime(2026, 11, 24, 3, 0, tzinfo=UTC),
    details={"seconds": "90"},
)
_SAMPLE: Final = AlarmPage(alarms=(to_resource(_ALARM),), next=None, last=_cursor_of(_ALARM))

OPERATIONS: Final = (
    Operation(
        name="list_alarms",
        method="GET",
        path="/v1/alarms",
        scope="alarms:list",
        handler=list_alarms,
        summary_ja="警報を見る",
        summary_en="List alarms of the own institution.",
        query=AlarmsQuery,
        replies={200: Sample(text="A page.", value=_SAMPLE)},
    ),
)
