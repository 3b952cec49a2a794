"""Reports: self-contained, escaped, valid JUnit, signed, redacted, comparable."""

import csv
import io
import json
import re
import zipfile
from base64 import b64encode
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Literal

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from mocks.conform.bundle import BundleError, load_signing_key, verify_bundle, write_bundle
from mocks.conform.cli import app
from mocks.conform.compare import compare, normalise, worse
from mocks.conform.forms import list_forms, load_document, write_summary
from mocks.conform.redaction import HIDDEN, redact
from mocks.conform.report_forms import write_coverage, write_junit
from mocks.conform.report_html import write_html
from mocks.conform.report_json import load_report_schema
from mocks.conform.results import PersonVerdict, Result
from mocks.conform.waivers import Finding
from tests.support.conform import check, document, group, made_test, valid_junit
from wire.numbers import individual_number_digit

HOSTILE = "</td><script>alert(1)</script><img src=x onerror=alert(1)>&\"'\x00"
REFERRING = {"src", "href", "action", "data", "poster", "srcset", "formaction", "background"}


class Page(HTMLParser):
    """Collects what a page refers to, its ids and its tags."""

    def __init__(self) -> None:
        super().__init__()
        self.references: list[str] = []
        self.ids: list[str] = []
        self.tags: set[str] = set()
        self.lang: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            assert not name.startswith("on"), name
            if name in REFERRING:
                self.references.append(value or "")
            if name == "id":
                self.ids.append(value or "")
            if tag == "html" and name == "lang":
                self.lang = value


def hostile_document() -> dict[str, object]:
    bad = made_test(check("fail", received=HOSTILE), message=HOSTILE, facts={"command": HOSTILE})
    odd = made_test(result="error", name="inq.core.down", message=HOSTILE)
    found = [Finding(trouble="unexpected", about=HOSTILE, ja=HOSTILE)]
    return document(group(bad, odd), findings=tuple(found), interrupted=HOSTILE)


def test_the_page_needs_nothing_else_and_says_everything_on_its_first_page() -> None:
    text = write_html(hostile_document()).decode()
    page = Page()
    page.feed(text)
    assert page.lang == "ja"
    assert all(one.startswith("#") for one in page.references)
    assert {one.removeprefix("#") for one in page.references} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert page.tags.isdisjoint({"script", "img", "link", "iframe", "object", "form"})
    assert not re.search(r"https?://|url\(|@import", text)
    first = text[: text.index("</header>")]
    for said in ("試験対象", "network-v1", "模擬環境", "2027-11-23", "試験 担当", "情報政策課長"):
        assert said in first


def test_texts_stay_texts() -> None:
    text = write_html(hostile_document()).decode()
    assert "<script>" not in text
    assert "onerror=alert" in text  # shown, and no attribute: Page would have refused it
    assert "&lt;script&gt;" in text


def test_expected_and_received_stand_side_by_side() -> None:
    text = write_html(document(group(made_test(check("fail", received="三度")))))
    cells = re.findall(r'<td class="pair">(.*?)</td>', text.decode())
    assert cells == ["二度", "三度"]


def test_the_document_keeps_its_schema() -> None:
    schema = load_report_schema()
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(hostile_document())


@pytest.mark.parametrize(
    ("result", "counts"),
    [
        ("pass", (1, 0, 0, 0)),
        ("warn", (1, 0, 0, 0)),
        ("fail", (1, 1, 0, 0)),
        ("skip", (1, 1, 0, 0)),
        ("wait", (1, 1, 0, 0)),
        ("review", (1, 1, 0, 0)),
        ("error", (1, 0, 1, 0)),
        ("cancel", (1, 0, 1, 0)),
        ("omit", (1, 0, 0, 1)),
    ],
)
def test_junit_counts_what_it_holds(result: Result, counts: tuple[int, ...]) -> None:
    made = made_test(result=result, message="x") if result in {"error", "wait", "cancel"} else None
    root = valid_junit(write_junit(document(group(made or made_test(check(result))))))
    [suite] = root
    names = ("tests", "failures", "errors", "skipped")
    assert tuple(int(suite.get(name, "")) for name in names) == counts
    assert tuple(int(root.get(name, "")) for name in names) == counts
    for name, tag in zip(names[1:], ("failure", "error", "skipped"), strict=True):
        assert len(suite.findall(f"testcase/{tag}")) == int(suite.get(name, ""))


