# ruff: noqa: RUF001 - full-width characters are what these fields hold
"""Every type of field, read and written: the values of both, and what neither takes."""

from datetime import date
from typing import Any

import pytest

from wire.charset.gaiji import Gaiji
from wire.errors import WireError
from wire.files.faults import load_fault_kinds
from wire.files.layout import Field, FieldType
from wire.files.reading import Value, decode_field, is_blank
from wire.files.settings import Settings
from wire.files.writing import encode_field

CP932 = Settings()
MIXED = Settings(encoding="jis_mixed")
UTF_8 = Settings(encoding="utf_8")


def make(kind: FieldType, length: int, **more: Any) -> Field:  # noqa: ANN401  # any attribute
    return Field(name="f", at=1, length=length, type=kind, **more)


CANONICAL: list[tuple[FieldType, bytes, Any, dict[str, Any]]] = [
    ("number", b"00012", 12, {}),
    ("number", b"00000", 0, {}),
    ("signed", b"+0012", 12, {}),
    ("signed", b"-0012", -12, {}),
    ("zoned", b"0012", 12, {}),
    ("zoned", b"001K", -12, {}),
    ("zoned", b"001}", -10, {}),
    ("packed", b"\x00\x12\x3c", 123, {}),
    ("packed", b"\x00\x12\x3d", -123, {}),
    ("text", b"A1   ", "A1", {}),
    ("text", b" A1  ", " A1", {}),
    ("kana", b"\xb6\xc5 \xde", "ｶﾅ ﾞ", {}),
    ("wide", "漢字　　".encode("cp932"), "漢字", {}),
    ("wide", "姓　名　".encode("cp932"), "姓　名", {}),
    ("jis", bytes.fromhex("3021 2121"), "亜", {}),
    ("date", b"20240229", date(2024, 2, 29), {}),
    ("date", b"99999999", date.max, {"forever": "99999999"}),
    ("date", b"99991231", date.max, {}),
    ("month", b"202402", "2024-02", {}),
    ("instant", b"20240229235959", "2024-02-29T23:59:59", {}),
    ("partial_date", b"19450000", "1945-00-00", {}),
    ("partial_date", b"19450300", "1945-03-00", {}),
    ("partial_date", b"19450310", "1945-03-10", {}),
    ("era_date", b"5060227", date(2024, 2, 27), {}),
    ("era_date", b"1060101", date(1873, 1, 1), {}),
    ("era_month", b"50602", "2024-02", {}),
    ("era_month", b"40101", "1989-01", {}),
]


@pytest.mark.parametrize(("kind", "raw", "value", "more"), CANONICAL)
def test_canonical_bytes_and_their_value_say_the_same(
    kind: FieldType, raw: bytes, value: Value, more: dict[str, Any]
) -> None:
    field = make(kind, len(raw), **more)
    settings = MIXED if kind == "jis" else CP932
    assert decode_field(field, raw, settings) == (value, None)
    assert encode_field(field, value, settings) == raw


@pytest.mark.parametrize(
    ("kind", "raw", "value", "more"),
    [
        ("zoned", b"001B", 12, {}),
        ("zoned", b"001{", 10, {}),
        ("packed", b"\x12\x3f", 123, {}),
        ("date", b"00000000", None, {"empty": ("00000000",)}),
        ("number", b"99999", None, {"empty": ("99999",)}),
        ("text", b"000  ", None, {"empty": ("000",)}),
        ("wide", b"    ", None, {}),
        ("wide", "　　".encode("cp932"), None, {}),
        ("jis", b"    ", None, {}),
        ("era_month", b"30101", None, {}),
        ("filler", b"   ", None, {}),
        ("shift", b"\x1b$B", None, {"constant": "1B2442"}),
    ],
)
def test_other_spellings_are_read(
    kind: FieldType, raw: bytes, value: Value, more: dict[str, Any]
) -> None:
    found, fault = decode_field(make(kind, len(raw), **more), raw, CP932)
    assert found == value
    assert fault in {None, "F016"}


