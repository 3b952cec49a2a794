"""Permit lists and own registers that tests make: other editions, holds that come and go."""

from datetime import date

import msgspec

from gateway.domain.permit_book import OwnList
from permitlists import Edition


class FixedRegister:
    """An own register that says what a test puts into it."""

    def __init__(self, own: OwnList) -> None:
        self.own = own
        self.accepted: OwnList | None = None
        self.said: dict[int, OwnList] = {}

    def changed(self) -> bool:
        return self.accepted is not self.own

    def read(self) -> OwnList:
        self.said[self.own.sequence] = self.own
        return self.own

    def recall(self, sequence: int) -> OwnList:
        return self.said[sequence]

    def accept(self, own: OwnList) -> None:
        self.accepted = own


def without_row(edition: Edition, row: str) -> Edition:
    """Return an edition that lacks a row."""
    rows = tuple(one for one in edition.table.rows if one.no != row)
    assert len(rows) == len(edition.table.rows) - 1
    return Edition(msgspec.structs.replace(edition.table, rows=rows))


def from_day(edition: Edition, day: date) -> Edition:
    """Return an edition as it comes into force on another day."""
    return Edition(
        msgspec.structs.replace(edition.table, valid_from=day, valid_to=None, overlays=())
    )
