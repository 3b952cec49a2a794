"""An operator's walk: a new edition from its import to the day it comes into force, and after."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
import time_machine
from typer.testing import CliRunner

from gateway.cli.permits import app
from permitlists import Edition, PermitList, load_builtin
from permitlists.register import Register
from permitlists.spreadsheet import read_spreadsheet, write_spreadsheet
from permitlists.table import Row, Table
from tests.support.law_xml import (
    LEAD,
    WordedClause,
    WordedParagraph,
    WordedRow,
    article,
    kanji,
    law,
    predecessor,
    table_article,
)
from tests.support.registers import on

TAX = "地方税関係情報"
QUESTION = ("--affair", "69-7", "--inquirer", "991015", "--provider", "991023", "--info", TAX)
OLD, NEW = "shourei-r6@2024-05-27", "shourei-r6@2026-05-01"
APRIL, MAY = date(2026, 4, 1), date(2026, 5, 1)


class Office:
    """A register folder, and people who call commands on a day."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "register"
        self.files = folder

    @property
    def register(self) -> Register:
        return Register.open(self.folder)

    def call(self, *arguments: str, code: int = 0, day: date = APRIL) -> Any:  # noqa: ANN401  # plain JSON
        """Return what a command prints as JSON, called at noon of a day."""
        with at_noon(day):
            done = CliRunner(env={"NAKADACHI_PERMITS_REGISTER": str(self.folder)}).invoke(
                app, [*arguments, "--json"]
            )
        assert done.exit_code == code, done.output
        return json.loads(done.stdout)

    def refused(self, *arguments: str, day: date = APRIL) -> str:
        """Return the code with which a command is refused."""
        return str(self.call(*arguments, code=1, day=day)["error"]["code"])

    def decide(self, day: date) -> str:
        """Return what the commands say on a day to the question of the walk."""
        with at_noon(day):
            done = CliRunner().invoke(
                app, ["decide", *QUESTION, "--json", "--register", str(self.folder)]
            )
        answer = json.loads(done.stdout)
        return f"{answer['decision']} {answer['failed']} {answer['edition']['label']}"


@contextmanager
def at_noon(day: date) -> Iterator[None]:
    with time_machine.travel(on(day), tick=False):
        yield


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = Office(tmp_path)
    made.call("found", str(made.folder), "--staff", "ann")
    return made


def amended(valid_from: date = MAY) -> Table:
    """Return the packaged order without the tax information of clause 69-7."""
    before = load_builtin().find_labelled(OLD)
    assert before is not None
    rows = tuple(without_tax(row) if row.no == "69" else row for row in before.table.rows)
    return msgspec.structs.replace(
        before.table, rows=rows, valid_from=valid_from, source="draft", overlays=()
    )


def without_tax(row: Row) -> Row:
    clauses = []
    for clause in row.clauses:
        kept = tuple(one for one in clause.grants if clause.no != "7" or TAX not in one.terms)
        clauses.append(msgspec.structs.replace(clause, grants=kept))
    return msgspec.structs.replace(row, clauses=tuple(clauses))


def recorded(*affairs: str) -> str:
    """Return an export of requests for tax information that one municipality made in March."""
    return "".join(
        json.dumps(
            {
                "at": "2026-03-02T03:00:00+00:00",
                "act": "inquiry",
                "institution": "991015",
                "provider": "991023",
                "affair": affair,
                "information": [{"information": TAX, "items": []}],
                "request_id": f"request-{number}",
            }
        )
        + "\n"
        for number, affair in enumerate(affairs)
    )


def test_a_new_edition_from_its_import_to_the_day_it_comes_into_force(office: Office) -> None:
    # The draft comes back from the department as the spreadsheet that was sent to it.
    sheet = office.files / "draft.xlsx"
    office.call("export", "--edition", OLD, "-o", str(sheet))
    assert read_spreadsheet(sheet.read_bytes()).rows[0].no == "1"
    sheet.write_bytes(write_spreadsheet(amended()))

    # Lint and difference, before anything is proposed.
    findings = office.call("lint", "--edition", str(sheet))
    assert not [one for one in findings if one["severity"] == "error"]
    difference = office.call("diff", OLD, str(sheet))
    assert difference["gained"] == []
    assert {(one["row"], one["clause"], one["term"]) for one in difference["lost"]} == {
        ("69", "7", TAX)
    }
    records = office.files / "records.jsonl"
    records.write_text(recorded("69-7", "69-1", "69-7"), encoding="utf-8")
    impact = office.call("impact", OLD, str(sheet), "--records", str(records))
    assert (impact["requests"], impact["refused"], impact["institutions"]) == (3, 2, 1)

    # One proposes; nobody approves their own, nor what they have not seen.
    edition = ("propose", "edition", str(sheet), "--reason", "令和8年改正", "--staff", "ann")
    number = str(office.call(*edition)["proposal"])
    assert office.refused("approve", number, "--staff", "ann") == "permits.same_person"
    assert office.refused("approve", number, "--staff", "bob") == "permits.review_missing"
    assert office.refused(*edition) == "permits.already_proposed"
    look = ("review", number, "--records", str(records), "--staff", "bob")
    review = office.call(*look)["review"]
    assert review["dropped"] == []
    assert review["impact_counts"]["refused"] == 2
    assert review["difference"] == difference
    assert [TAX in card for card in review["cards"]] == [True]
    assert office.call("approve", number, "--staff", "bob")["state"] == "approved"

    # Published for next month, by somebody else than the proposer; the sequence grows.
    assert office.refused("publish", number, "--staff", "ann") == "permits.same_person"
    assert office.register.sequence == 1
    assert office.call("publish", number, "--staff", "bob")["sequence"] == 2

    # It comes into force by the clock, and by nothing else.
    assert office.decide(APRIL) == f"allow None {OLD}"
    assert office.decide(date(2026, 4, 30)) == f"allow None {OLD}"
    assert office.decide(MAY) == f"deny information {NEW}"
    listed = office.register.permit_list()
    keys = [(one.key.label, one.key.valid_to) for one in listed.editions]
    assert keys[1:] == [(OLD, MAY), (NEW, None)]

    # There is no way back to the edition before.
    for day in (MAY, date(2026, 4, 15)):
        older = office.files / "older.json"
        older.write_bytes(Edition(amended(day)).to_bytes().replace(b'"draft"', b'"older"'))
        assert office.refused("propose", "edition", str(older), *edition[3:]) == (
            "permits.rollback"
        )
    assert office.register.verify() is None


