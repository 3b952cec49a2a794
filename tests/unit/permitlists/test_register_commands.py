"""The permit register from the command line: what is printed, in both languages, and exit codes."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import time_machine
from typer.testing import CliRunner, Result

from gateway.cli.permits import app
from permitlists import Edition, load_builtin
from permitlists.register import Register
from permitlists.spreadsheet import write_spreadsheet
from tests.support.registers import NOON, second
from tests.unit.permitlists.small_edition import edition, row

TAX = "地方税関係情報"
STANDING = len(load_builtin().supplement.filings) + len(load_builtin().supplement.withholdings)
FIRST = STANDING + 1  # the number of the first proposal: what stood at the founding is numbered


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a register that the environment names."""
    made = tmp_path / "register"
    monkeypatch.setenv("NAKADACHI_PERMITS_REGISTER", str(made))
    assert run("found", str(made), "--staff", "ann").exit_code == 0
    return made


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def act(*arguments: str, staff: str = "ann", code: int = 0) -> Any:  # noqa: ANN401  # plain JSON
    done = run(*arguments, "--staff", staff, "--json")
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def suspend(*more: str, code: int = 0) -> Any:  # noqa: ANN401  # plain JSON
    options = more or ("--row", "69", "--until", "2026-04-08")
    return act("suspend", *options, "--reason", "漏えいの疑い", code=code)


def decide(on: str, *more: str) -> Any:  # noqa: ANN401  # plain JSON
    asked = ("--affair", "69-7", "--inquirer", "991015", "--provider", "991023", "--info", TAX)
    return json.loads(run("decide", *asked, "--on", on, "--json", *more).stdout)


def write(path: Path, made: Edition) -> str:
    path.write_bytes(made.to_bytes())
    return str(path)


def newer(valid_from: str = "2026-05-01", **changes: object) -> Edition:
    """Return a small edition that has every row of the packaged one."""
    packaged = load_builtin().find_labelled("shourei-r6@2024-05-27")
    assert packaged is not None
    rows = [row(no=one.no) for one in packaged.table.rows]
    return edition(rows=rows, valid_from=valid_from, **changes)


def test_a_register_starts_with_the_packaged_list(folder: Path) -> None:
    shown = json.loads(run("verify-register", "--json").stdout)
    assert shown["sequence"] == 1
    assert shown["editions"] == [one.key.label for one in load_builtin().editions]
    assert shown["head"] == Register.open(folder).head
    assert decide("2026-04-01")["decision"] == "allow"
    again = run("found", str(folder), "--staff", "ann")
    assert again.exit_code == 1
    assert "permits.register_exists" in again.stderr


def test_an_empty_register_is_for_holds_of_an_institution(tmp_path: Path) -> None:
    shown = act("found", str(tmp_path / "own"), "--empty")
    assert shown["editions"] == []
    assert "なし / none" in run("verify-register", "--register", str(tmp_path / "own")).stdout


