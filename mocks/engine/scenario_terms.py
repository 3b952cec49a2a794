"""What parts of a scenario have in common: states, kinds of party, points of faults, moments."""

from datetime import datetime
from typing import Literal

from mocks.engine.templates import Template

State = Literal[
    "accepted",
    "permit_requested",
    "permitted",
    "sent",
    "held",
    "answered",
    "not_provided",
    "denied",
    "expired",
    "failed",
    "cancelled",
]
PartyKind = Literal["sut", "core", "registry", "agency", "federation", "insurers", "portal"]
FaultPoint = Literal[
    "before_effect", "after_effect", "mid_response", "after_response", "on_file", "on_clock"
]
Same = Literal["same", "other"]
Limit = Literal["at_once", "waiting"]
Moment = datetime | Template  # an instant, or a template that gives one
