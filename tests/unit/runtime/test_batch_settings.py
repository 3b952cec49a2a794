"""Settings of batches: limits, and the file that says what codes stand for."""

from pathlib import Path

import pytest

from gateway.bootstrap.files import read_operating_codes
from gateway.settings import SettingsError, load
from permitlists import load_operating_codes

EXAMPLE = Path(__file__).parents[3] / "config" / "nakadachi.example.toml"
TABLE = '[[information]]\ncode = "TM00000000000001"\nname = "住民票関係情報"\n'


def write(folder: Path, *lines: str) -> Path:
    file = folder / "nakadachi.toml"
    file.write_text("\n".join([EXAMPLE.read_text("utf-8"), "[batch]", *lines]), encoding="utf-8")
    return file


def test_without_a_file_the_sandboxs_codes_hold(tmp_path: Path) -> None:
    settings = load(write(tmp_path), {"NAKADACHI_BATCH__LIMIT_ROWS": "5"})
    assert (settings.batch.limit_rows, settings.batch.limit_parts) == (5, 10)
    assert read_operating_codes(settings) == load_operating_codes()


def test_a_file_replaces_the_codes(tmp_path: Path) -> None:
    (tmp_path / "codes.toml").write_text(TABLE, encoding="utf-8")
    settings = load(write(tmp_path, 'operating_codes_file = "codes.toml"'), {})
    codes = read_operating_codes(settings)
    assert [(one.code, one.name) for one in codes.terms] == [("TM00000000000001", "住民票関係情報")]
    assert codes.procedures == ()


@pytest.mark.parametrize("content", [None, "x", TABLE + TABLE], ids=["absent", "no TOML", "twice"])
def test_a_wrong_file_is_named(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "codes.toml").write_text(content, encoding="utf-8")
    settings = load(write(tmp_path, 'operating_codes_file = "codes.toml"'), {})
    with pytest.raises(SettingsError) as caught:
        read_operating_codes(settings)
    assert caught.value.path == "batch.operating_codes_file"


@pytest.mark.parametrize("line", ["limit_rows = 0", "limit_parts = 0", "limit = 5"])
def test_a_wrong_limit_is_refused(tmp_path: Path, line: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(write(tmp_path, line), {})
    assert caught.value.path.startswith("batch.")
