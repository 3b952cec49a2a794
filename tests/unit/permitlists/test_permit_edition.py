import hashlib
import json
from collections.abc import Callable
from datetime import date

import pytest

from permitlists import Affair, Edition, PermitList, PermitListError, load_builtin
from tests.unit.permitlists.permit_cases import LABEL, packaged
from tests.unit.permitlists.small_edition import (
    Document,
    clause,
    edition,
    encode,
    overlay,
    question,
    row,
    small,
)


def test_the_canonical_bytes_come_back_to_the_same_edition() -> None:
    data = packaged().to_bytes()
    again = Edition.from_bytes(data)
    assert again.key == packaged().key
    assert again.to_bytes() == data
    assert again.key.sha256 == hashlib.sha256(data).hexdigest()


def test_the_canonical_bytes_are_what_any_json_library_writes_with_sorted_keys() -> None:
    data = packaged().to_bytes()
    assert encode(json.loads(data)) == data


def test_the_edition_names_itself_by_instrument_and_first_day() -> None:
    assert packaged().key.label == LABEL
    assert edition(valid_to="2025-01-01").key.valid_to == date(2025, 1, 1)


@pytest.mark.parametrize(
    "change",
    [
        lambda _: b"",
        lambda _: b"\xff",
        lambda _: b"[" * 100_000,
        lambda data: data + b" ",
        lambda data: data.replace(b",", b", ", 1),
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: data.replace(b'"valid_to":null', b'"valid_to":null,"x":1'),
        lambda data: data.replace(b'"exact"', b'"certain"'),
        lambda data: data.replace(b'"valid_to":null', b'"valid_to":"2024-13-01"'),
        lambda data: data.replace(b'"instrument":"shourei-r6",', b""),
        lambda data: data.replace("市".encode(), b"\\u5e02", 1),
    ],
    ids=[
        "empty", "no UTF-8", "deep", "space at the end", "space inside", "byte order mark",
        "unknown key", "unknown confidence", "no date", "key missing", "escaped",
    ],
)  # fmt: skip
def test_bytes_that_are_no_canonical_edition_are_refused(change: Callable[[bytes], bytes]) -> None:
    with pytest.raises(PermitListError) as refused:
        Edition.from_bytes(change(encode(small())))
    assert refused.value.code == "permits.edition_form"


@pytest.mark.parametrize(
    "changes",
    [
        {"valid_to": "2024-05-27"},
        {"rows": [row(), row()]},
        {"rows": [row(inquirers=["町内会長"])]},
        {"rows": [row(pairs=[[1, ["町内会長"], ["地方税関係情報"]]])]},
        {"rows": [row(pairs=[[1, ["市町村長"], ["地方税関係情報"]]] * 2)]},
        {"classes": small()["classes"] * 2},
        {"rows": [row(clauses=[clause(), clause()])]},
        {"rows": [row(clauses=[clause(), clause(no=None)])]},
        {"rows": [row(clauses=[clause(grants=[[[2], ["地方税関係情報"], "", "exact"]])])]},
        {"rows": [row(clauses=[clause(grants=[[[1], ["住民票関係情報"], "", "exact"]])])]},
        {"classes": [{"groups": ["医療保険者"], "name": "市町村長", "wording": None}]},
    ],
    ids=[
        "ends before it begins", "row twice", "unknown inquirer", "unknown provider",
        "pair twice", "class twice", "clause twice", "row alone beside a clause", "unknown pair",
        "term of no pair", "unknown group",
    ],
)  # fmt: skip
def test_an_edition_that_contradicts_itself_is_refused(changes: Document) -> None:
    with pytest.raises(PermitListError) as refused:
        edition(**changes)
    assert refused.value.code == "permits.edition_content"


LINES = [
    b'["edition","shourei-r6","2024-05-27",null]',
    '["class","市町村長",[],null]'.encode(),
    '["row","1","3","試験",["市町村長"]]'.encode(),
    '["pair",1,["市町村長"],["地方税関係情報"]]'.encode(),
    '["clause","1","試験","verified"]'.encode(),
    '["grant",[1],["地方税関係情報"],"","exact"]'.encode(),
]


def test_packaged_lines_hold_source_and_reading_rules() -> None:
    header = b'["edition","shourei-r6","2024-05-27",null,"wording-2026-02"]'
    rule = ["overlay", "1", None, "2024-06-01", "2024-07-01", "読替え", row()]
    lines = [header, json.dumps(rule).encode(), *LINES[1:]]
    expected = small(overlays=[overlay(replacement=row())], source="wording-2026-02")
    assert Edition.from_lines(b"\n".join(lines)).to_bytes() == encode(expected)


def test_packaged_lines_hold_the_same_edition_as_its_canonical_bytes() -> None:
    assert Edition.from_lines(b"\n".join(LINES)).to_bytes() == encode(small())


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (LINES[1:], "no line names the edition"),
        (LINES[:2] + LINES[3:], "line 3 stands before"),
        (LINES[:4] + LINES[5:], "line 5 stands before"),
        ([*LINES, b'["grant",[1]]'], "line 7: "),
        ([*LINES, b"\xff"], "line 7: "),
        ([*LINES, b""], "line 7: "),
        ([*LINES, b'["other"]'], "line 7: "),
    ],
    ids=["no edition", "pair first", "grant first", "short", "no UTF-8", "blank", "unknown"],
)
def test_a_bad_line_is_named(lines: list[bytes], message: str) -> None:
    with pytest.raises(PermitListError, match=message):
        Edition.from_lines(b"\n".join([*lines, b""]) if lines[-1] == b"" else b"\n".join(lines))


