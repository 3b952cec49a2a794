"""How commands name an edition: by label, by digits of its SHA-256, or as a file."""

from pathlib import Path

import pytest

from gateway.cli.permit_source import find_edition, read_permit_list
from permitlists import PermitList, PermitListError, load_builtin
from permitlists.spreadsheet import write_spreadsheet
from tests.support.registers import first, found, second

LIST = PermitList((first(), second()))


def test_the_packaged_list_is_read_where_no_register_is_named(tmp_path: Path) -> None:
    assert read_permit_list(None) is load_builtin()
    found(tmp_path)
    assert [one.key for one in read_permit_list(tmp_path).editions] == [first().key]
    with pytest.raises(PermitListError):
        read_permit_list(tmp_path / "none")


def test_an_edition_is_found_by_label_and_by_digest() -> None:
    for text in ("shourei-r6@2026-05-01", second().key.sha256, second().key.sha256[:8]):
        assert find_edition(text, LIST).key.sha256 == second().key.sha256


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("shourei-r6@2026-05-02", "permits.edition_unknown"),
        ("0" * 64, "permits.edition_unknown"),
        (second().key.sha256[:7], "permits.edition_form"),
        ("shourei-r6", "permits.edition_form"),
        ("", "permits.edition_form"),
    ],
    ids=["label", "digest", "too short", "instrument", "empty"],
)
def test_what_names_no_edition_is_refused(text: str, code: str) -> None:
    with pytest.raises(PermitListError) as caught:
        find_edition(text, LIST)
    assert caught.value.code == code


def test_an_edition_file_need_not_be_listed(tmp_path: Path) -> None:
    table = second(second().key.valid_from.replace(month=7)).table
    edition = type(first())(table)
    (tmp_path / "new.json").write_bytes(edition.to_bytes())
    (tmp_path / "new.xlsx").write_bytes(write_spreadsheet(table))
    (tmp_path / "new.jsonl").write_text('["edition","shourei-r6","2026-07-01",null]\n')
    for name in ("new.json", "new.xlsx"):
        assert find_edition(str(tmp_path / name), LIST).key.sha256 == edition.key.sha256
    assert find_edition(str(tmp_path / "new.jsonl"), LIST).key.label == edition.key.label
