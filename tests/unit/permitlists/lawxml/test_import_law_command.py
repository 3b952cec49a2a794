import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway.cli.permits import app
from permitlists.edition import Edition
from permitlists.line_writer import write_lines
from tests.support.law_xml import WordedRow, law, predecessor, table_article

NAME = "499M10000000001_20990401_499AC0000000009.xml"
PAIRS = (("橋の長", "橋梁関係情報"),)


def order(*numbers: str, inquirer: str = "港の長") -> bytes:
    rows = [WordedRow(no=no, inquirer=inquirer, affair="入港の事務", pairs=PAIRS) for no in numbers]
    return law(table_article(rows))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / NAME).write_bytes(order("1", "2"))
    (tmp_path / "shorter.xml").write_bytes(order("2"))
    (tmp_path / "before.jsonl").write_bytes(write_lines(predecessor()))
    return tmp_path


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    words = [str(folder / word) if "." in word and "/" not in word else word for word in arguments]
    ran = CliRunner().invoke(app, ["import-law", *words])
    return ran.exit_code, ran.output


def document(output: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(output)
    return found


EDITION = ("--to", "edition", "--against", "before.jsonl")


def test_the_tables_of_a_law_are_listed(folder: Path) -> None:
    code, output = run(folder, NAME)
    assert code == 0
    assert "架空の命令（令和九十九年架空府令第一号）" in output
    assert "1  第2条 第1項  3 x 4  2項" in output
    assert "complete" in output


def test_the_tables_of_a_law_come_out_as_json(folder: Path) -> None:
    code, output = run(folder, NAME, "--json")
    found = document(output)
    assert (code, found["state"], found["output"]) == (0, "complete", None)
    assert found["tables"][0]["row_numbers"] == ["1", "2"]
    code, output = run(folder, NAME, "--table", "1", "-o", "out.json", "--json")
    assert (code, "tables" in document(output)) == (0, False)
    written = document((folder / "out.json").read_text("utf-8"))
    assert written["tables"] == found["tables"]


def test_an_edition_is_written_as_packaged_lines(folder: Path) -> None:
    code, output = run(folder, NAME, *EDITION, "-o", "out.jsonl")
    assert code == 0
    assert "shourei-r6@2099-04-01  2 rows, 2 pairs, 2 clauses, 2 lines, 0 doubtful" in output
    assert "written to" in output
    edition = Edition.from_lines((folder / "out.jsonl").read_bytes())
    assert edition.key.label == "shourei-r6@2099-04-01"


def test_what_is_held_is_written_and_ends_with_one(folder: Path) -> None:
    arguments = ("shorter.xml", *EDITION, "--valid-from", "2099-04-01", "-o", "out.jsonl")
    code, output = run(folder, *arguments)
    assert code == 1
    assert "lawxml.rows.dropped" in output
    assert "保留" in output
    edition = Edition.from_lines((folder / "out.jsonl").read_bytes())
    assert edition.table.source.endswith("+held")


def test_what_is_not_in_force_is_refused_and_not_written(folder: Path) -> None:
    meta = {"law_id": "499M10000000001", "current_revision_status": "UnEnforced"}
    (folder / "meta.json").write_text(json.dumps(meta))
    code, output = run(folder, NAME, *EDITION, "--meta", "meta.json", "-o", "out.jsonl", "--json")
    found = document(output)
    assert (code, found["state"], found["output"]) == (1, "refused", None)
    assert not (folder / "out.jsonl").exists()


def test_two_texts_of_a_law_are_compared(folder: Path) -> None:
    code, output = run(folder, "shorter.xml", "--against", NAME)
    assert code == 1
    assert "1 rows of 第2条 第1項 are gone: 1" in output


def test_wordings_and_a_schema_may_be_handed_in(folder: Path) -> None:
    (folder / "wordings.jsonl").write_text('["label","shourei-r6","0000000000000000","入港"]\n')
    (folder / "law.xsd").write_text(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">'
        '<xs:element name="Law"/></xs:schema>'
    )
    given = ("--wordings", "wordings.jsonl", "--xsd", "law.xsd")
    assert run(folder, NAME, *EDITION, *given)[0] == 0


def test_what_is_no_law_is_refused_with_its_place(folder: Path) -> None:
    (folder / "bad.xml").write_bytes(b"<Law>\n<LawBody></Law>")
    code, output = run(folder, "bad.xml")
    assert (code, "2:" in output, "lawxml.xml" in output) == (1, True, True)
    code, output = run(folder, "bad.xml", "--json")
    error = document(output)["error"]
    assert (code, error["code"], error["line"]) == (1, "lawxml.xml", 2)
    assert error["message_ja"]
    assert error["message_en"].isascii()


def test_control_characters_of_a_law_are_not_printed(folder: Path) -> None:
    (folder / "odd.xml").write_bytes(
        order("1").replace("情報照会者".encode(), b"&#x85;").replace(b"AppdxTable", b"")
    )
    code, output = run(folder, "odd.xml", "--to", "edition")
    assert code == 1
    assert "\x85" not in output


@pytest.mark.parametrize(
    "arguments",
    [
        (NAME, "--all", "--table", "1"),
        (NAME, "--against", "before.jsonl"),
        (NAME, "--to", "paper"),
        (NAME, "--table", "0"),
        (NAME, "--valid-from", "soon"),
    ],
)
def test_options_that_mean_nothing_together_are_usage_errors(
    folder: Path, arguments: tuple[str, ...]
) -> None:
    assert run(folder, *arguments)[0] == 2


def test_an_edition_that_is_not_listed_is_refused(folder: Path) -> None:
    code, output = run(folder, NAME, "--to", "edition", "--against", "nothing@2020-01-01")
    assert code == 1
    assert "permits.edition_unknown" in output


def test_a_file_that_cannot_be_read_is_the_environments_fault(folder: Path) -> None:
    code, output = run(folder, "nothing.xml")
    assert code == 3
    assert "nothing.xml" in output