def test_a_suspension_takes_two_people_and_holds_at_once(folder: Path) -> None:
    proposal = suspend()
    assert (proposal["proposal"], proposal["kind"], proposal["state"]) == (
        FIRST,
        "hold",
        "proposed",
    )
    assert "permits approve" in proposal["next_en"]
    refused = act("approve", str(FIRST), code=1)["error"]
    assert refused["code"] == "permits.same_person"
    assert "直せる人: 別の職員" in refused["text_ja"]
    assert decide("2026-04-01")["decision"] == "allow"
    assert act("approve", str(FIRST), staff="bob")["sequence"] == 2
    assert decide("2026-04-01")["failed"] == "hold"
    assert decide("2026-04-08")["decision"] == "allow"
    assert decide("2026-04-01", "--register", str(folder))["failed"] == "hold"
    lift = act("propose", "lift", str(FIRST), "--reason", "解決", staff="bob")
    act("approve", str(lift["proposal"]))
    assert decide("2026-04-01")["decision"] == "allow"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--row", "69"), "permits.end_missing"),
        (("--until", "2026-04-08"), "permits.scope_missing"),
        (("--row", "69", "--until", "2026-04-01"), "permits.end_past"),
        (("--row", "69", "--from", "2026-05-01", "--until", "2026-04-08"), "permits.end_past"),
    ],
    ids=["no end", "no scope", "today", "ends before it begins"],
)
def test_a_suspension_that_says_too_little_is_refused(
    folder: Path, options: tuple[str, ...], code: str
) -> None:
    assert suspend(*options, code=1)["error"]["code"] == code
    assert len(Register.open(folder).proposals()) == STANDING


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (("hold", "--institution", "991015"), "hold"),
        (("suspension", "--information", TAX, "--until", "2026-04-08"), "hold"),
        (("lift", "1"), "lift"),
        (
            ("numbering", "69-7", "--official", "7", "--seen-at", "官報 令和6年号外第1号"),
            "numbering",
        ),
    ],
    ids=["hold", "suspension", "lift", "numbering"],
)
def test_every_kind_is_proposed_and_approved(
    folder: Path, arguments: tuple[str, ...], kind: str
) -> None:
    proposal = act("propose", *arguments, "--reason", "試験")
    assert proposal["kind"] == kind
    seen = act("review", str(FIRST), staff="bob")
    assert seen["reviewed_by"] == ["bob"]
    assert act("approve", str(FIRST), staff="bob")["state"] == "published"
    listing = run("proposals", "--all").stdout
    assert f"{FIRST}  published  " in listing
    assert kind in listing
    assert run("proposals").stdout == "なし / none\n"
    suspend("--row", "70", "--until", "2026-04-09")
    assert "見た内容" in run("review", str(FIRST + 1), "--staff", "bob").stdout
    assert len(json.loads(run("proposals", "--json").stdout)) == 1
    text = run("review", str(FIRST), "--staff", "eve")
    assert text.exit_code == 1
    assert "permits.proposal_state" in text.stderr
    assert Register.open(folder).verify() is None


FILING = """
[[filing]]
number = "7"
municipality = "991015"
ordinance = "仲立市の条例 別表2の項"
label = "試験の助成"
base = { edition = "shourei-r6@2024-05-27", row = "89" }
providers = ["都道府県知事等"]
information = ["児童扶養手当関係情報"]
reference = "試験-0001"
notified_on = 2026-04-01
valid_from = 2026-04-01
"""
WITHHOLDING = """
[[withholding]]
provider = "991015"
ordinance = "仲立市の条例 第7条"
rows = ["89"]
valid_from = 2026-04-01
"""


@pytest.mark.parametrize(
    ("kind", "text"), [("filing", FILING), ("withholding", WITHHOLDING)], ids=["filing", "withheld"]
)
def test_a_filing_and_a_withholding_come_from_a_file_of_one_entry(
    folder: Path, tmp_path: Path, kind: str, text: str
) -> None:
    path = tmp_path / "entry.toml"
    path.write_text(text, encoding="utf-8")
    act("propose", kind, str(path), "--reason", "届出")
    assert act("approve", str(FIRST), staff="bob")["sequence"] == 2
    assert len(getattr(Register.open(folder).permit_list().supplement, f"{kind}s")) > 1
    for other in ("", text + text, "broken"):
        path.write_text(other, encoding="utf-8")
        assert "error" in act("propose", kind, str(path), "--reason", "届出", code=1)
    missing = run("propose", kind, str(tmp_path / "none"), "--reason", "届出", "--staff", "ann")
    assert missing.exit_code == 3


