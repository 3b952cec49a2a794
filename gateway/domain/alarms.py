"""Alarms (警報): what somebody in the office has to look at, told once and never about a person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

SINGLY: Final = 20  # alarms of one kind about one peer and day, before the rest is counted


class AlarmKind(StrEnum):
    """What an alarm is about; the catalogue explains each as `alarm.<kind>`."""

    DUPLICATE_WITH_DIFFERENT_BODY = "duplicate_with_different_body"
    CLOCK_SKEW = "clock_skew"
    UNREQUESTED_ITEM = "unrequested_item"
    BATCH_OVER_LIMIT = "batch_over_limit"
    REPLICA_DIFFERS = "replica_differs"
    REPLICA_NOT_COMPARED = "replica_not_compared"

    @property
    def code(self) -> str:
        """Its code in the catalogue."""
        return f"alarm.{self.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """警報: raised once per kind, peer and subject, whatever repeats.

    What a peer causes beyond `SINGLY` in one day of Japan is one more alarm, whose `count` grows.

    `peer` is the institution that it is about, empty where it is our own house. `subject` is what
    makes it one: a day of Japan, a message, a batch. `count` says how many things it is about.
    `details` are codes and numbers by name, never a person's.
    """

    alarm_id: str
    kind: AlarmKind
    peer: str
    subject: str
    at: datetime
    count: int = 1
    details: Mapping[str, str] = field(default_factory=dict)
    version: int = 0
