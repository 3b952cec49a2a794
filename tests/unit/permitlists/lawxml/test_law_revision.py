import json
from datetime import date

import pytest

from permitlists.lawxml import LawXmlError, read_law
from permitlists.lawxml.revision import (
    Revision,
    instrument_of,
    list_obstacles,
    read_revision,
)
from tests.support.law_xml import law

LAW = read_law(law(""))
NAME = "499M10000000001_20990401_499AC0000000009.xml"
V2: dict[str, dict[str, str]] = {
    "law_info": {"law_id": "499M10000000001"},
    "revision_info": {
        "law_revision_id": "499M10000000001_20990401_499AC0000000009",
        "amendment_enforcement_date": "2099-04-01",
        "current_revision_status": "CurrentEnforced",
        "mission": "New",
        "repeal_status": "None",
    },
}
FOUND = {
    "law_id": "499M10000000001",
    "revision_id": "499M10000000001_20990401_499AC0000000009",
    "valid_from": date(2099, 4, 1),
}


def revised(**fields: str | None) -> bytes:
    told = {**V2["revision_info"], **fields}
    return json.dumps({**V2, "revision_info": told}).encode()


def codes(revision: Revision) -> list[tuple[str, str]]:
    return [(finding.severity, finding.code) for finding in list_obstacles(revision)]


@pytest.mark.parametrize(
    ("name", "metadata"),
    [
        (NAME, None),
        (NAME, json.dumps(V2).encode()),
        ("law.xml", json.dumps(V2).encode()),
        (NAME, b"{}"),
        (
            "law.xml",
            json.dumps(
                {
                    "law_id": "499M10000000001",
                    "revision_id": "20990401_499AC0000000009",
                    "effective_date": "令和八十一年四月一日",
                    "effective_note": "",
                }
            ).encode(),
        ),
        ("law.xml", json.dumps({"law_revision_id": FOUND["revision_id"]}).encode()),
    ],
)
def test_name_and_metadata_tell_the_same_revision(name: str, metadata: bytes | None) -> None:
    revision = read_revision(LAW, name, metadata)
    assert {key: getattr(revision, key) for key in FOUND} == FOUND


def test_of_another_name_nothing_is_known() -> None:
    revision = read_revision(LAW, "law.xml", None)
    assert revision == Revision()
    assert revision.as_document() == {
        "law_id": None,
        "revision_id": None,
        "valid_from": None,
        "status": None,
        "provisional": False,
    }
    assert codes(revision) == [("review", "lawxml.revision.status_unknown")]


def test_an_impossible_day_in_a_name_is_no_day() -> None:
    name = NAME.replace("20990401", "20990431")
    assert read_revision(LAW, name, None).valid_from is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("平成三十一年四月一日", date(2019, 4, 1)),
        ("令和元年五月一日", date(2019, 5, 1)),
        ("昭和六十四年一月七日", date(1989, 1, 7)),
        ("令和八年二月三十日", None),
        ("令和十十年二月一日", None),
        ("2099-4-1", None),
        ("2099-04-011", None),
        ("近日", None),
    ],
)
def test_a_day_is_read_as_japanese_or_as_iso(text: str, day: date | None) -> None:
    metadata = json.dumps({"law_id": "499M10000000001", "effective_date": text}).encode()
    assert read_revision(LAW, "law.xml", metadata).valid_from == day


@pytest.mark.parametrize(
    "metadata", [b"no json", b"[]", b'{"law_id": "499M10000000001"', b"\xff", b"[" * 100_000]
)
def test_metadata_of_another_form_are_refused(metadata: bytes) -> None:
    with pytest.raises(LawXmlError) as caught:
        read_revision(LAW, NAME, metadata)
    assert caught.value.code == "lawxml.revision.metadata"


def test_a_name_that_contradicts_the_metadata_is_refused() -> None:
    with pytest.raises(LawXmlError) as caught:
        read_revision(LAW, NAME, revised(amendment_enforcement_date="2099-05-01"))
    assert caught.value.code == "lawxml.revision.contradiction"
    assert "2099-05-01" in str(caught.value)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, []),
        ({"current_revision_status": "PreviousEnforced"}, []),
        ({"current_revision_status": "UnEnforced"}, ["not_enforced"]),
        (
            {"current_revision_status": "Repeal", "repeal_status": "Repeal"},
            ["not_enforced", "repealed"],
        ),
        ({"mission": "Partial"}, ["partial"]),
        (
            {"amendment_enforcement_comment": "公布の日から二年を超えない範囲内で政令で定める日"},
            ["provisional"],
        ),
        (
            {
                "amendment_enforcement_date": None,
                "amendment_scheduled_enforcement_date": "2099-04-01",
            },
            ["provisional"],
        ),
    ],
)
def test_only_a_revision_in_force_on_a_fixed_day_is_free(
    fields: dict[str, str | None], expected: list[str]
) -> None:
    revision = read_revision(LAW, NAME, revised(**fields))
    assert codes(revision) == [("hold", f"lawxml.revision.{code}") for code in expected]


def test_an_answer_of_the_api_tells_its_revision_itself() -> None:
    inner = law("").partition(b"\n")[2]
    second = (
        b"<law_data_response><law_info><law_id>499M10000000001</law_id></law_info><revision_info>"
        b"<law_revision_id>%b</law_revision_id><current_revision_status>UnEnforced"
        b"</current_revision_status></revision_info><law_full_text>%b</law_full_text>"
        b"</law_data_response>" % (str(FOUND["revision_id"]).encode(), inner)
    )
    revision = read_revision(read_law(second), "answer.xml", None)
    assert {key: getattr(revision, key) for key in FOUND} == FOUND
    assert revision.status == "UnEnforced"
    first = (
        b"<DataRoot><ApplData><LawId>499M10000000001</LawId><LawFullText>%b</LawFullText>"
        b"</ApplData></DataRoot>" % inner
    )
    assert read_revision(read_law(first), "answer.xml", None).law_id == "499M10000000001"


def test_an_instrument_is_known_by_its_id_or_its_number() -> None:
    assert instrument_of(LAW, Revision(law_id="506M60004008009")) == "shourei-r6"
    act = read_law(law("", number="平成二十五年法律第二十七号"))
    assert instrument_of(act, Revision()) == "beppyo2"
    assert instrument_of(LAW, Revision()) is None