def test_junit_holds_any_text() -> None:
    root = valid_junit(write_junit(hostile_document()))
    assert [one.tag for one in root.iter("failure")] == ["failure"]
    assert root.tag == "testsuites"
    for case in root.iter("testcase"):
        assert {"name", "classname", "time"} <= set(case.attrib)


def test_coverage_lists_every_requirement_of_the_role_with_its_worst_result() -> None:
    text = write_coverage(document(group(made_test(check("pass"), check("fail", name="b")))))
    rows = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))
    by_id = {row["要件"]: row for row in rows}
    assert by_id["REQ-INQ@6"]["結果"] == "fail"
    assert by_id["REQ-INQ@1"]["試験しない理由"]
    assert "REQ-FIL@1" not in by_id


def test_coverage_says_why_something_is_not_tested() -> None:
    told = document(group(made_test(check("pass"))))
    told["profile"]["role"] = "files"
    rows = list(csv.DictReader(io.StringIO(write_coverage(told).decode("utf-8-sig"))))
    assert all(row["試験しない理由"] for row in rows)
    assert "専用線" in next(row for row in rows if row["要件"] == "REQ-FIL@7")["試験しない理由"]


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    file = tmp_path / "report.zip"
    forms = list_forms(document(group(made_test(check("pass")))))
    write_bundle(file, forms, Ed25519PrivateKey.generate())
    return file


def rewrite(file: Path, changed: dict[str, bytes | None]) -> None:
    """Write a ZIP anew with some of its files changed, left out (None) or added."""
    with zipfile.ZipFile(file) as old:
        contents: dict[str, bytes | None] = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(file, "w") as new:
        for name, octets in {**contents, **changed}.items():
            if octets is not None:
                new.writestr(name, octets)


def test_a_bundle_that_was_not_touched_verifies(bundle: Path) -> None:
    found = verify_bundle(bundle)
    assert set(found.files) == {
        "report.json",
        "report.html",
        "junit.xml",
        "coverage.csv",
        "report.schema.json",
    }
    assert verify_bundle(bundle, key_sha256=found.key_sha256.upper()).document == load_document(
        bundle
    )


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"report.html": b"<p>better</p>"}, "report.html"),
        ({"report.json": b"{}"}, "report.json"),
        ({"junit.xml": None}, "junit.xml"),
        ({"more.txt": b"x"}, "more.txt"),
        ({"manifest.json": b"{}"}, "manifest.json"),
        ({"manifest.sig": b"AAAA"}, "manifest.json"),
        ({"manifest.sig": None}, "manifest.sig"),
        ({"manifest.json": b"\xff"}, "manifest.json"),
    ],
)
def test_a_bundle_that_was_changed_names_the_file(
    bundle: Path, changed: dict[str, bytes | None], named: str
) -> None:
    rewrite(bundle, changed)
    with pytest.raises(BundleError, match=re.escape(named)) as caught:
        verify_bundle(bundle)
    assert caught.value.file == named


def test_a_bundle_of_somebody_else_is_told_apart(bundle: Path) -> None:
    with pytest.raises(BundleError, match="別の鍵"):
        verify_bundle(bundle, key_sha256="0" * 64)


def test_a_signed_manifest_that_says_no_digest_of_a_file_is_none(bundle: Path) -> None:
    key = Ed25519PrivateKey.generate()
    public = b64encode(key.public_key().public_bytes_raw()).decode("ascii")
    told = json.dumps({"public_key": public, "files": {"report.json": "as it is"}}).encode()
    rewrite(bundle, {"manifest.json": told, "manifest.sig": b64encode(key.sign(told))})
    with pytest.raises(BundleError, match=r"report\.json: 内容が変わっています"):
        verify_bundle(bundle)


def test_a_bundle_with_damaged_bytes_is_refused_whatever_byte_it_is(bundle: Path) -> None:
    whole = bundle.read_bytes()
    for at in range(0, len(whole), 197):
        bundle.write_bytes(whole[:at] + bytes([whole[at] ^ 0x40]) + whole[at + 1 :])
        try:
            assert verify_bundle(bundle).document == load_document_of(whole, bundle)
        except BundleError:
            continue


