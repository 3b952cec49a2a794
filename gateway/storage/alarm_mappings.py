"""The mapping of alarms."""

from collections.abc import Mapping
from typing import Final

from gateway.domain.alarms import Alarm, AlarmKind
from gateway.storage import log_tables as tables
from gateway.storage.mapping import INSTANT, NUMBER, TEXT, TypeMapping, enum

ALARMS: Final = TypeMapping(
    kind=Alarm,
    table=tables.alarms,
    key=("at", "alarm_id"),
    columns={
        "alarm_id": TEXT,
        "kind": enum(AlarmKind),
        "peer": TEXT,
        "subject": TEXT,
        "at": INSTANT,
        "count": NUMBER,
        "version": NUMBER,
    },
    sealed={"details": Mapping[str, str]},
)
