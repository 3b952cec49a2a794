"""`nakadachi codec`: what it prints, what it writes, and what it leaves behind."""

import errno
import io
import json
import os
import stat
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gateway.cli.codec import app
from gateway.cli.codec_files import open_input, open_output
from tests.support.sample_files import LAYOUTS, patched, rewritten, sample


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Return a folder with a sample of each of some layouts."""
    for layout_id in ("KJSETAI1", "KJKOJIN1", "KJKGGAI1", "KJSKTKS1", "Z22"):
        (tmp_path / layout_id).write_bytes(sample(layout_id))
    return tmp_path


def test_layouts_are_listed_and_described() -> None:
    rows = json.loads(run("list", "--json").stdout)
    assert [row["layout"] for row in rows] == LAYOUTS
    assert {row["origin"] for row in rows} == {"published", "design"}
    assert len(json.loads(run("list", "--on", "2010-01-01", "--json").stdout)) == 4
    assert "独自設計" in run("list").stdout
    assert "世帯主宛名番号" in run("describe", "KJSETAI1").stdout
    assert "| 世帯主宛名番号 |" in run("describe", "KJSETAI1", "--form", "markdown").stdout
    assert json.loads(run("describe", "KJSETAI1", "--json").stdout)["layout"] == "KJSETAI1"


@pytest.mark.parametrize("layout_id", ["KJKOJIN1", "Z22"])
def test_a_sample_is_valid_and_comes_back_from_lines(tmp_path: Path, layout_id: str) -> None:
    made, lines, again = tmp_path / "a", tmp_path / "a.jsonl", tmp_path / "b"
    told = json.loads(
        run("sample", layout_id, "-n", "5", "--seed", "3", "-o", made, "--json").stdout
    )
    assert told["bytes"] == made.stat().st_size
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    report = json.loads(run("check", layout_id, made, "--json").stdout)
    assert report["ok"]
    assert set(report) == {"layout", "records", "ok", "errors", "totals"}
    assert run("decode", layout_id, made, "--to", "jsonl", "-o", lines).exit_code == 0
    assert run("encode", layout_id, lines, "-o", again).exit_code == 0
    assert again.read_bytes() == made.read_bytes()
    quiet = run("sample", layout_id, "-o", made)
    assert (quiet.exit_code, quiet.output) == (0, "")


def test_a_check_answers_by_its_exit_code_and_reports_in_three_forms(kept: Path) -> None:
    bad = kept / "bad"
    data = sample("KJSETAI1")
    for number in (3, 4, 5):
        data = patched("KJSETAI1", data, number, "処理区分", b"8")
    bad.write_bytes(data)
    result = run("check", "KJSETAI1", bad, "--json", "--max-errors", "2", "--html", kept / "page")
    assert result.exit_code == 1
    assert [one["rule"] for one in json.loads(result.stdout)["errors"]] == ["F003", "F003"]
    assert "コード表にない値です" in (kept / "page").read_text("utf-8")
    text = run("check", "KJSETAI1", kept / "KJSETAI1")
    assert (text.exit_code, "合格" in text.stdout) == (0, True)
    assert run("check", "KJKOJIN1", kept / "KJKOJIN1", "--numbers", "real").exit_code == 1


def test_the_name_of_a_file_is_checked_where_it_is_one(kept: Path) -> None:
    for name, code in (("Z2214212.DTA", 1), ("Z2114212.DTA", 0), ("Z22.DTA", 0)):
        (kept / name).write_bytes(sample("Z22"))
        result = run("check", "Z22", kept / name)
        assert (result.exit_code, "H009" in result.stdout) == (code, code == 1)


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "NONE", "{file}"),
        ("check", "KJSETAI1", "{file}", "--version", "9"),
        ("check", "KJSETAI1", "{file}", "--on", "2001-01-01"),
        ("check", "KJSETAI1", "{file}", "--on", "yesterday"),
        ("check", "KJSETAI1", "{folder}/missing"),
        ("check", "KJSETAI1", "{file}", "--gaiji", "{folder}/missing"),
        ("check", "KJSETAI1", "{file}", "--gaiji", "{file}"),
        ("check", "KJSETAI1", "{file}", "--gaiji", "{folder}/table"),
        ("check", "KJSETAI1", "{file}", "--encoding", "latin"),
        ("decode", "KJSETAI1", "{file}", "--to", "xml", "-o", "{folder}/out"),
        ("encode", "KJSETAI1", "{file}", "-o", "{folder}/out"),
        ("sample", "KJSETAI1", "-n", "-1", "-o", "{folder}/out"),
        ("convert", "KJSETAI1", "{file}", "--to", "latin", "-o", "{folder}/out"),
        ("split", "KJSETAI1", "{file}", "-o", "{folder}"),
        ("cross-check", "{file}"),
        ("cross-check", "NONE={file}"),
    ],
)
def test_what_cannot_be_meant_is_a_wrong_usage(kept: Path, arguments: tuple[str, ...]) -> None:
    (kept / "table").write_text("8140\t亜", encoding="utf-8")
    before = sorted(kept.iterdir())
    filled = [one.format(file=kept / "KJSETAI1", folder=kept) for one in arguments]
    assert run(*filled).exit_code == 2
    assert sorted(kept.iterdir()) == before


def test_a_table_of_user_defined_characters_is_used(kept: Path) -> None:
    bad = kept / "own"
    data = patched("KJSETAI1", sample("KJSETAI1"), 3, "方書", b"\xf0\x40" + b"\x81\x40" * 49)
    bad.write_bytes(data)
    (kept / "table").write_text("F040\tU+20089\n", encoding="utf-8")

    def rules(gaiji: str) -> set[str]:
        found = run("check", "KJSETAI1", bad, "--json", "--gaiji", gaiji)
        return {one["rule"] for one in json.loads(found.stdout)["errors"]}

    assert rules("refuse") == {"F009", "T004"}
    assert rules("preserve") == rules(str(kept / "table")) == {"T004"}


def test_what_is_wrong_in_fields_is_kept_and_told(kept: Path) -> None:
    bad, out, again = kept / "bad", kept / "out.jsonl", kept / "again"
    bad.write_bytes(patched("KJSETAI1", sample("KJSETAI1"), 3, "処理区分", b"8"))
    result = run("decode", "KJSETAI1", bad, "-o", out, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["faults"] == {"F003": 1}
    assert "F003 × 1" in result.stderr
    assert run("encode", "KJSETAI1", out, "--from", "jsonl", "-o", again, "--json").exit_code == 0
    assert again.read_bytes() == bad.read_bytes()
    odd = kept / "odd"
    odd.write_bytes(patched("KJSETAI1", sample("KJSETAI1"), 3, "予備", b"x"))
    assert run("decode", "KJSETAI1", odd, "-o", out).exit_code == 0


def test_bytes_of_no_record_refuse_a_file_and_leave_nothing(kept: Path) -> None:
    (kept / "bad").write_bytes(sample("KJSETAI1")[:-1])
    before = sorted(kept.iterdir())
    result = run("decode", "KJSETAI1", kept / "bad", "-o", kept / "out.jsonl")
    assert (result.exit_code, "S003" in result.stderr) == (1, True)
    (kept / "bad.jsonl").write_text('{"kind":"D","values":{"x":1}}')
    assert run("encode", "KJSETAI1", kept / "bad.jsonl", "-o", kept / "out").exit_code == 1
    assert (
        run("convert", "KJSETAI1", kept / "bad", "--to", "utf_8", "-o", kept / "out").exit_code == 1
    )
    assert run("split", "KJSETAI1", kept / "bad", "-o", kept, "--max-records", "3").exit_code == 1
    assert sorted(kept.iterdir()) == sorted([*before, kept / "bad.jsonl"])


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        (b"", b"x", "S003"),
        (b"", b"9" * 1000, "S001"),
        (b"", b"\x1a", "S006"),
        (b"\xef\xbb\xbf", b"", "S007"),
    ],
)
def test_a_file_whose_bytes_no_form_keeps_is_not_decoded(
    tmp_path: Path, before: bytes, after: bytes, rule: str
) -> None:
    (tmp_path / "bad").write_bytes(before + sample("KJSETAI1") + after)
    result = run("decode", "KJSETAI1", tmp_path / "bad", "-o", tmp_path / "out.jsonl")
    assert (result.exit_code, rule in result.stderr) == (1, True)
    assert not (tmp_path / "out.jsonl").exists()


def test_converting_to_the_same_characters_leaves_an_end_of_file_byte_out(tmp_path: Path) -> None:
    made, again = tmp_path / "in", tmp_path / "again"
    made.write_bytes(sample("KJSETAI1") + b"\x1a")
    assert run("convert", "KJSETAI1", made, "--to", "cp932", "-o", again).exit_code == 0
    assert again.read_bytes() == sample("KJSETAI1")


def test_files_are_converted_with_a_log(kept: Path) -> None:
    data = rewritten("KJSETAI1", sample("KJSETAI1"), 3, {"世帯主氏名漢字": "髙い"})
    (kept / "rare").write_bytes(data)
    there, log = kept / "there", kept / "log"
    stopped = run("convert", "KJSETAI1", kept / "rare", "--to", "jis_mixed", "-o", there)
    assert stopped.exit_code == 1
    assert "record[3]" in stopped.stderr
    assert not there.exists()
    done = run(
        "convert",
        "KJSETAI1",
        kept / "rare",
        "--to",
        "jis_mixed",
        "-o",
        there,
        "--degrade",
        "--log",
        log,
        "--json",
    )
    assert json.loads(done.stdout)["replaced"] == len(log.read_text("utf-8").splitlines()) > 0
    assert {
        "record": 3,
        "field": "世帯主氏名漢字",
        "position": 1,
        "found": "U+9AD9",
        "written": "U+9AD8",
    } in [json.loads(one) for one in log.read_text("utf-8").splitlines()]
    assert run("check", "KJSETAI1", there, "--encoding", "jis_mixed").exit_code == 0
    assert (
        run(
            "convert", "KJSETAI1", kept / "rare", "--to", "jis_mixed", "-o", there, "--degrade"
        ).exit_code
        == 0
    )
    back = kept / "back"
    assert (
        run("convert", "KJKGGAI1", kept / "KJKGGAI1", "--to", "cp290", "-o", there).exit_code == 0
    )
    assert (
        run("convert", "KJKGGAI1", there, "--from", "cp290", "--to", "cp932", "-o", back).exit_code
        == 0
    )
    assert back.read_bytes() == sample("KJKGGAI1")


def test_files_are_split_and_each_part_is_valid(kept: Path) -> None:
    (kept / "parts").mkdir()
    options = ("-o", kept / "parts", "--max-records", "8")
    told = json.loads(run("split", "KJSETAI1", kept / "KJSETAI1", *options, "--json").stdout)
    assert [one["records"] for one in told["parts"]] == [8, 8, 4]
    for one in told["parts"]:
        assert run("check", "KJSETAI1", one["file"]).exit_code == 0
    before = {path: path.read_bytes() for path in (kept / "parts").iterdir()}
    again = run("split", "KJSETAI1", kept / "KJSETAI1", *options)
    assert (again.exit_code, "exists" in again.stderr) == (3, True)
    assert {path: path.read_bytes() for path in (kept / "parts").iterdir()} == before
    (kept / "more").mkdir()
    other = ("-o", kept / "more", "--max-records", "8")
    assert run("split", "KJSETAI1", kept / "KJSETAI1", *other).stdout.count("\n") == 3


def test_a_split_that_fails_leaves_no_part(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (kept / "parts").mkdir()
    written = []

    def full(path: Path) -> None:
        written.append(path)
        if len(written) > 2:
            raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", full)
    result = run("split", "KJSETAI1", kept / "KJSETAI1", "-o", kept / "parts", "--max-records", "5")
    assert result.exit_code == 3
    assert not list((kept / "parts").iterdir())


def test_differences_answer_by_the_exit_code(kept: Path) -> None:
    old, new = kept / "KJSETAI1", kept / "new"
    assert run("diff", "KJSETAI1", old, old).exit_code == 0
    new.write_bytes(rewritten("KJSETAI1", sample("KJSETAI1"), 3, {"電話番号": "099-555"}))
    result = run("diff", "KJSETAI1", old, new, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["fields"] == ["電話番号"]
    assert "099-555" not in run("diff", "KJSETAI1", old, new).stdout
    assert "099-555" in run("diff", "KJSETAI1", old, new, "--show-values").stdout
    new.write_bytes(sample("KJSETAI1") + b"x")
    broken = run("diff", "KJSETAI1", old, new)
    assert broken.exit_code == 1
    assert "S003" in broken.stdout


def test_files_that_belong_together_are_checked(kept: Path) -> None:
    files = (f"KJKOJIN1={kept / 'KJKOJIN1'}", f"KJSKTKS1={kept / 'KJSKTKS1'}")
    assert run("cross-check", *files).exit_code == 0
    values = {"前適用終了年月日": None, "宛名番号": "900000000099999"}
    (kept / "bad").write_bytes(rewritten("KJSKTKS1", sample("KJSKTKS1"), 3, values))
    files = (files[0], f"KJSKTKS1={kept / 'bad'}")
    told = json.loads(run("cross-check", *files, "--json").stdout)
    assert told["counts"] == {"Q004": 1}
    result = run("cross-check", *files)
    assert result.exit_code == 1
    assert "要確認" in result.stdout


def test_a_file_that_cannot_be_read_or_written_is_the_environment(kept: Path) -> None:
    missing = kept / "nowhere" / "out"
    assert run("sample", "KJSETAI1", "-o", missing).exit_code == 3
    assert not missing.parent.exists()
    assert run("cross-check", f"KJSETAI1={kept / 'missing'}").exit_code == 3


def write_half(path: Path, error: BaseException) -> None:
    with open_output(path) as file:
        file.write(b"half")
        raise error


def test_an_interrupt_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        write_half(tmp_path / "out", KeyboardInterrupt())
    assert not list(tmp_path.iterdir())


def test_a_file_is_replaced_only_by_a_whole_one(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.write_bytes(b"old")
    with pytest.raises(ValueError, match="stop"):
        write_half(target, ValueError("stop"))
    assert target.read_bytes() == b"old"
    with open_output(target) as file:
        file.write(b"new")
    assert target.read_bytes() == b"new"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_shown_on_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "in"
    path.write_bytes(b"\x00" * 3_000_000)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with open_input(path) as file:
        assert len(file.read()) == 3_000_000
        file.seek(0)
        assert file.tell() == 0
        assert file.readable()
        assert file.read(10) == bytes(10)
    assert "100 % / 3.0 MB\n" in terminal.getvalue()
