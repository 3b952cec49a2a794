"""Which revision of a law a file is, from its name and from the metadata beside it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import msgspec

from permitlists.lawxml.document import Law
from permitlists.lawxml.faults import Finding, LawXmlError, find
from permitlists.lawxml.numerals import KANJI, kanji_number
from permitlists.lawxml.text import text_of
from wire.trees import Node

_NAME: Final = re.compile(r"([0-9]{3}[0-9A-Z]{12})_([0-9]{8})_([0-9A-Z]{15})")
_TAIL: Final = re.compile(r"([0-9]{8})_([0-9A-Z]{15})")
_ERAS: Final = {"明治": 1868, "大正": 1912, "昭和": 1926, "平成": 1989, "令和": 2019}
_JAPANESE: Final = re.compile(rf"(明治|大正|昭和|平成|令和)(元|{KANJI})年({KANJI})月({KANJI})日")
_OPEN: Final = ("定める日", "範囲内", "未定")
_ENFORCED: Final = frozenset({"", "CurrentEnforced", "PreviousEnforced"})
# The act or order whose table is a permit list of ours.
_INSTRUMENTS: Final = {"506M60004008009": "shourei-r6", "425AC0000000027": "beppyo2"}
_NUMBERS: Final = {
    "令和六年デジタル庁・総務省令第九号": "shourei-r6",
    "平成二十五年法律第二十七号": "beppyo2",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """版の素性, what is known about one revision of a law; empty texts and None where unknown.

    `status` and `form` are what e-Gov calls status and mission. `comment` is its remark on the
    enforcement, such as that a cabinet order fixes the day: then `valid_from` is provisional.
    """

    law_id: str = ""
    revision_id: str = ""
    valid_from: date | None = None
    status: str = ""
    comment: str = ""
    form: str = ""
    repealed: bool = False
    scheduled: bool = False

    @property
    def provisional(self) -> bool:
        """Whether the day of enforcement is not fixed yet."""
        return self.scheduled or any(word in self.comment for word in _OPEN)

    def as_document(self) -> dict[str, Any]:  # Any: plain JSON
        """Return the revision as plain JSON."""
        return {
            "law_id": self.law_id or None,
            "revision_id": self.revision_id or None,
            "valid_from": self.valid_from.isoformat() if self.valid_from else None,
            "status": self.status or None,
            "provisional": self.provisional,
        }


def instrument_of(law: Law, revision: Revision) -> str | None:
    """Return the instrument that a law is, None for any other law."""
    return _INSTRUMENTS.get(revision.law_id) or _NUMBERS.get(law.number)


def read_revision(law: Law, name: str, metadata: bytes | None) -> Revision:
    """Return the revision that a file's name, its wrapping and its metadata tell together.

    Raises:
        LawXmlError: the metadata is no JSON of e-Gov, or name and metadata contradict each other.
    """
    named = _from_name(name)
    told = _from_fields(_read_json(metadata)) if metadata else None
    if told is None and law.wrapping is not None:
        told = _from_fields(dict(_leaves(law.wrapping)))
    if named is None or told is None:
        return told or named or Revision()
    _check_agreement(named, told)
    return Revision(
        law_id=told.law_id or named.law_id,
        revision_id=told.revision_id or named.revision_id,
        valid_from=told.valid_from or named.valid_from,
        status=told.status,
        comment=told.comment,
        form=told.form,
        repealed=told.repealed,
        scheduled=told.scheduled,
    )


def list_obstacles(revision: Revision) -> tuple[Finding, ...]:
    """Return why the revision must not be used; empty for one in force on a fixed day."""
    found = []
    if revision.provisional:
        found.append(find("hold", "lawxml.revision.provisional", None, comment=revision.comment))
    if revision.status not in _ENFORCED:
        found.append(find("hold", "lawxml.revision.not_enforced", None, status=revision.status))
    if revision.repealed:
        found.append(find("hold", "lawxml.revision.repealed", None))
    if revision.form == "Partial":
        found.append(find("hold", "lawxml.revision.partial", None))
    if not revision.status:
        found.append(find("review", "lawxml.revision.status_unknown", None))
    return tuple(found)


def _check_agreement(named: Revision, told: Revision) -> None:
    for field in ("law_id", "revision_id", "valid_from"):
        one, other = getattr(named, field), getattr(told, field)
        if one and other and one != other:
            raise LawXmlError("lawxml.revision.contradiction", None, name=one, metadata=other)


def _from_name(name: str) -> Revision | None:
    match = _NAME.match(name)
    if match is None:
        return None
    return Revision(law_id=match[1], revision_id=match[0], valid_from=_compact_day(match[2]))


def _read_json(metadata: bytes) -> dict[str, str]:
    try:
        document = msgspec.json.decode(metadata)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise LawXmlError("lawxml.revision.metadata", None, reason=error) from error
    if not isinstance(document, dict):
        raise LawXmlError("lawxml.revision.metadata", None, reason="no object")
    fields = dict(document)
    for inner in ("law_info", "revision_info", "current_revision_info"):
        if isinstance(document.get(inner), dict):
            fields.update(document[inner])
    return {key: value for key, value in fields.items() if isinstance(value, str)}


def _leaves(node: Node) -> Iterator[tuple[str, str]]:
    """Yield the fields that an answer of the API keeps beside the law."""
    for child in node.children:
        if child.tag in {"law_info", "revision_info"}:
            yield from ((leaf.tag, text_of(leaf)) for leaf in child.children)
        elif child.tag == "ApplData":
            yield from (("law_id", text_of(leaf)) for leaf in child.list_named("LawId"))


def _from_fields(fields: dict[str, str]) -> Revision | None:
    law_id = fields.get("law_id", "")
    tail = fields.get("law_revision_id") or fields.get("revision_id", "")
    whole = f"{law_id}_{tail}" if _TAIL.fullmatch(tail) and law_id else tail
    match = _NAME.fullmatch(whole)
    fixed = fields.get("amendment_enforcement_date") or fields.get("effective_date", "")
    planned = fields.get("amendment_scheduled_enforcement_date", "")
    day = _day(fixed) or _day(planned) or (_compact_day(match[2]) if match else None)
    if not (law_id or match or day):
        return None
    return Revision(
        law_id=law_id or (match[1] if match else ""),
        revision_id=whole if match else "",
        valid_from=day,
        status=fields.get("current_revision_status", ""),
        comment=fields.get("amendment_enforcement_comment") or fields.get("effective_note", ""),
        form=fields.get("mission", ""),
        repealed=fields.get("repeal_status", "None") not in {"None", ""},
        scheduled=bool(planned) and not fixed,
    )


def _compact_day(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def _day(text: str) -> date | None:
    """Return the day of 2026-02-14 or 令和八年二月十四日, None for any other text."""
    match = _JAPANESE.fullmatch(text)
    if match is None:
        return _compact_day(text.replace("-", "")) if re.fullmatch(r"[0-9-]{10}", text) else None
    year = 1 if match[2] == "元" else kanji_number(match[2])
    month, day = kanji_number(match[3]), kanji_number(match[4])
    if year is None or month is None or day is None:
        return None
    return _compact_day(f"{_ERAS[match[1]] + year - 1:04}{month:02}{day:02}")
