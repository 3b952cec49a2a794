import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gateway.cli.permits import app
from permitlists.spreadsheet import write_spreadsheet
from tests.unit.permitlists.permit_cases import DATA, LABEL, packaged

OLD = "beppyo2@2015-10-05"
FILE = DATA / "shourei-r6.2024-05-27.jsonl"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def test_lint_of_the_packaged_list_finds_no_error() -> None:
    result = run("lint")
    assert result.exit_code == 0
    assert "permitlists/data/shourei-r6.2024-05-27.jsonl:" in result.stdout
    assert "注意 / warning  grant.doubtful  13" in result.stdout
    assert "参考 / note  numbering.conflict  9" in result.stdout
    assert "[numbering.conflict]" not in result.stdout
    assert "[numbering.conflict]" in run("lint", "--notes").stdout


def test_lint_prints_findings_with_place_message_and_what_to_do() -> None:
    findings = json.loads(run("lint", "--edition", LABEL, "--json").stdout)
    assert set(findings[0]) == {
        "rule", "severity", "file", "line", "column", "row", "clause",
        "message_ja", "message_en", "fix_ja", "fix_en",
    }  # fmt: skip
    doubtful = [one for one in findings if one["rule"] == "grant.doubtful"]
    text = FILE.read_text("utf-8").splitlines()
    assert all(text[one["line"] - 1][one["column"] - 1 :] == '"doubtful"]' for one in doubtful)


def test_lint_of_a_bad_file_says_where_and_ends_with_one(tmp_path: Path) -> None:
    lines = FILE.read_bytes().splitlines()
    lines[99] = b'["pair","x",[],[]]'
    bad = tmp_path / "bad.jsonl"
    bad.write_bytes(b"\n".join(lines))
    result = run("lint", str(bad))
    assert result.exit_code == 1
    assert f"{bad}:100:9: 誤り / error [form]" in result.stdout


def test_lint_of_a_good_copy_is_no_neighbour_of_itself() -> None:
    result = run("lint", str(FILE), "--json")
    assert result.exit_code == 0
    assert {one["file"] for one in json.loads(result.stdout)} == {str(FILE)}


def test_lint_reads_a_spreadsheet(tmp_path: Path) -> None:
    sheet = tmp_path / "edition.xlsx"
    sheet.write_bytes(write_spreadsheet(packaged().table))
    findings = json.loads(run("lint", str(sheet), "--json").stdout)
    assert {one["file"] for one in findings} == {str(sheet)}
    sheet.write_bytes(b"no spreadsheet")
    assert run("lint", str(sheet)).exit_code == 1


def test_lint_says_when_there_is_nothing_to_say(tmp_path: Path) -> None:
    plain = tmp_path / "plain.jsonl"
    plain.write_text(
        '["edition","shourei-r6","2100-01-01",null,"test"]\n["class","市町村長",[],null]\n'
        '["row","1","3","x",["市町村長"]]\n["pair",1,["市町村長"],["地方税関係情報"]]\n'
        '["clause","1","y","verified"]\n["grant",[1],["地方税関係情報"],"","exact"]\n',
        "utf-8",
    )
    result = run("lint", str(plain))
    assert (result.exit_code, result.stdout) == (0, "指摘なし / Nothing found.\n")


def test_the_work_list_names_article_row_clause_and_where_to_look() -> None:
    articles = json.loads(run("lint", "--numbering", "--json").stdout)
    assert len(articles) == 21
    assert set(articles[0]) == {
        "edition", "row", "article", "numbering", "look_up_ja", "look_up_en", "confirmed",
        "clauses",
    }  # fmt: skip
    text = run("lint", "--numbering", "--edition", LABEL).stdout
    assert f"{LABEL} 12の2の項 第14条の2 (unverified)" in text
    assert text.endswith("21条のうち未確認 21 / 21 of 21 articles left\n")


def test_diff_prints_the_document_of_the_contract() -> None:
    document = json.loads(run("diff", OLD, LABEL, "--json").stdout)
    assert list(document) == ["gained", "lost", "renumbered"]
    assert (len(document["gained"]), len(document["lost"])) == (3644, 656)


def test_diff_takes_labels_and_files_and_speaks_in_sentences(tmp_path: Path) -> None:
    changed = tmp_path / "new.jsonl"
    lines = FILE.read_text("utf-8").splitlines(keepends=True)
    text = "".join(line for line in lines if not line.startswith('["overlay"'))
    old = '["clause","8","国保法76条の保険料の還付","verified"]\n'
    assert old in text
    changed.write_text(text.replace(old, old + '["grant",[4],["地方税関係情報"],"","exact"]\n'))
    output = run("diff", LABEL, str(changed)).stdout
    asking = "市町村長、国民健康保険組合"
    expected = [
        "増える許可 2件、失われる許可 0件、限定が変わる許可 0件、番号が移ったと見られるもの 0件",
        "2 gained, 0 lost, 0 narrowed differently, 0 that seem renumbered",
        f"  69の項8号: {asking}は市町村長に地方税関係情報を求められるようになります。",
        f"  Row 69 clause 8: {asking} may now ask 市町村長 for 地方税関係情報.",
    ]
    assert output.splitlines() == expected
    back = run("diff", str(changed), LABEL).stdout
    assert "求められなくなります" in back


def test_diff_tells_of_rows_that_came_went_moved_and_narrowed() -> None:
    output = run("diff", OLD, LABEL).stdout
    assert "  42の項の内容は69の項に移ったと見られます（類似度0.81、要確認）。" in output
    assert "  12の2の項（" in output
    assert "が加わり、許可" in output
    assert "から「市町村民税」に変わります。" in output
    assert "がなくなり、許可" in run("diff", LABEL, OLD).stdout


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("diff", OLD, "shourei-r6@1999-01-01"), 1, "permits.edition_unknown"),
        (("diff", OLD, "nothing"), 1, "permits.edition_form"),
        (("lint", "/nowhere/at/all.jsonl"), 3, "/nowhere/at/all.jsonl"),
        (("lint", "--register", "/nowhere/at/all"), 3, "permits."),
    ],
    ids=["unknown", "no name", "no file", "no register"],
)
def test_what_cannot_be_read_is_refused(arguments: tuple[str, ...], code: int, text: str) -> None:
    result = run(*arguments)
    assert result.exit_code == code
    assert text in result.stderr


def test_the_impact_on_no_requests_has_no_period(tmp_path: Path) -> None:
    (tmp_path / "records.jsonl").touch()
    result = run("impact", LABEL, LABEL, "--records", str(tmp_path / "records.jsonl"))
    assert "Period from - to -" in result.stdout
    assert result.exit_code == 0