def load_document_of(whole: bytes, file: Path) -> object:
    """Return what the bundle said before: bytes that mean nothing may change."""
    other = file.with_suffix(".whole")
    other.write_bytes(whole)
    return verify_bundle(other).document


def test_equal_content_gives_equal_bytes(tmp_path: Path) -> None:
    key = load_signing_key(tmp_path / "keys" / "signing.key")
    assert (tmp_path / "keys" / "signing.key").stat().st_mode & 0o077 == 0
    forms = list_forms(document(group(made_test(check("pass")))))
    for name in ("a.zip", "b.zip"):
        write_bundle(tmp_path / name, forms, load_signing_key(tmp_path / "keys" / "signing.key"))
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    assert key.public_key().public_bytes_raw()


def test_what_must_not_leave_the_office_is_hidden() -> None:
    real = "12345678901"
    real += individual_number_digit(real)
    jws = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0aaaa.c2lnbmF0dXJlLW9m"
    pem = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\n-----END PRIVATE KEY-----"
    secret = f"番号 {real} と {jws} と {pem} と Bearer abc.def symbol=QWxhZGRpbg"
    rows = ({"symbol": "QWxhZGRpbg", "individual_number": real, "note": secret},)
    bad = made_test(check("fail", received=secret), message=secret, journal=rows)
    for octets in list_forms(document(group(bad))).values():
        text = octets.decode()
        assert real not in text
        assert jws not in text
        assert "MIGHAgEAMBMG" not in text
        assert "QWxhZGRpbg" not in text
    assert redact({"symbol": "x", "n": 3}) == {"symbol": HIDDEN, "n": 3}


def test_a_comparison_sees_results_and_no_ids_or_times() -> None:
    said = "2回でした（a3d14bf5-8622-4d1c-b19e-d6e72e21343c、2027-06-01 10:01:01、4.6 秒）"
    other = "2回でした（0c2b6b1e-0000-4d1c-b19e-d6e72e21343c、2028-06-01 11:01:01、9.1 秒）"
    assert normalise(said) == normalise(other)
    old = document(group(made_test(check("pass", received=said))))
    assert compare(old, document(group(made_test(check("pass", received=other))))) == ()
    changed = compare(old, document(group(made_test(check("pass", received="3回でした")))))
    assert [one.change for one in changed] == ["changed_message"]
    assert not worse(changed)


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ("pass", "fail", "newly_failing"),
        ("pass", "skip", "newly_failing"),
        ("pass", "review", "undecided"),
        ("pass", "omit", "no_longer_checked"),
        ("warn", "omit", "no_longer_checked"),
        ("fail", "omit", "changed_message"),
        ("omit", "pass", "changed_message"),
        ("omit", "fail", "newly_failing"),
        ("fail", "pass", "newly_passing"),
        ("fail", "warn", "newly_passing"),
        ("pass", "warn", "changed_message"),
        ("fail", "skip", "changed_message"),
    ],
)
def test_a_comparison_names_the_change(before: Result, after: Result, change: str) -> None:
    old = document(group(made_test(check(before))))
    new = document(group(made_test(check(after))))
    found = compare(old, new)
    assert {one.change for one in found} == {change}
    assert worse(found) is (change in {"newly_failing", "undecided", "no_longer_checked"})


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ("pass", None, {"no_longer_checked"}),
        ("fail", None, {"removed"}),
        ("omit", None, {"removed"}),
        (None, "pass", {"added"}),
        (None, "fail", {"newly_failing"}),
        (None, "review", {"undecided"}),
    ],
)
def test_a_comparison_tells_what_came_and_went(
    before: Result | None, after: Result | None, changes: set[str]
) -> None:
    always = made_test(check(), name="inq.always")
    old, new = (
        document(group(always, *([made_test(check(one))] if one else [])))
        for one in (before, after)
    )
    found = compare(old, new)
    assert {one.change for one in found} == changes
    assert worse(found) is changes.isdisjoint({"added", "removed"})