@pytest.mark.usefixtures("folder")
def test_an_edition_goes_all_the_way_and_back(tmp_path: Path) -> None:
    path = write(tmp_path / "new.json", newer())
    act("propose", "edition", path, "--reason", "改正")
    assert act("approve", str(FIRST), staff="bob", code=1)["error"]["code"] == (
        "permits.review_missing"
    )
    seen = act("review", str(FIRST), staff="bob")["review"]
    assert seen["content"] == newer().key.sha256
    assert seen["before_label"] == "shourei-r6@2024-05-27"
    assert len(seen["diff"]) == 64
    assert seen["difference"]["lost"]
    assert seen["cards"]
    assert act("approve", str(FIRST), staff="bob")["state"] == "approved"
    published = act("publish", str(FIRST), staff="bob")
    assert (published["state"], published["sequence"]) == ("published", 2)
    assert "2026-05-01" in published["next_ja"]
    label = "shourei-r6@2026-05-01"
    withdrawal = act("propose", "withdrawal", label, "--reason", "誤り")
    assert act("approve", str(withdrawal["proposal"]), staff="bob")["sequence"] == 3
    unknown = act("propose", "withdrawal", label, "--reason", "誤り", code=1)
    assert unknown["error"]["code"] == "permits.label_unknown"


@pytest.mark.usefixtures("folder")
def test_a_review_prints_findings_difference_and_cards_and_cuts_long_lists(
    tmp_path: Path,
) -> None:
    act("propose", "edition", write(tmp_path / "new.json", newer()), "--reason", "改正")
    short = run("review", str(FIRST), "--staff", "bob")
    assert short.exit_code == 0
    for said in ("比べる版", "点検 / lint:", "差分 / diff:", "変わる項のカード", "--full"):
        assert said in short.stdout
    full = run("review", str(FIRST), "--staff", "bob", "--full").stdout
    assert "--full" not in full
    assert len(full) > len(short.stdout)