def test_a_later_edition_takes_over_on_its_first_day() -> None:
    earlier = edition(valid_to="2026-04-01")
    later = edition(valid_from="2026-04-01", rows=[row(clauses=[])])
    permit_list = PermitList([later, earlier])
    assert [one.key.valid_from.year for one in permit_list.editions] == [2024, 2026]
    assert permit_list.decide(question(date(2026, 3, 31))).allowed
    after = permit_list.decide(question(date(2026, 4, 1)))
    assert (after.failed, after.edition) == ("affair", later.key)


def test_no_edition_governs_a_gap_between_two() -> None:
    permit_list = PermitList([edition(valid_to="2026-01-01"), edition(valid_from="2026-04-01")])
    assert permit_list.decide(question(date(2026, 2, 1))).failed == "edition"


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ({"valid_to": "2026-04-02"}, {"valid_from": "2026-04-01"}),
        ({}, {}),
        ({}, {"label": 1}),
        ({"valid_to": "2026-04-01"}, {"valid_to": "2025-01-01"}),
    ],
    ids=["an end after the successor begins", "twice", "the same day", "within the other"],
)
def test_editions_of_one_instrument_never_overlap(earlier: Document, later: Document) -> None:
    if later.pop("label", None):
        later["rows"] = [row(clauses=[])]
    with pytest.raises(PermitListError) as refused:
        PermitList([edition(**earlier), edition(**later)])
    assert refused.value.code == "permits.edition_overlap"


def test_an_edition_of_open_end_closes_where_its_successor_begins() -> None:
    first, second = edition(), edition(valid_from="2026-04-01", rows=[row(clauses=[])])
    alone, both = PermitList([first]), PermitList([second, first])
    assert [one.key.valid_to for one in alone.editions] == [None]
    assert [one.key.valid_to for one in both.editions] == [date(2026, 4, 1), None]
    decision = both.decide(question(date(2026, 3, 31)))
    assert decision.edition is not None
    assert decision.edition.valid_to == date(2026, 4, 1)
    assert both.decide(question(date(2026, 4, 1))).edition == second.key
    again = PermitList(both.editions[:1])
    assert again.editions[0].key.valid_to is None


def test_a_successor_never_changes_the_bytes_of_its_predecessor() -> None:
    first, data = edition(), edition().to_bytes()
    closed = PermitList([first, edition(valid_from="2026-04-01")]).editions[0]
    assert closed.key.valid_to is not None
    assert closed.to_bytes() == first.to_bytes() == data
    assert closed.key.sha256 == first.key.sha256 == hashlib.sha256(data).hexdigest()
    assert closed.key.label == first.key.label


@pytest.mark.parametrize(
    ("day", "status"),
    [
        (date(2024, 5, 26), "upcoming"),
        (date(2024, 5, 27), "active"),
        (date(2026, 3, 31), "active"),
        (date(2026, 4, 1), "closed"),
    ],
)
def test_an_edition_has_a_status_on_every_day(day: date, status: str) -> None:
    first, second = PermitList([edition(), edition(valid_from="2026-04-01")]).editions
    assert first.status_on(day) == status
    assert second.status_on(day) == ("active" if status == "closed" else "upcoming")


def test_the_statutory_edition_of_a_day_follows_the_instruments() -> None:
    old = edition(instrument="beppyo2", valid_from="2015-10-05", valid_to="2024-05-27")
    permit_list = PermitList([edition(), old, edition(instrument="jorei-19-9")])
    assert permit_list.find_statutory(date(2015, 10, 4)) is None
    assert permit_list.find_statutory(date(2024, 5, 26)) is old
    found = permit_list.find_statutory(date(2024, 5, 27))
    assert found is not None
    assert found.key.instrument == "shourei-r6"


def test_editions_of_different_instruments_may_be_in_force_together() -> None:
    permit_list = PermitList([edition(), edition(instrument="jorei-19-9")])
    assert permit_list.find_in_force("jorei-19-9", date(2026, 4, 1)) is permit_list.editions[0]


def test_an_edition_is_found_by_its_label() -> None:
    assert load_builtin().find_labelled(LABEL) is packaged()
    assert load_builtin().find_labelled("shourei-r6@2020-01-01") is None


@pytest.mark.parametrize(
    ("text", "row_number", "number"),
    [
        ("69-7", "69", "7"),
        ("20の2", "20の2", None),
        ("20の2-3", "20の2", "3"),
        ("12の2の3-2の2", "12の2の3", "2の2"),
        ("157", "157", None),
    ],
)
def test_an_affair_is_read_and_written_back(text: str, row_number: str, number: str | None) -> None:
    affair = Affair.parse(text)
    assert (affair.row, affair.clause, str(affair)) == (row_number, number, text)


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "-7", "69-", "69--7", "069", "69-07", "69 - 7", "69-7 ", "\uff16\uff19", "69-7-1",
        "69の", "の2", "69の0", "12345", "69\n", "六十九", "69\u22127",
    ],
)  # fmt: skip
def test_other_texts_are_no_affair(text: str) -> None:
    with pytest.raises(PermitListError) as refused:
        Affair.parse(text)
    assert refused.value.code == "permits.affair_form"
    assert isinstance(refused.value, ValueError)