def test_a_check_that_vanished_from_its_test_is_no_longer_checked() -> None:
    old = document(group(made_test(check(), check(name="b"))))
    [found] = compare(old, document(group(made_test(check()))))
    assert (found.change, found.about) == ("no_longer_checked", "inq.answer.duplicate/b")


@pytest.mark.parametrize(
    ("result", "change"), [("omit", "no_longer_checked"), ("error", "newly_failing")]
)
def test_of_a_test_without_checks_only_the_test_is_compared(result: Result, change: str) -> None:
    old = document(group(made_test(check(), check(name="b"))))
    [found] = compare(old, document(group(made_test(result=result, message="対象外"))))
    assert (found.change, found.about) == (change, "inq.answer.duplicate")
    assert found.after == f"{result}: 対象外"


def test_what_was_not_chosen_is_not_compared(tmp_path: Path) -> None:
    old = document(group(made_test(check()), made_test(check("fail"), name="inq.other")))
    untried = made_test(result="omit", status="created")
    new = document(group(untried, made_test(check(), name="inq.other")))
    assert {one.change for one in compare(old, new)} == {"newly_passing"}
    assert not worse(compare(old, new))
    assert worse(compare(new, old))
    places = tmp_path / "old.json", tmp_path / "new.json"
    for place, told in zip(places, (old, new), strict=True):
        place.write_text(json.dumps(told), encoding="utf-8")
    said = CliRunner().invoke(app, ["compare", *map(str, places)])
    assert said.exit_code == 0
    assert "選ばれなかった試験は比べません / not chosen, not compared: 0, 1" in said.stderr


def test_a_comparison_goes_by_the_verdicts_of_persons() -> None:
    def told(result: Result, said: Literal["pass", "fail"] | None) -> dict[str, object]:
        verdict = PersonVerdict(result=said, seen="一件", by="山田", at="x") if said else None
        return document(group(made_test(replace(check(result), verdict=verdict))))

    def changes(old: dict[str, object], new: dict[str, object]) -> set[str]:
        return {one.change for one in compare(old, new)}

    seen, wrong, open_still = told("review", "pass"), told("review", "fail"), told("review", None)
    assert changes(seen, seen) == set()
    assert changes(seen, wrong) == {"newly_failing"}
    assert changes(seen, open_still) == {"undecided"}
    assert changes(open_still, seen) == {"newly_passing"}
    assert changes(told("pass", None), seen) == {"changed_message"}  # the kit saw it, now a person
    [test, _] = compare(open_still, seen)
    assert test.after == "review → pass（人の判定）"


def test_a_run_of_some_tests_says_so_first() -> None:
    untried = made_test(result="omit", name="inq.core.down", status="created")
    told = document(group(made_test(check("pass")), untried))
    text = write_html(told).decode()
    assert "一部の試験だけの実行" in text[: text.index("</header>")]
    assert "一部の試験だけの実行" in write_summary(told)
    assert "一部の試験" not in write_summary(document(group(made_test(check("pass")))))


def test_the_summary_shows_what_is_wrong() -> None:
    told = write_summary(document(group(made_test(check("fail", received="三度")))))
    assert "[fail] 不合格 inq.answer.duplicate" in told
    assert "期待: 二度" in told
    assert "実際: 三度" in told


@pytest.mark.parametrize("blocked", ["key", "out"])
def test_a_run_whose_report_could_not_be_written_is_not_begun(blocked: str, tmp_path: Path) -> None:
    marker, bad, plan = tmp_path / "called", tmp_path / "bad", tmp_path / "plan.toml"
    bad.write_text("no key", encoding="ascii")
    plan.write_text(f'profile = "files"\ncheck = "touch {marker}"\n', encoding="utf-8")
    places = {"key": tmp_path / "key", "out": tmp_path / "out", blocked: bad}
    options = [f"--{name}={place}" for name, place in places.items()]
    command = ["run", f"--plan={plan}", "--only=fil.receive*", "--no-doctor"]
    found = CliRunner().invoke(app, [*command, *options])
    assert found.exit_code == 3
    assert not marker.exists()
    options[list(places).index(blocked)] = f"--{blocked}={tmp_path / 'good'}"
    CliRunner().invoke(app, [*command, *options])
    assert marker.exists()
