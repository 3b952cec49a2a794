import csv
import io
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from gateway.cli import permit_paper
from permitlists import Edition, load_builtin
from permitlists.cards import render
from permitlists.flat import HEADINGS, write_csv
from permitlists.line_writer import write_lines
from permitlists.lines import read_lines
from permitlists.table import Clause, Grant, Pair, Row, Table
from tests.unit.permitlists.permit_cases import DATA, LABEL, packaged

app = typer.Typer()
permit_paper.register(app)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def test_card_prints_a_row_with_all_its_clauses() -> None:
    row = packaged().rows["69"].row
    result = run("card", "69", "--edition", LABEL)
    assert result.exit_code == 0
    assert result.stdout == f"{render(row).text}\n"


def test_card_prints_a_row_with_one_clause() -> None:
    card = render(packaged().rows["69"].row)
    result = run("card", "69-7", "--edition", LABEL)
    assert result.stdout.splitlines() == [card.sentence, card.clauses[6]]


def test_card_prints_a_document_for_programs() -> None:
    card = render(packaged().rows["69"].row)
    document = json.loads(run("card", "69-7", "--edition", LABEL, "--json").stdout)
    assert document == {
        "edition": {"label": LABEL, "sha256": packaged().key.sha256},
        "affair": "69-7",
        "row": "69",
        "sentences": [card.sentence, card.clauses[6]],
    }


def test_card_shows_the_statutory_edition_of_today_by_default() -> None:
    assert run("card", "69").stdout == run("card", "69", "--edition", LABEL).stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("9999",), 1),
        (("69-999",), 1),
        (("sixty-nine",), 2),
        (("69", "--edition", "shourei-r6@1999-01-01"), 1),
        (("69", "--edition", "nowhere.json"), 3),
    ],
)
def test_card_refuses_what_is_not_there(arguments: tuple[str, ...], code: int) -> None:
    result = run("card", *arguments)
    assert result.exit_code == code
    assert not result.stdout


@pytest.mark.parametrize("suffix", [".xlsx", ".json", ".jsonl"])
@pytest.mark.parametrize("edition", load_builtin().editions, ids=lambda one: str(one.key.label))
def test_an_exported_edition_is_the_same_edition(
    edition: Edition, suffix: str, tmp_path: Path
) -> None:
    file = tmp_path / f"edition{suffix}"
    result = run("export", "--edition", edition.key.label, "-o", str(file))
    assert result.exit_code == 0
    assert edition.key.sha256 in result.stdout
    again = tmp_path / "again.json"
    assert run("export", "--edition", str(file), "-o", str(again)).exit_code == 0
    assert again.read_bytes() == edition.to_bytes()


def test_export_tells_programs_what_it_wrote(tmp_path: Path) -> None:
    file = tmp_path / "edition.json"
    document = json.loads(run("export", "--edition", LABEL, "-o", str(file), "--json").stdout)
    assert document == {
        "edition": LABEL,
        "sha256": packaged().key.sha256,
        "file": str(file),
        "bytes": len(packaged().to_bytes()),
    }


def test_export_refuses_a_form_that_it_does_not_know(tmp_path: Path) -> None:
    assert run("export", "-o", str(tmp_path / "edition.pdf")).exit_code == 2


def test_export_says_where_it_cannot_write(tmp_path: Path) -> None:
    result = run("export", "--edition", LABEL, "-o", str(tmp_path / "none" / "edition.json"))
    assert result.exit_code == 3
    assert "edition.json" in result.stderr


def test_a_broken_spreadsheet_is_refused_at_its_cell(tmp_path: Path) -> None:
    file = tmp_path / "edition.xlsx"
    file.write_bytes(b"no archive")
    result = run("export", "--edition", str(file), "-o", str(tmp_path / "edition.json"))
    assert result.exit_code == 1
    assert "no .xlsx file" in result.stderr


def test_export_refuses_what_a_spreadsheet_cannot_hold(tmp_path: Path) -> None:
    source = packaged().table
    long = Row("1", "", "あ" * 40_000, (), (), ())
    file = tmp_path / "long.json"
    table = Table(source.instrument, source.valid_from, None, source.classes, (long,))
    file.write_bytes(Edition(table).to_bytes())
    result = run("export", "--edition", str(file), "-o", str(tmp_path / "long.xlsx"))
    assert result.exit_code == 1
    assert "項 D2" in result.stderr


@pytest.mark.parametrize("edition", load_builtin().editions, ids=lambda one: str(one.key.label))
def test_written_lines_are_the_packaged_lines(edition: Edition) -> None:
    key = edition.key
    packaged_bytes = (DATA / f"{key.instrument}.{key.valid_from}.jsonl").read_bytes()
    assert read_lines(write_lines(edition.table)) == edition.table
    assert write_lines(edition.table) == packaged_bytes


def read_csv(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_csv_has_a_line_for_each_permitted_information() -> None:
    lines = read_csv(write_csv(packaged().table))
    assert lines[0] == list(HEADINGS)
    assert [line[9:] for line in lines if line[2] == "69" and line[6] == "1"] == [
        ["4", "市町村長", "地方税関係情報", "市町村民税", "対応づけ"]
    ]
    assert next(line for line in lines if line[2] == "157")[4:] == ["削除", *[""] * 9]


def test_no_cell_of_the_csv_runs_as_a_formula() -> None:
    row = Row(
        no="1",
        article="",
        label="=1+1",
        inquirers=("@市長",),
        pairs=(Pair(1, ("-1",), ("+1", "税")),),
        clauses=(
            Clause("1", "\t算定", "verified", (Grant((1,), ("+1", "無"), "", "doubtful"),)),
            Clause("2", "届出", "verified", ()),
        ),
    )
    source = packaged().table
    table = Table("x", source.valid_from, None, (), (row,))
    lines = read_csv(write_csv(table))
    assert lines[1][4:] == [
        "'=1+1",
        "'@市長",
        "1",
        "'\t算定",
        "確認済み",
        "1",
        "'-1",
        "'+1",
        "",
        "要確認",
    ]
    assert lines[2][6:] == ["2", "届出", "確認済み", "", "", "", "", ""]
    assert len(lines) == 3
