"""Questions of the command line: which edition, which day, and one question or a file of them."""

import json
import time
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from permitlists import (
    INSTRUMENTS,
    Affair,
    Edition,
    Explanation,
    NamedQuestion,
    PermitListError,
    explain_named,
    load_builtin,
    load_institutions,
)

_STATUTORY = "shourei-r6"  # the one in force, for days that no edition governs


def parse_date(text: str) -> date:
    """Return the calendar date that a text such as 2026-04-01 names.

    Raises:
        ValueError: the text has another form; the library also takes weeks and bare digits.
    """
    found = date.fromisoformat(text)
    if found.isoformat() != text:
        message = "a date is YYYY-MM-DD"
        raise ValueError(message)
    return found


class AskedLine(msgspec.Struct, forbid_unknown_fields=True):
    """One question as typed: an affair, a code or class text on each side, one term or several."""

    affair: str
    inquirer: str
    provider: str
    info: str | tuple[str, ...]
    on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What the options say about the edition and the day, for every question of a call.

    `instrument` is None for the statutory edition of the day, whichever instrument that is of.
    """

    on: date | None
    instrument: str | None
    label: str | None

    def answer(self, line: AskedLine) -> Explanation:
        """Return the explained decision of one question.

        Raises:
            PermitListError: the affair has another form.
        """
        edition, day = self._edition_and_day(line.on or self.on)
        question = NamedQuestion(
            on=day,
            affair=Affair.parse(line.affair),
            inquirer=line.inquirer,
            provider=line.provider,
            information=(line.info,) if isinstance(line.info, str) else line.info,
            instrument=edition.key.instrument if edition else self.instrument or _STATUTORY,
        )
        return explain_named(edition, load_institutions(), question)

    def _edition_and_day(self, asked: date | None) -> tuple[Edition | None, date]:
        day = asked or today()
        if self.instrument is None:
            return load_builtin().find_statutory(day), day
        if self.label is None:
            return load_builtin().find_in_force(self.instrument, day), day
        edition = load_builtin().find_labelled(self.label)
        if edition is None or edition.key.in_force(day):
            return edition, day
        if asked is None:  # an edition of another time, named without a day: its first day
            return edition, edition.key.valid_from
        return None, day


def read_frame(on: date | None, edition: str | None) -> Frame:
    """Return what `--on` and `--edition` say together.

    Raises:
        ValueError: the edition is not INSTRUMENT or INSTRUMENT@VALID-FROM of a known instrument.
    """
    if edition is None:
        return Frame(on=on, instrument=None, label=None)
    instrument, at, day = edition.partition("@")
    if instrument not in INSTRUMENTS:
        message = f"an instrument is one of {', '.join(INSTRUMENTS)}"
        raise PermitListError("permits.instrument", message)
    if at:
        parse_date(day)
    return Frame(on=on, instrument=instrument, label=edition if at else None)


def today() -> date:
    """Return the calendar date of now in Japan."""
    # The command line is where system time enters; it knows no sandbox clock.
    return datetime.fromtimestamp(time.time(), tz=ZoneInfo("Asia/Tokyo")).date()


def answer_lines(frame: Frame, data: bytes) -> list[Explanation]:
    """Return the answers to the questions of a JSON Lines file, in order.

    Raises:
        PermitListError: a line is no question; the message names the line, and nothing of the
            file is answered.
    """
    answers = []
    for number, text in enumerate(data.splitlines(), start=1):
        try:
            answers.append(frame.answer(_read_line(text)))
        except (ValueError, RecursionError, msgspec.MsgspecError) as error:
            message = f"line {number}: {error}"
            raise PermitListError("permits.question_form", message) from error
    return answers


def _read_line(text: bytes) -> AskedLine:
    return msgspec.convert(json.loads(text, object_pairs_hook=_unique), AskedLine)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:  # Any: plain JSON
    found = dict(pairs)
    if len(found) != len(pairs):
        raise PermitListError("permits.question_form", "a key stands twice")
    return found
