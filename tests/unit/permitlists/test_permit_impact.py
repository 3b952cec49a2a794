import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from typer.testing import CliRunner, Result

from gateway.cli.permits import app
from permitlists import CodedQuestion, Edition, PermitListError, load_institutions
from permitlists.impact import judge_requests
from permitlists.requests import Asked, Calendar, ask_again, read_record
from permitlists.table import Clause, Grant, InstitutionClass, Pair, Row, Table
from tests.unit.permitlists.permit_cases import LABEL

TAX, MEDICAL = "地方税関係情報", "医療保険給付関係情報"
JAPAN = ZoneInfo("Asia/Tokyo")
OLD = "beppyo2@2015-10-05"


def line(**changes: object) -> dict[str, object]:
    return {
        "institution": "991015",
        "at": "2026-10-05T03:00:00+00:00",
        "act": "inquiry",
        "phase": "intent",
        "inquirer": None,
        "provider": "991023",
        "instrument": "shourei-r6",
        "affair": "69-7",
        "information": [{"information": TAX, "items": ["fiscal_year"]}],
        "request_id": "r1",
        "transaction_number": None,
        **changes,
    }


def write(folder: Path, *lines: dict[str, object]) -> str:
    file = folder / "records.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in lines), "utf-8")
    return str(file)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ("impact", *arguments))


def edition(*grants: Grant, no: str = "8") -> Edition:
    """Return an edition whose row 69 has one clause, with pairs for taxes and insurance."""
    pairs = (Pair(1, ("市町村長",), (TAX,)), Pair(2, ("医療保険者",), (MEDICAL,)))
    return Edition(
        Table(
            instrument="shourei-r6",
            valid_from=date(2030, 4, 1),
            valid_to=None,
            classes=tuple(InstitutionClass(name, (), None) for name in ("市町村長", "医療保険者")),
            rows=(
                Row("69", "71", "x", ("市町村長",), pairs, (Clause(no, "y", "verified", grants),)),
            ),
        )
    )


WHOLE = Grant((1,), (TAX,), "", "exact")
NARROW = Grant((1,), (TAX,), "市町村民税", "exact")
INSURED = Grant((2,), (MEDICAL,), "", "exact")
NONE = Grant((1,), (TAX,), "", "doubtful")


def asked(term: str = TAX, *items: str, affair: str = "69-8", inquirer: str = "991015") -> Asked:
    question = CodedQuestion(
        on=date(2026, 10, 1),
        affair=affair,
        inquirer=inquirer,
        provider="991023",
        information=(term,),
    )
    return Asked(question=question, items=(items,))


def test_requests_are_compared_by_element_row_and_institution() -> None:
    requests: list[tuple[Asked | None, int]] = [
        (None, 4),
        (asked(), 30),
        (asked(inquirer="990001"), 7),
        (asked(MEDICAL), 5),
        (asked(affair="70-1"), 2),
        (asked(affair="x"), 1),
    ]
    institutions = load_institutions()
    found = judge_requests(requests, edition(WHOLE), edition(INSURED), institutions)
    assert (found.requests, found.refused, found.allowed, found.unreadable) == (44, 30, 5, 5)
    assert found.institutions == 1
    assert found.by_element == {"information": 30}
    assert found.by_row == {"69": {"refused": 30, "allowed": 5}}
    assert found.by_institution == {"991015": {"refused": 30, "allowed": 5}}
    assert [(one.change, one.before, one.after, one.count) for one in found.questions] == [
        ("refused", "allow", "information", 30),
        ("allowed", "information", "allow", 5),
    ]
    assert found.describe()[0] == "44件のうち30件が今後は拒否（1機関）、5件が新たに許可"


def test_questions_that_look_alike_are_shown_once_with_their_sum() -> None:
    def on(day: date, *items: str) -> Asked:
        one = asked(TAX, *items)
        return Asked(question=replace(one.question, on=day), items=one.items)

    first, later = date(2026, 9, 1), date(2026, 10, 1)
    requests = [(on(first), 3), (on(first, "fixed_asset_tax"), 4), (on(later), 5)]
    requests += [(asked(TAX, inquirer="991023"), 6)]
    found = judge_requests(requests, edition(WHOLE), edition(NONE), load_institutions())
    shown = [(one["on"], one["count"]) for one in found.as_document()["questions"]]
    assert shown == [("2026-09-01", 7), ("2026-10-01", 6), ("2026-10-01", 5)]
    lines = [text for text in found.describe() if text.startswith("    69-8 991015 →")]
    assert lines == ["    69-8 991015 → 991023 地方税関係情報: allow → information（12件）"]


@pytest.mark.parametrize(
    ("items", "sums"),
    [
        ((), (0, 0, 0)),
        (("fiscal_year",), (0, 0, 0)),
        (("fiscal_year", "fixed_asset_tax"), (0, 0, 1)),
        (("fixed_asset_tax",), (1, 0, 0)),
    ],
    ids=repr,
)
def test_items_that_no_longer_leave_count_too(
    items: tuple[str, ...], sums: tuple[int, int, int]
) -> None:
    institutions = load_institutions()
    there = judge_requests([(asked(TAX, *items), 1)], edition(WHOLE), edition(NARROW), institutions)
    assert (there.refused, there.allowed, there.narrowed) == sums
    back = judge_requests([(asked(TAX, *items), 1)], edition(NARROW), edition(WHOLE), institutions)
    assert (back.refused, back.allowed, back.narrowed) == (0, sums[0], 0)
    assert len(there.describe()) >= 2


