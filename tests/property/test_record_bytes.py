"""Canonical record bytes: the same record, the same bytes, and back again."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.errors import InvalidError
from gateway.domain.identifiers import UnifiedNumber
from gateway.domain.permits import OWN_AFFAIRS, Judged, Mandate, Wanted
from gateway.domain.records import Act, ExchangeRecord, Phase
from gateway.storage.record_bytes import from_canonical, to_canonical
from wire.records import canonical

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SOME = st.none() | TEXT
CODE = st.from_regex(r"[0-9]{6}", fullmatch=True)
INSTANT = st.datetimes(timezones=st.just(UTC))
RECORDS = st.builds(
    ExchangeRecord,
    act=st.sampled_from(Act),
    phase=st.sampled_from(Phase),
    at=INSTANT,
    result=TEXT,
    code=SOME,
    actor=TEXT,
    subject=st.none() | st.just(UnifiedNumber("7" * 15)),
    request_id=SOME,
    transaction_number=SOME,
    permit_id=SOME,
    inquirer=SOME,
    provider=SOME,
    instrument=SOME,
    row=SOME,
    clause=SOME,
    wanted=st.lists(
        st.builds(Wanted, information=TEXT, items=st.lists(TEXT, max_size=3).map(tuple)), max_size=3
    ).map(tuple),
    requested_at=st.none() | INSTANT,
    basis=SOME,
    mandate=st.builds(
        Mandate,
        inquirer_delegator=st.none() | CODE,
        provider_delegator=st.none() | CODE,
        consent=st.booleans(),
    ),
    judged=st.none()
    | st.builds(
        Judged,
        on=st.dates(),
        information=st.lists(TEXT, min_size=1, max_size=3).map(tuple),
        sequence=st.integers(0, 2**53 - 1),
        own_sequence=st.none() | st.integers(0, 2**53 - 1),
        ruling=st.binary(min_size=32, max_size=32),
    ),
    edition_sha256=SOME,
    nondisclosure=st.booleans(),
    digest=st.none() | st.binary(max_size=40),
    signature=st.none() | st.binary(max_size=80),
    note=TEXT,
)
INDEX = bytes(range(32))


@given(RECORDS)
def test_a_record_comes_back(record: ExchangeRecord) -> None:
    assert from_canonical(to_canonical(record, INDEX), record.subject) == record


@given(RECORDS)
def test_the_bytes_are_canonical_in_two_other_opinions(record: ExchangeRecord) -> None:
    data = to_canonical(record, INDEX)
    members = json.loads(data)
    assert canonical(members) == data
    assert rfc8785.dumps(members) == data


@given(RECORDS)
def test_the_subject_appears_as_its_index_only(record: ExchangeRecord) -> None:
    data = to_canonical(record, INDEX)
    assert b"7" * 15 not in data
    assert json.loads(data)["subject"] == INDEX.hex()
    assert "subject" not in json.loads(to_canonical(record, None))


OLD = (
    b'{"act":"inquiry","actor":"tax","at":"2026-11-23T00:00:00Z","edition_sha256":"abab",'
    b'"instrument":"shourei-r6","phase":"intent","result":"permit_requested","row":"69",'
    b'"wanted":[{"information":"\xe7\xa8\x8e","items":[]}]}'
)


def test_a_record_of_before_rulings_reads_and_keeps_its_bytes() -> None:
    record = from_canonical(OLD, None)
    assert (record.judged, record.basis, record.mandate) == (None, None, OWN_AFFAIRS)
    assert to_canonical(record, None) == OLD


def test_what_was_judged_is_written_only_where_it_differs_from_what_is_wanted() -> None:
    record = from_canonical(OLD, None)
    judged = Judged(
        on=date(2026, 11, 23),
        information=("\u7a0e",),
        sequence=7,
        own_sequence=None,
        ruling=bytes(32),
    )
    same = json.loads(to_canonical(replace(record, judged=judged), None))
    assert (same["list_sequence"], same["ruled_on"]) == (7, "2026-11-23")
    assert not {"asked", "own_sequence", "consent"} & same.keys()
    more = replace(record, judged=replace(judged, information=("a", "b")))
    assert json.loads(to_canonical(more, None))["asked"] == ["a", "b"]
    assert from_canonical(to_canonical(more, None), None) == more


def test_a_text_without_utf_8_is_refused() -> None:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    record = ExchangeRecord(act=Act.HOLD, phase=Phase.INTENT, at=at, result="\ud800")
    with pytest.raises(InvalidError):
        to_canonical(record, None)