@pytest.mark.parametrize(
    "kind",
    [
        "number",
        "signed",
        "zoned",
        "packed",
        "date",
        "month",
        "instant",
        "partial_date",
        "era_date",
        "era_month",
        "text",
        "kana",
        "wide",
    ],
)
def test_blanks_are_no_value_and_no_zero(kind: FieldType) -> None:
    length = {"wide": 8, "instant": 14}.get(kind, 8)
    assert is_blank(b" " * length)
    assert decode_field(make(kind, length), b" " * length, CP932) == (None, None)
    assert decode_field(make(kind, length, need="always"), b" " * length, CP932) == (None, "F004")
    assert encode_field(make(kind, length), None, CP932) == b" " * length
    assert encode_field(make("jis", 4), None, MIXED) == b"!!!!"
    assert encode_field(make("shift", 3, constant="1B284A"), None, MIXED) == b"\x1b(J"


@pytest.mark.parametrize(
    ("kind", "raw", "rule", "more"),
    [
        ("number", b"00 12", "F001", {}),
        ("number", b"0001 ", "F001", {}),
        ("number", b"-0012", "F001", {}),
        ("number", "００".encode("cp932"), "F001", {}),
        ("number", b"00012", "F012", {"most": 11}),
        ("number", b"00012", "F012", {"least": 13}),
        ("number", b"012", "F003", {"codes": {"010": "x"}}),
        ("signed", b"00012", "F014", {}),
        ("signed", b"+001x", "F001", {}),
        ("signed", b"+    ", "F001", {}),
        ("zoned", b"00xK", "F001", {}),
        ("zoned", b"001x", "F001", {}),
        ("packed", b"\x12\x34", "F014", {}),
        ("packed", b"\xa2\x3c", "F001", {}),
        ("text", b"A\xb6   ", "F006", {}),
        ("text", b"A\x00   ", "F006", {}),
        ("text", b"A1", "F013", {"charset": "digits"}),
        ("text", b"A-", "F013", {"charset": "alphanumeric"}),
        ("text", b"3", "F003", {"codes": {"1": "x", "2": "y"}}),
        ("text", b"2", "F010", {"constant": "1"}),
        ("text", b"991016", "F005", {"check": "municipality"}),
        ("text", b"983205673214", "F005", {"check": "individual_number"}),
        ("kana", b"\x81\x40", "F006", {}),
        ("wide", "漢A".encode("cp932") + b" ", "F007", {}),
        ("wide", b"\x8a\xbf\x8a", "F007", {}),
        ("wide", b"\xf0\x40", "F009", {}),
        ("wide", b"\x85\x40", "F008", {}),
        ("jis", b"0!0", "F007", {}),
        ("jis", b"\x30\x20", "F008", {}),
        ("shift", b"\x1b(J", "F010", {"constant": "1B2442"}),
        ("shift", b"   ", "F010", {}),
        ("filler", b" x ", "F011", {}),
        ("date", b"20230229", "F002", {}),
        ("date", b"00000000", "F002", {}),
        ("date", b"2023 101", "F001", {}),
        ("month", b"202313", "F002", {}),
        ("instant", b"20230228240000", "F002", {}),
        ("instant", b"20230229000000", "F002", {}),
        ("partial_date", b"19450010", "F002", {}),
        ("partial_date", b"19451300", "F002", {}),
        ("era_date", b"6010101", "F016", {}),
        ("era_date", b"4310501", "F016", {}),
        ("era_date", b"5050229", "F002", {}),
        ("era_month", b"43106", "F016", {}),
    ],
)
def test_bytes_that_a_field_may_not_hold_break_one_rule(
    kind: FieldType, raw: bytes, rule: str, more: dict[str, Any]
) -> None:
    assert decode_field(make(kind, len(raw), **more), raw, CP932)[1] == rule
    assert load_fault_kinds()[rule].ja