def test_a_suspension_at_once_and_lifted(office: Office) -> None:
    suspend = ("suspend", "--institution", "991023", "--reason", "漏えいの疑い", "--staff", "ann")
    assert office.refused(*suspend) == "permits.end_missing"
    number = str(office.call(*suspend, "--until", "2026-04-15")["proposal"])
    assert office.decide(APRIL) == f"allow None {OLD}"
    assert office.refused("approve", number, "--staff", "ann") == "permits.same_person"
    office.call("approve", number, "--staff", "bob")
    assert office.decide(APRIL) == f"deny hold {OLD}"
    assert office.decide(date(2026, 4, 15)) == f"allow None {OLD}"
    later = date(2026, 4, 7)
    lift = office.call(
        "propose", "lift", number, "--reason", "安全を確認", "--staff", "bob", day=later
    )
    assert office.decide(later) == f"deny hold {OLD}"
    office.call("approve", str(lift["proposal"]), "--staff", "ann", day=later)
    assert office.decide(later) == f"allow None {OLD}"
    # What was decided while it held stays explained as it was.
    assert office.decide(date(2026, 4, 6)) == f"deny hold {OLD}"
    assert office.register.sequence == 3


def order(*numbers: str) -> bytes:
    """Return the law XML of an invented order with the rows of those numbers."""
    pairs = (("橋の長", "橋梁関係情報又は船籍関係情報"), ("灯台守協会", "灯台関係情報"))
    rows = [
        WordedRow(
            no=no,
            inquirer="港の長",
            affair=f"入港の許可に関する事務であって第{kanji(str(int(no) + 2))}条で定めるもの",
            pairs=pairs,
        )
        for no in numbers
    ]
    clause = WordedClause(affair="申請の審査", information="当該者に係る橋梁関係情報")
    details = [
        article(
            str(int(no) + 2),
            WordedParagraph(sentence=LEAD.format(kanji(no)), clauses=(clause, clause)),
        )
        for no in numbers
    ]
    return law(table_article(rows) + "".join(details))


def test_an_edition_from_law_xml_and_one_that_lacks_rows(tmp_path: Path) -> None:
    office = Office(tmp_path)
    listed = Edition(predecessor())
    Register.found(office.folder, PermitList((listed,)), at=on(APRIL), staff="ann")
    before = listed.key.label
    for number, (valid_from, rows) in enumerate(
        ((MAY, ("1", "2", "3")), (date(2026, 6, 1), ("1", "3"))), start=1
    ):
        path, draft = tmp_path / f"order{number}.xml", tmp_path / f"draft{number}.jsonl"
        path.write_bytes(order(*rows))
        lacking = number == 2
        imported = office.call(
            "import-law", str(path), "--to", "edition", "--valid-from", str(valid_from),
            "--against", before, "-o", str(draft), code=int(lacking),
        )  # fmt: skip
        before = imported["edition"]["label"]
        assert imported["state"] == ("held" if lacking else "complete")
        office.call("lint", "--edition", str(draft))
        office.call("propose", "edition", str(draft), "--reason", "改正", "--staff", "ann")
        review = office.call("review", str(number), "--staff", "bob")["review"]
        assert review["dropped"] == (["2"] if lacking else [])
        office.call("approve", str(number), "--staff", "bob")
        publish = ["publish", str(number), "--staff", "bob"]
        if lacking:
            assert office.refused(*publish) == "permits.dropped_rows"
            publish += ["--accept-dropped", "2"]
        office.call(*publish)
    asked = ("decide", "--affair", "3-1", "--inquirer", "港の長", "--provider", "橋の長")
    answers = [
        office.call(*asked, "--info", "橋梁関係情報", "--on", str(day), code=code)["decision"]
        for day, code in ((APRIL, 1), (MAY, 0), (date(2026, 6, 1), 0))
    ]
    assert answers == ["deny", "allow", "allow"]


@pytest.mark.parametrize("tampered", ["an event", "an edition"])
def test_what_was_changed_by_other_means_is_detected_and_never_used(
    office: Office, tampered: str
) -> None:
    suspend = ("suspend", "--row", "69", "--reason", "試験", "--staff", "ann")
    number = str(office.call(*suspend, "--until", "2026-04-15")["proposal"])
    office.call("approve", number, "--staff", "bob")
    assert office.call("verify-register")["sequence"] == 2
    if tampered == "an event":
        path, before, after = office.folder / "register.jsonl", b'"bob"', b'"eve"'
        code = "permits.register_broken"
    else:
        path = next((office.folder / "editions").iterdir())
        before, after, code = b"exact", b"exakt", "permits.edition_tampered"
    path.write_bytes(path.read_bytes().replace(before, after, 1))
    assert office.refused("verify-register") == code
    with at_noon(APRIL):
        done = CliRunner().invoke(app, ["decide", *QUESTION, "--register", str(office.folder)])
    assert done.exit_code != 0
    assert code in done.output or "--register" in done.output