@pytest.mark.usefixtures("folder")
def test_a_review_judges_recorded_requests_by_the_new_edition(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    record = {
        "at": "2026-03-02T03:00:00+00:00",
        "act": "inquiry",
        "institution": "991015",
        "provider": "991023",
        "affair": "69-7",
        "information": [{"information": TAX, "items": []}],
        "request_id": "r1",
    }
    path.write_text(json.dumps(record) + "\n", encoding="utf-8")
    act("propose", "edition", write(tmp_path / "new.json", newer()), "--reason", "改正")
    seen = act("review", str(FIRST), "--records", str(path), staff="bob")["review"]
    assert seen["impact_counts"]["requests"] == 1
    assert seen["impact_counts"]["refused"] == 1
    assert len(seen["impact"]) == 64
    text = run("review", str(FIRST), "--records", str(path), "--staff", "bob").stdout
    assert "影響 / impact:" in text
    path.write_text("no record\n", encoding="utf-8")
    broken = act("review", str(FIRST), "--records", str(path), staff="bob", code=1)
    assert broken["error"]["code"] == "permits.record_form"


@pytest.mark.usefixtures("folder")
def test_the_first_edition_of_an_instrument_has_no_impact(tmp_path: Path) -> None:
    empty = tmp_path / "own"
    act("found", str(empty), "--empty")
    (tmp_path / "records.jsonl").write_bytes(b"")
    named = ("--register", str(empty))
    act("propose", "edition", write(tmp_path / "new.json", newer()), "--reason", "新規", *named)
    seen = act("review", "1", "--records", str(tmp_path / "records.jsonl"), *named, staff="bob")
    assert seen["review"]["impact"] is None
    text = run("review", "1", "--staff", "bob", *named).stdout
    assert "比べる版 / compared with: なし / none" in text


@pytest.mark.usefixtures("folder")
def test_dropped_rows_are_named_and_must_be_accepted(tmp_path: Path) -> None:
    new = second(date(2026, 5, 1), *(one.no for one in newer().table.rows[2:]))
    act("propose", "edition", write(tmp_path / "new.json", new), "--reason", "改正")
    text = run("review", str(FIRST), "--staff", "bob").stdout
    assert "欠ける項 / rows it drops: 1, 2" in text
    act("approve", str(FIRST), staff="bob")
    refused = act("publish", str(FIRST), staff="bob", code=1)["error"]
    assert refused["code"] == "permits.dropped_rows"
    done = act("publish", str(FIRST), "--accept-dropped", "1, 2", staff="bob")
    assert done["dropped"] == ["1", "2"]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("suffix", ["json", "jsonl", "xlsx"])
def test_an_edition_comes_from_any_form_of_file(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"new.{suffix}"
    if suffix == "jsonl":
        head = '["edition","shourei-r6","2026-05-01",null]\n["class","市町村長",[],null]\n'
        path.write_text(head, encoding="utf-8")
    elif suffix == "xlsx":
        path.write_bytes(write_spreadsheet(newer().table))
    else:
        path.write_bytes(newer().to_bytes())
    made = act("propose", "edition", str(path), "--reason", "改正")
    assert made["content"]["edition"]["valid_from"] == "2026-05-01"


@pytest.mark.usefixtures("folder")
def test_a_file_that_is_no_edition_is_refused_in_both_languages(
    tmp_path: Path,
) -> None:
    path = tmp_path / "new.json"
    path.write_bytes(b"{}")
    done = run("propose", "edition", str(path), "--reason", "改正", "--staff", "ann")
    assert done.exit_code == 1
    assert "permits.edition_form" in done.stderr
    assert "内容が正しくありません" in done.stderr
    path.unlink()
    missing = run("propose", "edition", str(path), "--reason", "改正", "--staff", "ann")
    assert missing.exit_code == 3


@pytest.mark.usefixtures("folder")
def test_a_proposal_is_rejected_with_a_reason() -> None:
    suspend()
    text = run("reject", str(FIRST), "--reason", "範囲が違う", "--staff", "bob").stdout
    assert "状態 / state: rejected" in text
    assert "却下 / rejected: bob 範囲が違う" in text
    assert "Nothing more happens to it." in text


@pytest.mark.usefixtures("folder")
def test_a_clause_number_needs_a_clause_and_an_edition() -> None:
    for affair, more in (("69", ()), ("69-7", ("--edition", "shourei-r6@2024-05-27"))):
        done = run(
            "propose", "numbering", affair, "--official", "第7号", "--seen-at", "官報",
            "--staff", "ann", *more,
        )  # fmt: skip
        assert done.exit_code == (0 if more else 2)


def test_the_register_must_be_named_and_be_one(tmp_path: Path) -> None:
    assert run("proposals").exit_code == 2
    done = run("proposals", "--register", str(tmp_path))
    assert done.exit_code == 3
    assert "permits.register_unknown" in done.stderr


def test_verification_finds_what_was_changed_by_other_means(folder: Path) -> None:
    head = json.loads(run("verify-register", "--json").stdout)["head"]
    assert run("verify-register", "--head", head[::-1]).exit_code == 1
    suspend()
    assert run("verify-register", "--head", head).exit_code == 0
    log = folder / "register.jsonl"
    log.write_bytes(log.read_bytes().replace(b'"row":"69"', b'"row":"70"'))
    done = run("verify-register")
    assert done.exit_code == 1
    assert "permits.register_broken" in done.stderr


NAMED = ("--inquirer", "991015", "--provider", "991023")
READERS = (
    ("decide", "--affair", "69-1", *NAMED, "--info", "地方税関係情報"),
    ("explain", "--affair", "69-1", *NAMED, "--info", "地方税関係情報"),
    ("editions",),
    ("usable", *NAMED),
    ("lint",),
    ("diff", "beppyo2@2015-10-05", "shourei-r6@2024-05-27"),
    ("card", "69"),
    ("oracle-check", "--mutations", "0"),
    ("proposals",),
    ("approve", "4", "--staff", "bob"),
)


@pytest.mark.parametrize("command", READERS, ids=lambda command: command[0])
@pytest.mark.parametrize("damaged", [False, True], ids=["missing", "changed"])
def test_no_command_reads_a_register_that_is_missing_or_was_changed(
    command: tuple[str, ...],
    damaged: bool,
    folder: Path,
) -> None:
    log = folder / "register.jsonl"
    log.write_bytes(log.read_bytes().replace(b'"ann"', b'"bob"') if damaged else b"")
    done = run(*command, "--json")
    assert done.exit_code == 3
    refused = json.loads(done.stdout)["error"]
    assert refused["code"] == f"permits.register_{'broken' if damaged else 'unknown'}"
    assert "原簿" in refused["text_ja"]