def test_real_numbers_are_taken_where_they_are_asked_for() -> None:
    field = make("text", 12, check="individual_number")
    assert decode_field(field, b"983205673214", Settings(numbers="real"))[1] is None
    assert decode_field(field, b"983205673219", Settings(numbers="real"))[1] == "F005"
    assert decode_field(field, b"983205673219", CP932)[1] is None


def test_small_kana_may_not_stand_in_files_of_the_special_collection() -> None:
    assert decode_field(make("kana", 2), b"\xac\xb6", CP932) == ("ｬｶ", None)
    assert decode_field(make("kana", 2), b"\xac\xb6", MIXED) == (None, "F015")


def test_full_width_text_may_be_utf_8() -> None:
    field = make("wide", 12)
    raw = "髙い".encode().ljust(12)
    assert decode_field(field, raw, UTF_8) == ("髙い", None)
    assert encode_field(field, "髙い", UTF_8) == raw
    assert decode_field(field, b"\xff" * 12, UTF_8) == (None, "F008")
    with pytest.raises(WireError, match=r"files\.value\.length"):
        encode_field(field, "髙いところ", UTF_8)


def test_utf_8_holds_no_more_than_characters_that_everybody_knows() -> None:
    field, keep = make("wide", 4), Settings(encoding="utf_8", gaiji=Gaiji(mode="preserve"))
    for text in ("a\n", "\x00", "\x85"):
        assert decode_field(field, text.encode().ljust(4), UTF_8) == (None, "F008")
    for text in ("\ue000", "\U000f0000"):
        assert decode_field(field, text.encode().ljust(4), UTF_8) == (None, "F009")
        assert decode_field(field, text.encode().ljust(4), keep) == (text, None)
        with pytest.raises(WireError, match=r"files\.value\.rule"):
            encode_field(field, text, UTF_8)


def test_an_era_may_run_over_where_that_is_accepted() -> None:
    accept = Settings(overrun="accept")
    assert decode_field(make("era_month", 5), b"43106", accept) == ("2019-06", None)


@pytest.mark.parametrize(
    ("kind", "length", "value", "code"),
    [
        ("number", 3, 1000, "files.value.length"),
        ("number", 3, -1, "files.value.rule"),
        ("number", 3, "1", "files.value.type"),
        ("number", 3, True, "files.value.type"),
        ("number", 3, 1.5, "files.value.type"),
        ("signed", 3, 100, "files.value.length"),
        ("zoned", 2, 100, "files.value.length"),
        ("packed", 2, 1000, "files.value.length"),
        ("text", 3, "abcd", "files.value.length"),
        ("text", 3, "ｶ", "files.value.rule"),
        ("text", 3, "a ", "files.value.rule"),
        ("text", 3, "あ", "files.value.character"),
        ("text", 3, 1, "files.value.type"),
        ("kana", 3, "カ", "files.value.character"),
        ("wide", 4, "漢字漢", "files.value.length"),
        ("wide", 4, "A", "files.value.character"),
        ("wide", 4, "葛\U000e0100", "files.value.character"),
        ("wide", 4, "漢　", "files.value.rule"),
        ("wide", 3, "漢", "files.value.length"),
        ("jis", 4, "髙", "files.value.character"),
        ("date", 8, "2024-02-29", "files.value.type"),
        ("month", 6, "2024-13", "files.value.rule"),
        ("month", 6, "24-02", "files.value.length"),
        ("instant", 14, "2024-02-29T24:00:00", "files.value.rule"),
        ("partial_date", 8, "1945-00-10", "files.value.rule"),
        ("era_date", 7, date(1872, 1, 1), "files.value.character"),
        ("era_month", 5, "2024", "files.value.type"),
        ("filler", 3, "x", "files.value.rule"),
    ],
)
def test_a_value_that_a_field_cannot_say_is_refused_and_never_cut(
    kind: FieldType,
    length: int,
    value: Any,  # noqa: ANN401  # values of wrong types too
    code: str,
) -> None:
    with pytest.raises(WireError) as caught:
        encode_field(make(kind, length), value, MIXED if kind == "jis" else CP932)
    assert (caught.value.code, caught.value.path) == (code, "f")
