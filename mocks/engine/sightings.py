"""What is seen of the system under test: states, alarms, audit entries, effects, figures, texts."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Subject = Literal[
    "inquiry", "permit", "file", "queue", "crash", "effect", "alarm", "audit", "metric", "text"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One thing seen at an instant of the space's clock; it says `what` about its subject.

    `what` is a state of an inquiry, the kind of an alarm, the event of an audit entry, the name of
    an effect or a metric (with `value`), or the surface a `text` was seen on. `person` is the name
    in the scenario, `member` the place in a crowd, from 0. `party` is whom a metric is about (an
    alarm: whose doing it tells of), `nbf` and `exp` are the terms of a permit, `file` and `sha256`
    name a file and its content, `message_id` is of the document that did it.
    """

    at: datetime
    subject: Subject
    what: str
    person: str | None = None
    member: int = 0
    correlation: str | None = None
    reason: str | None = None
    fix_by: str | None = None
    value: float | None = None
    items: tuple[str, ...] = ()
    text: str = field(default="", repr=False)
    party: str | None = None
    nbf: datetime | None = None
    exp: datetime | None = None
    file: str | None = None
    sha256: str | None = None
    message_id: str | None = None