def test_an_edition_of_another_instrument_refuses_every_row_of_this_one() -> None:
    other = Edition(msgspec.structs.replace(edition(WHOLE).table, instrument="beppyo2"))
    found = judge_requests([(asked(), 3)], edition(WHOLE), other, load_institutions())
    assert found.by_element == {"edition": 3}


def test_days_are_alike_until_a_class_an_edition_or_a_month_begins() -> None:
    new = edition(WHOLE)
    calendar = Calendar(load_institutions(), [new])
    town_loses_its_office = date(2025, 4, 1)
    assert calendar.first_alike(date(2025, 3, 31)) == date(2025, 3, 1)
    assert calendar.first_alike(town_loses_its_office) == town_loses_its_office
    assert calendar.first_alike(date(2015, 10, 31)) == date(2015, 10, 5)
    assert calendar.first_alike(date(2015, 1, 31)) == date(2015, 1, 1)
    delegated = CodedQuestion(
        on=date(2026, 10, 9),
        affair="69-7",
        inquirer="991015",
        provider="991023",
        information=(TAX,),
        inquirer_delegator="990001",
    )
    assert calendar.collapse(delegated) == delegated


def test_a_day_in_japan_is_what_counts() -> None:
    calendar = Calendar(load_institutions(), [])
    record = read_record(json.dumps(line(at="2026-09-30T15:00:00+00:00")).encode())
    found = ask_again(record, instrument="x", calendar=calendar)
    assert found is not None
    assert found.question.on == date(2026, 10, 1)
    assert (found.question.inquirer, found.question.instrument) == ("991015", "shourei-r6")


@pytest.mark.parametrize("key", ["affair", "provider", "information", "institution"])
def test_a_record_that_says_too_little_asks_nothing(key: str) -> None:
    record = read_record(json.dumps({**line(), key: [] if key == "information" else None}).encode())
    assert ask_again(record, instrument="x", calendar=Calendar(load_institutions(), [])) is None


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b'{"at":1}'])
def test_a_line_that_is_no_record_is_refused(data: bytes) -> None:
    with pytest.raises(PermitListError):
        read_record(data)


@pytest.mark.parametrize("key", ["at", "requested_at"])
@pytest.mark.parametrize(
    "instant", ["2026-10-05T09:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00Z"]
)
def test_an_instant_without_a_day_in_japan_is_refused(key: str, instant: str) -> None:
    with pytest.raises(PermitListError, match="no record"):
        read_record(json.dumps(line() | {key: instant}).encode())


def test_a_request_counts_once_however_many_records_it_has(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        line(affair=None, request_id="late"),
        line(),
        line(phase="outcome"),
        line(request_id="late"),
        line(request_id="never", affair=None),
        line(request_id=None),
        line(request_id=None),
        line(act="provision", institution="991023", inquirer="991015", provider=None),
        line(act="access"),
    )
    result = run(LABEL, OLD, "--records", file, "--json")
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert (document["requests"], document["refused"], document["unreadable"]) == (5, 5, 1)
    assert document["by_element"] == {"edition": 5}
    assert document["other_lines"] == 1
    assert document["since"] == document["until"] == "2026-10-05T03:00:00+00:00"


def test_a_period_leaves_other_requests_out(tmp_path: Path) -> None:
    days = [datetime(2026, 9, 30, 12, tzinfo=JAPAN) + timedelta(days=day) for day in range(3)]
    lines = [line(at=day.isoformat(), request_id=str(day)) for day in days]
    file = write(tmp_path, *lines)
    output = run(
        LABEL, LABEL, "--records", file, "--since", "2026-10-01", "--until", "2026-10-02"
    ).stdout
    assert output.splitlines() == [
        "1件のうち0件が今後は拒否（0機関）、0件が新たに許可",
        "0 of 1 requests would now be refused (0 institutions), 0 newly allowed",
        (
            "期間 2026-10-01T00:00:00+09:00 から 2026-10-02T00:00:00+09:00 まで。"
            "判定できない要求 0件、ほかの記録 2行"
        ),
        (
            "Period from 2026-10-01T00:00:00+09:00 to 2026-10-02T00:00:00+09:00."
            " 0 requests could not be judged; 2 other lines"
        ),
    ]


def test_an_empty_file_has_no_request(tmp_path: Path) -> None:
    result = run(LABEL, OLD, "--records", write(tmp_path), "--json")
    document = json.loads(result.stdout)
    assert (document["requests"], document["since"]) == (0, None)


def test_a_bad_line_is_named_and_refuses_the_file(tmp_path: Path) -> None:
    file = tmp_path / "records.jsonl"
    file.write_bytes(json.dumps(line()).encode() + b"\n{\n")
    result = run(LABEL, OLD, "--records", str(file))
    assert result.exit_code == 1
    assert result.stderr.startswith("permits.record_form\n  内容が正しくありません: line 2: ")
    assert run(LABEL, OLD, "--records", "/nowhere").exit_code == 3


def test_progress_shows_every_hundred_thousand_lines(tmp_path: Path) -> None:
    file = tmp_path / "records.jsonl"
    text = json.dumps(line()) + "\n"
    file.write_text(text * 100_001, "utf-8")
    result = run(LABEL, OLD, "--records", str(file))
    file.unlink()  # 34 megabytes that the leak search would read for minutes
    assert result.stderr == "100,000行 / lines\n"
    assert result.stdout.startswith("1件のうち1件が今後は拒否（1機関）")
