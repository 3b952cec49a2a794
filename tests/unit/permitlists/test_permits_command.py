import json
from pathlib import Path

import pytest
import time_machine
import typer
from typer.testing import CliRunner, Result

from gateway.cli.permits import app
from permitlists import load_builtin
from tests.unit.permitlists.permit_cases import DATA, LABEL, packaged

TAX = "地方税関係情報"
OPEN = ("--affair", "69-7", "--inquirer", "991015", "--provider", "991023", "--info", TAX)
SHUT = ("--affair", "69-8", "--inquirer", "991015", "--provider", "991023", "--info", TAX)


def run(*arguments: str, text: bytes | None = None) -> Result:
    return CliRunner().invoke(app, arguments, input=text)


@pytest.mark.parametrize("command", ["decide", "explain"])
@pytest.mark.parametrize(("question", "code"), [(OPEN, 0), (SHUT, 1)], ids=["allow", "deny"])
def test_the_exit_code_is_the_answer(command: str, question: tuple[str, ...], code: int) -> None:
    for form in ((), ("--json",)):
        assert run(command, *question, "--on", "2026-04-01", *form).exit_code == code


def test_decide_prints_the_document_of_the_contract() -> None:
    result = run("decide", *OPEN, "--on", "2026-04-01", "--json")
    document = json.loads(result.stdout)
    assert document["decision"] == "allow"
    assert document["matched"][0]["pair"] == 4
    assert document["edition"]["sha256"] == packaged().key.sha256
    assert result.stdout.count("\n") == 1


def test_decide_prints_the_verdict_and_both_texts_for_people() -> None:
    lines = run("decide", *SHUT, "--on", "2026-04-01").stdout.splitlines()
    assert lines[0] == "deny (information)"
    assert lines[1].startswith("拒否（情報）")
    assert lines[2].startswith("Denied (information)")


def test_explain_prints_what_is_near_and_what_differs() -> None:
    output = run("explain", *SHUT, "--on", "2026-04-01").stdout
    assert f"edition: {LABEL} sha256:" in output
    assert f"nearest: 69-7 pair 4 {TAX}: affair differs: 事務が69-7（" in output


def test_explain_prints_place_and_items_of_what_is_permitted() -> None:
    output = run("explain", *OPEN, "--on", "2026-04-01").stdout
    assert "第71条第7号 pair 4; items: fiscal_year, " in output
    assert "nearest" not in output


def test_explain_names_no_edition_where_none_is_in_force() -> None:
    output = run("explain", *OPEN, "--on", "2015-10-04").stdout
    assert output.startswith("deny (edition)")
    assert "edition: " not in output


def test_explain_says_when_items_are_not_catalogued() -> None:
    output = run(
        "explain", "--affair", "20の2", "--inquirer", "都道府県知事", "--provider", "医療保険者",
        "--info", "医療給付支給情報（医療保険各法）", "--on", "2026-04-01",
    ).stdout  # fmt: skip
    assert "items: not catalogued" in output


def test_without_a_day_the_question_is_of_today() -> None:
    assert run("decide", *OPEN).exit_code == 0


@pytest.mark.parametrize(
    ("options", "failed"),
    [
        (("--edition", LABEL), None),
        (("--edition", "shourei-r6"), None),
        (("--edition", LABEL, "--on", "2026-04-01"), None),
        (("--edition", LABEL, "--on", "2024-05-26"), "edition"),
        (("--edition", "shourei-r6@2020-01-01"), "edition"),
        (("--edition", "beppyo2"), "edition"),
        (("--edition", "beppyo2", "--on", "2024-05-26"), "affair"),
        (("--edition", "shourei-r6", "--on", "2024-05-26"), "edition"),
        (("--edition", "jorei-19-9", "--on", "2026-04-01"), "affair"),
        (("--edition", packaged().key.sha256[:8]), None),
        (("--edition", str(DATA / "shourei-r6.2024-05-27.jsonl")), None),
        (("--on", "2024-05-27"), None),
        (("--on", "2024-05-26"), "affair"),
        (("--on", "2015-10-04"), "edition"),
    ],
    ids=repr,
)
def test_the_edition_is_the_one_named_or_the_one_of_the_day(
    options: tuple[str, ...], failed: str | None
) -> None:
    result = run("decide", *OPEN, "--json", *options)
    assert json.loads(result.stdout)["failed"] == failed
    assert result.exit_code == (0 if failed is None else 1)


