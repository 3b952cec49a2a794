"""Questions of the command line: which edition, which day, and one question or a file of them."""

import json
import time
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from gateway.cli.permit_source import find_edition
from permitlists import (
    INSTRUMENTS,
    ORDINANCE,
    CodedQuestion,
    Edition,
    Explanation,
    Institutions,
    PermitList,
    PermitListError,
    explain_named,
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
    inquirer_delegator: str | None = None
    provider_delegator: str | None = None
    consent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What the options say about list, edition and day, for every question of a call.

    `instrument` is None for the statutory edition of the day, whichever instrument that is of.
    `named` is the edition that the options name, whose day may be another; `pinned` says that
    they name one, which may be unknown.
    """

    on: date | None
    permit_list: PermitList
    institutions: Institutions
    instrument: str | None = None
    named: Edition | None = None
    pinned: bool = False

    def answer(self, line: AskedLine) -> Explanation:
        """Return the explained decision of one question.

        Raises:
            PermitListError: the affair has another form, or a text holds half a character.
        """
        _check_texts(line)
        edition, day = self._edition_and_day(line.on or self.on)
        question = CodedQuestion(
            on=day,
            affair=line.affair,
            inquirer=line.inquirer,
            provider=line.provider,
            information=(line.info,) if isinstance(line.info, str) else line.info,
            instrument=edition.key.instrument if edition else self.instrument or _STATUTORY,
            inquirer_delegator=line.inquirer_delegator,
            provider_delegator=line.provider_delegator,
            consent=line.consent,
        )
        return explain_named(self.permit_list, self.institutions, question, edition)

    def _edition_and_day(self, asked: date | None) -> tuple[Edition | None, date]:
        day = asked or today()
        if self.pinned:
            edition = self.named
            if edition is None or edition.key.in_force(day):
                return edition, day
            # an edition of another time, named without a day: its first day
            return (edition, edition.key.valid_from) if asked is None else (None, day)
        if self.instrument is None:
            return self.permit_list.find_statutory(day), day
        return self.permit_list.find_in_force(self.instrument, day), day


def read_frame(
    on: date | None, edition: str | None, permit_list: PermitList, institutions: Path | None
) -> Frame:
    """Return what `--on`, `--edition` and `--institutions` say together about a list.

    Raises:
        ValueError: a date after @ has another form, no edition has that name, or a file is not
            what it should be.
        OSError: a file cannot be read.
    """
    frame = Frame(
        on=on,
        permit_list=permit_list,
        institutions=load_institutions(institutions),
    )
    if edition is None:
        return frame
    instrument, at, day = edition.partition("@")
    if instrument not in INSTRUMENTS:
        named = find_edition(edition, frame.permit_list)
        return replace(frame, instrument=named.key.instrument, named=named, pinned=True)
    if not at:
        return replace(frame, instrument=instrument)
    if instrument == ORDINANCE:
        message = f"ordinance affairs have no edition of their own: {ORDINANCE} alone"
        raise PermitListError("permits.edition_unknown", message)
    parse_date(day)
    named_or_none = frame.permit_list.find_labelled(edition)
    return replace(frame, instrument=instrument, named=named_or_none, pinned=True)


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


def _check_texts(line: AskedLine) -> None:
    """Refuse what UTF-8 cannot write: an answer repeats the texts of its question.

    Raises:
        PermitListError: a text holds a lone surrogate, as bytes of an argument that are no UTF-8.
    """
    delegators = (line.inquirer_delegator or "", line.provider_delegator or "")
    try:
        "".join((line.affair, line.inquirer, line.provider, *line.info, *delegators)).encode()
    except UnicodeEncodeError as error:
        raise PermitListError("permits.question_form", "a text is no valid UTF-8") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:  # Any: plain JSON
    found = dict(pairs)
    if len(found) != len(pairs):
        raise PermitListError("permits.question_form", "a key stands twice")
    return found
