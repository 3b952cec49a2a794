"""Whether a row or a sighting is what an observation describes: yes, no, or it cannot be told."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from mocks.engine.conditions import Condition
from mocks.engine.oracles_bench import Bench, text_of
from mocks.engine.rows import Row
from mocks.engine.scenario_expectations import Observation, Seen
from mocks.engine.sightings import Sighting, Subject

LEEWAY: Final = timedelta(seconds=60)
Fit = bool | None  # None: what would tell is not there
Terms = Mapping[str, datetime]
_RECORD: Final = re.compile(r"(?:record|レコード)\D{0,12}[0-9]", re.IGNORECASE)
_BYTE: Final = re.compile(r"(?:byte|バイト)\D{0,12}[0-9]", re.IGNORECASE)
_STATES: Final[tuple[Subject, ...]] = ("inquiry", "permit", "file")


def subjects_of(seen: Seen) -> Sequence[tuple[Subject, str | None]]:
    """Return which sightings something seen is about, and what they must say (None: anything)."""
    for subject in _STATES:
        state = getattr(seen, subject)
        if state is not None:
            return [(subject, state)]
    if seen.queue is not None:
        return [("queue", seen.queue)]
    if seen.crash is not None:
        return [("crash", None)]
    return [(subject, seen.state) for subject in _STATES]


def fits_row(bench: Bench, wanted: Observation, row: Row, others: frozenset[str]) -> Fit:
    """Return whether a row is what is described; `others` are exchanges that are not the first."""
    return _all(
        True if wanted.correlation is None else _is_other(wanted, row, others),
        _named(row.decoded, wanted.file),
        _with_permit(bench, wanted, row),
        _has_items(row, wanted.items),
        _between(bench, wanted, row.at),
        _holds(wanted.when, row.at, permit_terms(bench, row.correlation, row.at)),
    )


def fits_sighting(bench: Bench, wanted: Observation, one: Sighting) -> Fit:
    """Return whether a sighting of the right subject and person is what is described."""
    seen = wanted.sut or Seen()
    return _all(
        seen.reason in {None, one.reason},
        seen.fix_by in {None, one.fix_by},
        seen.at is None or bool(_RECORD.search(one.text) and _BYTE.search(one.text)),
        not wanted.file or one.file in wanted.file,
        not wanted.items or bool(set(wanted.items) & set(one.items)),
        wanted.less_than is None or (None if one.value is None else one.value < wanted.less_than),
        _replaced(wanted.replacements, one),
        not wanted.same_day or one.value is None or one.value > 0,
        _between(bench, wanted, one.at),
        _holds(wanted.when, one.at, _terms_of(bench, one)),
    )


def holds(bench: Bench, condition: Condition, one: Sighting) -> bool:
    """Return whether a condition is known to be true at a sighting."""
    return _holds(condition, one.at, _terms_of(bench, one)) is True


def other_exchanges(rows: Sequence[Row]) -> frozenset[str]:
    """Return the exchanges of rows, by time, that are not the first one of their person."""
    first: dict[tuple[str | None, int], str] = {}
    others = set()
    for row in rows:
        if row.correlation is not None:
            known = first.setdefault((row.person, row.member), row.correlation)
            if known != row.correlation:
                others.add(row.correlation)
    return frozenset(others)


def permit_terms(bench: Bench, correlation: str | None, at: datetime) -> Terms:
    """Return `nbf` and `exp` of the last permit of an exchange issued up to an instant."""
    rows = [row for row in bench.by_correlation.get(correlation or "", ()) if row.at <= at]
    issued = [row for row in rows if row.op == "permit.issue" and text_of(row, "exp")]
    if not issued:
        return {}
    last = max(issued, key=lambda row: (row.at, row.nth))
    told = {name: _instant(text_of(last, name)) for name in ("nbf", "exp")}
    return {name: instant for name, instant in told.items() if instant is not None}


def _terms_of(bench: Bench, one: Sighting) -> Terms:
    terms = {"nbf": one.nbf, "exp": one.exp}
    told = {name: at for name, at in terms.items() if at is not None}
    return told or permit_terms(bench, one.correlation, one.at)


def _all(*fits: Fit) -> Fit:
    if False in fits:
        return False
    return None if None in fits else True


def _is_other(wanted: Observation, row: Row, others: frozenset[str]) -> Fit:
    if row.correlation is None:
        return None
    return (row.correlation in others) == (wanted.correlation == "other")


def _named(decoded: Mapping[str, object], names: Sequence[str]) -> Fit:
    if not names:
        return True
    named = decoded.get("file", decoded.get("name"))
    return None if named is None else named in names


def _with_permit(bench: Bench, wanted: Observation, row: Row) -> Fit:
    """Return whether the permit of a row was in a state: as it says, or when it was last used."""
    if wanted.with_permit is None:
        return True
    told = text_of(row, "permit")
    if told is not None:
        return told == wanted.with_permit
    exchange = bench.by_correlation.get(row.correlation or "", ())
    used = [one.at for one in exchange if one.op == "inquiry.receive" and one.at <= row.at]
    at = max(used, default=row.at)
    expires = permit_terms(bench, row.correlation, at).get("exp")
    return None if expires is None else (at >= expires) == (wanted.with_permit == "expired")


def _has_items(row: Row, items: Sequence[str]) -> Fit:
    if not items:
        return True
    told = row.decoded.get("items")
    if told is None:
        return None
    named = re.split(r"[\s,]+", told) if isinstance(told, str) else told
    return bool(set(items) & set(named)) if isinstance(named, Iterable) else None


def _between(bench: Bench, wanted: Observation, at: datetime) -> Fit:
    """Return whether an instant lies between two others, neither of which belongs to it."""
    if not wanted.between:
        return True
    first, last = (bench.moment(one) for one in wanted.between)
    return None if first is None or last is None else first < at < last


def _replaced(replacements: Sequence[str], one: Sighting) -> bool:
    return not replacements or any(
        name in one.items or _sign(name) in one.text for name in replacements
    )


def _sign(name: str) -> str:
    """Return the character that is written as its code point, such as U+FFFD, or as itself."""
    return chr(int(f"0x{name.removeprefix('U+')}", 0)) if name.startswith("U+") else name


def _holds(condition: Condition | None, now: datetime, terms: Terms) -> Fit:
    if condition is None:
        return True
    instants = {**terms, "now": now}
    if condition.signs and any(one.instant not in instants for one in condition.terms):
        return None
    return condition.holds(instants, LEEWAY, frozenset())


def _instant(text: str | None) -> datetime | None:
    try:
        if text is None:
            return None
        if text.replace(".", "", 1).isdigit():
            return datetime.fromtimestamp(float(text), UTC)
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