@time_machine.travel("2020-01-01T00:00:00Z")
def test_an_edition_of_another_time_answers_for_its_first_day() -> None:
    assert run("decide", *OPEN).exit_code == 1
    assert run("decide", *OPEN, "--edition", LABEL).exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("decide",),
        ("decide", "--affair", "69-7"),
        ("explain", "--affair", "69-7", "--inquirer", "市町村長", "--provider", "市町村長"),
        ("decide", *OPEN, "--on", "yesterday"),
        ("decide", *OPEN, "--on", "20260401"),
        ("decide", *OPEN, "--edition", "unknown"),
        ("decide", *OPEN, "--edition", "shourei-r6@"),
        ("decide", *OPEN, "--edition", "ffffffff"),
        ("decide", *OPEN, "--edition", "jorei-19-9@2024-05-27"),
        ("decide", *OPEN, "--edition", "no-such-file.json"),
        ("decide", *OPEN, "--institutions", "no-such-file.toml"),
        ("explain", *OPEN, "--view", "everybody"),
        ("decide", *OPEN, "--edition", "shourei-r6@today"),
        ("decide", "--affair", "x", *OPEN[2:]),
        ("decide", "--from", "-", *OPEN),
        ("decide", "--from", "no-such-file.jsonl"),
        ("decide", "--unknown"),
        ("forbid",),
    ],
    ids=" ".join,
)
def test_bad_usage_ends_with_two_and_prints_no_answer(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""


def line(**fields: object) -> bytes:
    question: dict[str, object] = {
        "on": "2026-04-01",
        "affair": "69-7",
        "inquirer": "991015",
        "provider": "991023",
        "info": TAX,
    }
    return json.dumps(question | fields, ensure_ascii=False).encode() + b"\n"


def test_a_file_of_questions_is_answered_line_by_line_in_order(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_bytes(line() + line(affair="69-8") + line(info=[TAX]) + line(on="2015-10-04"))
    result = run("decide", "--from", str(path))
    failed = [json.loads(text)["failed"] for text in result.stdout.splitlines()]
    assert failed == [None, "information", None, "edition"]
    assert result.exit_code == 1
    assert run("decide", "--json", "--from", str(path)).stdout == result.stdout


def test_a_file_in_which_all_is_allowed_ends_with_zero() -> None:
    result = run("decide", "--from", "-", text=line() + line())
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 2


def test_an_empty_file_has_no_answer_and_no_denial() -> None:
    result = run("decide", "--from", "-", text=b"")
    assert (result.exit_code, result.stdout) == (0, "")


def test_a_line_without_a_day_takes_the_day_of_the_option() -> None:
    question = json.loads(line())
    del question["on"]
    text = json.dumps(question).encode()
    assert run("decide", "--from", "-", "--on", "2020-01-01", text=text).exit_code == 1
    assert run("decide", "--from", "-", "--on", "2026-04-01", text=text).exit_code == 0


@pytest.mark.parametrize(
    "bad",
    [
        b"{", b"[]", b"\xff", b'""', b"", b"[" * 100_000, line(extra=1), line(info=1),
        line(info=[1]), line(affair="x"), line(on="tomorrow"), line(inquirer=None),
        line().replace(b'{"on"', b'{"affair": "69-8", "on"'),
    ],
    ids=[
        "cut", "list", "no UTF-8", "text", "blank", "deep", "unknown field", "number",
        "list of numbers", "affair", "day", "null", "duplicate key",
    ],
)  # fmt: skip
def test_one_bad_line_refuses_the_file_and_is_named(bad: bytes) -> None:
    result = run("decide", "--from", "-", text=line() + bad.rstrip(b"\n") + b"\n" + line())
    assert result.exit_code == 1
    assert result.stdout == ""
    code, japanese, english = result.stderr.splitlines()
    assert code == "permits.question_form"
    assert japanese.startswith("  内容が正しくありません: line 2: ")
    assert english.startswith("  line 2: ")


def test_editions_lists_what_is_packaged_and_what_is_missing() -> None:
    output = run("editions").stdout
    assert f"{LABEL}  active  until …  181 rows, 456 pairs, 904 clauses  sha256:" in output
    assert "beppyo2@2015-10-05  closed  until 2024-05-27  121 rows, 259 pairs" in output
    assert "jorei-19-9  no edition" in output
    document = json.loads(run("editions", "--json").stdout)
    assert document["instruments_without_edition"] == ["jorei-19-9"]
    assert [one["label"] for one in document["editions"]] == [
        edition.key.label for edition in load_builtin().editions
    ]
    assert [(one["status"], one["source"], one["overlays"]) for one in document["editions"]] == [
        ("closed", "wording-2015-12", 0), ("active", "wording-2026-02", 1),
    ]  # fmt: skip
    before = json.loads(run("editions", "--json", "--on", "2020-01-01").stdout)["editions"]
    assert [one["status"] for one in before] == ["active", "upcoming"]


def test_a_question_of_2016_is_answered_by_the_schedule_of_its_day() -> None:
    asked = (
        "--on", "2016-07-01", "--affair", "42", "--inquirer", "市町村長",
        "--provider", "市町村長", "--info", TAX,
    )  # fmt: skip
    document = json.loads(run("decide", *asked, "--json").stdout)
    assert document["decision"] == "allow"
    assert document["edition"]["label"] == "beppyo2@2015-10-05"
    assert document["edition"]["valid_to"] == "2024-05-27"
    assert [(one["row"], one["clause"], one["pair"]) for one in document["matched"]] == [
        ("42", None, 2)
    ]
    assert "旧別表第二42の項" in document["text_ja"]
    assert "former Schedule 2" in document["text_en"]
    whole = ("--inquirer", "市町村長又は国民健康保険組合")
    assert run("decide", *asked, *whole).exit_code == 0


def test_the_group_mounts_under_its_name() -> None:
    parent = typer.Typer()
    parent.add_typer(app)
    result = CliRunner().invoke(parent, ["permits", "editions"])
    assert result.exit_code == 0
    assert "shourei-r6" in result.stdout


FILED = ("--edition", "jorei-19-9", "--affair", "1", *OPEN[2:], "--on", "2026-04-01")


@pytest.mark.parametrize(("option", "failed"), [((), "consent"), (("--consent",), None)])
def test_an_ordinance_affair_is_asked_by_the_number_of_its_filing(
    option: tuple[str, ...], failed: str | None
) -> None:
    result = run("decide", *FILED, *option, "--json")
    assert json.loads(result.stdout)["failed"] == failed
    assert result.exit_code == (0 if failed is None else 1)


def test_a_delegate_asks_with_the_classes_of_its_delegator() -> None:
    town = ("--affair", "42-1", "--inquirer", "993417", *OPEN[4:], "--on", "2026-04-01")
    assert "deny (inquirer)" in run("decide", *town).stdout
    assert run("decide", *town, "--inquirer-delegator", "990001").exit_code == 0
    refused = run("decide", *town, "--inquirer-delegator", "991015").stdout
    assert "委任元（991015）" in refused


def test_a_delegate_provides_with_the_classes_of_its_delegator() -> None:
    line_of = {"provider": "999032", "provider_delegator": "993417"}
    result = run("decide", "--from", "-", text=line(**line_of) + line(provider="999032"))
    failed = [json.loads(text)["failed"] for text in result.stdout.splitlines()]
    assert failed == [None, "information"]


def test_institutions_of_an_operator_replace_those_of_the_sandbox(tmp_path: Path) -> None:
    path = tmp_path / "institutions.toml"
    path.write_text("institution = []", encoding="utf-8")
    result = run("decide", *OPEN, "--institutions", str(path), "--json")
    assert json.loads(result.stdout)["failed"] == "inquirer"


@pytest.mark.parametrize("view", ["caller", "staff", "auditor"])
def test_each_view_is_printed_as_text_and_as_json(view: str) -> None:
    question = ("explain", *SHUT, "--on", "2026-04-01", "--view", view)
    text, document = run(*question).stdout, json.loads(run(*question, "--json").stdout)
    assert text.startswith("deny (information)")
    assert document["text_ja"] in text
    assert ("ruling_sha256" in document) is (view == "auditor")
    assert ("nearest" in document) is (view != "caller")
