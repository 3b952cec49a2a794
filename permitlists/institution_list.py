"""The list of institutions as operators write it: TOML with classes, files and delegations."""

import tomllib
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from permitlists.institutions import (
    Delegation,
    HeldFile,
    Institution,
    Institutions,
    Membership,
    Review,
    has_check_digit,
)
from permitlists.model import PermitListError

_STATUTORY = "shourei-r6"  # the instrument of rows that name none


class _DatedEntry(
    msgspec.Struct, kw_only=True, forbid_unknown_fields=True, rename={"start": "from"}
):
    start: date
    to: date | None = None


class _ClassEntry(_DatedEntry, kw_only=True, forbid_unknown_fields=True):
    name: str
    role: str
    reviewed_by: str | None = None
    reviewed_on: date | None = None
    evidence: str | None = None


class _FileEntry(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    name_ja: str
    information: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()


class _InstitutionEntry(
    msgspec.Struct, forbid_unknown_fields=True, rename={"classes": "class", "held": "file"}
):
    code: str
    short: str
    name_ja: str
    name_en: str
    classes: tuple[_ClassEntry, ...] = ()
    held: tuple[_FileEntry, ...] = ()


class _DelegationEntry(_DatedEntry, kw_only=True, forbid_unknown_fields=True):
    delegator: str
    delegate: str
    instrument: str | None = None
    rows: tuple[str, ...] | None = None


class _InstitutionList(msgspec.Struct, forbid_unknown_fields=True):
    institution: tuple[_InstitutionEntry, ...]
    delegation: tuple[_DelegationEntry, ...] = ()


def parse_institutions(data: bytes) -> Institutions:
    """Return the institutions that a TOML list names.

    Raises:
        PermitListError: the bytes are no such list, a code has a wrong check digit, a code or
            short key stands twice, something ends before it begins, a review is incomplete, or a
            delegation names rows without their instrument.
    """
    try:
        raw: dict[str, Any] = tomllib.loads(data.decode())  # Any: TOML has no static shape
        listed = msgspec.convert(raw, _InstitutionList)
    except (ValueError, msgspec.MsgspecError) as error:
        message = f"no list of institutions: {error}"
        raise PermitListError("permits.institutions_form", message) from error
    for place, fault in _list_faults(listed):
        raise PermitListError("permits.institutions_form", f"{place}: {fault}")
    return Institutions(map(_institution, listed.institution), map(_delegation, listed.delegation))


def _list_faults(listed: _InstitutionList) -> Iterator[tuple[str, str]]:
    for entry in listed.institution:
        _check_code(entry.code)
        for fault in _list_institution_faults(entry):
            yield entry.code, fault
    for number, delegation in enumerate(listed.delegation, start=1):
        _check_code(delegation.delegator)
        _check_code(delegation.delegate)
        if _ends_early(delegation):
            yield f"delegation {number}", "it ends too early"
        if delegation.rows is not None and delegation.instrument is None:
            yield f"delegation {number}", "rows mean nothing without their instrument"


def _list_institution_faults(entry: _InstitutionEntry) -> Iterator[str]:
    for worn in entry.classes:
        if _ends_early(worn):
            yield "a class ends too early"
        if len({worn.reviewed_by is None, worn.reviewed_on is None, worn.evidence is None}) > 1:
            yield "a review names who, when and the evidence"
    if len({held.id for held in entry.held}) != len(entry.held):
        yield "a file stands twice"


def _check_code(code: str) -> None:
    if not has_check_digit(code):
        raise PermitListError("permits.institution_code", f"{code}: wrong check digit")


def _ends_early(entry: _DatedEntry) -> bool:
    return entry.to is not None and entry.to <= entry.start


def _institution(entry: _InstitutionEntry) -> Institution:
    return Institution(
        code=entry.code,
        short=entry.short,
        name_ja=entry.name_ja,
        name_en=entry.name_en,
        memberships=tuple(map(_membership, entry.classes)),
        files=tuple(
            HeldFile(
                id=held.id,
                name_ja=held.name_ja,
                information=frozenset(held.information),
                rows=frozenset(map(_row, held.rows)),
            )
            for held in entry.held
        ),
    )


def _row(text: str) -> tuple[str, str]:
    instrument, colon, row = text.rpartition(":")
    return instrument if colon else _STATUTORY, row


def _membership(entry: _ClassEntry) -> Membership:
    review = None
    if entry.reviewed_by and entry.reviewed_on and entry.evidence:
        review = Review(
            reviewed_by=entry.reviewed_by, reviewed_on=entry.reviewed_on, evidence=entry.evidence
        )
    return Membership(
        name=entry.name, role=entry.role, valid_from=entry.start, valid_to=entry.to, review=review
    )


def _delegation(entry: _DelegationEntry) -> Delegation:
    return Delegation(
        delegator=entry.delegator,
        delegate=entry.delegate,
        valid_from=entry.start,
        valid_to=entry.to,
        instrument=entry.instrument,
        rows=None if entry.rows is None else frozenset(entry.rows),
    )


def load_institutions(source: Path | bytes | None = None) -> Institutions:
    """Return the institutions of a TOML file or text, of the sandbox where none is named.

    Raises:
        PermitListError: the source is no list of institutions.
        OSError: the file cannot be read.
    """
    if source is None:
        return _load_sandbox()
    return parse_institutions(source if isinstance(source, bytes) else source.read_bytes())


@cache
def _load_sandbox() -> Institutions:
    return parse_institutions(
        files("permitlists").joinpath("data", "institutions.toml").read_bytes()
    )
