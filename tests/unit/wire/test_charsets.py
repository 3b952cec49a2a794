# ruff: noqa: RUF001 - look-alike characters are what these tables are about
"""The character sets of files, against published values and the standard codecs."""

import pytest

from wire.charset import (
    Gaiji,
    Policy,
    decode_cp932,
    decode_jis,
    decode_kana,
    decode_wide,
    encode_cp932,
    encode_jis,
    encode_kana,
    encode_wide,
)
from wire.charset.degrade import Replacement, degrade, find_substitute
from wire.charset.gaiji_table import parse_gaiji
from wire.charset.tables import (
    list_pairs,
    load_decoding,
    load_encoding,
    load_jis_decoding,
    load_jis_encoding,
)
from wire.errors import WireError

KEEP = Gaiji(mode="preserve")


def fits_jis(character: str) -> bool:
    return character in load_jis_encoding()


def test_the_double_byte_codes_are_counted_by_their_origin() -> None:
    counts: dict[str, int] = {}
    for pair in list_pairs():
        counts[pair.group] = counts.get(pair.group, 0) + 1
    assert counts == {
        "jis": 6879,
        "nec_row_13": 83,
        "nec_selected": 374,
        "user_defined": 1880,
        "ibm": 388,
    }
    assert sum(counts.values()) == len(load_decoding()) == 9604
    assert len(load_jis_decoding()) == 6879


@pytest.mark.parametrize(
    ("code", "character", "other"),
    [
        ("8160", "\uff5e", "\u301c"),
        ("8161", "\u2225", "\u2016"),
        ("817C", "\uff0d", "\u2212"),
        ("8191", "\uffe0", "\u00a2"),
        ("8192", "\uffe1", "\u00a3"),
        ("81CA", "\uffe2", "\u00ac"),
    ],
)
def test_six_characters_are_those_of_cp932_and_their_doubles_are_not_taken_silently(
    code: str, character: str, other: str
) -> None:
    raw = bytes.fromhex(code)
    assert decode_wide(raw) == character
    assert raw.decode("shift_jis") == other
    assert encode_wide(character) == raw
    with pytest.raises(WireError, match=r"charset\.unencodable"):
        encode_wide(other)
    assert degrade(other, lambda one: one in load_encoding("ibm")) == (
        character,
        (Replacement(position=1, found=f"U+{ord(other):04X}", written=f"U+{ord(character):04X}"),),
    )


def test_398_codes_do_not_survive_the_standard_codec_and_all_do_here() -> None:
    lost = [
        pair
        for pair in list_pairs()
        if pair.code.to_bytes(2, "big").decode("cp932").encode("cp932")
        != pair.code.to_bytes(2, "big")
    ]
    assert len(lost) == 398
    for pair in list_pairs():
        assert decode_wide(pair.code.to_bytes(2, "big"), gaiji=KEEP) == pair.text
        written = encode_wide(pair.text, gaiji=KEEP)
        assert decode_wide(written, gaiji=KEEP) == pair.text


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("ibm", {"髙": "FBFC", "﨑": "FAB1", "ⅰ": "FA40", "∵": "81E6", "㈱": "878A"}),
        ("nec", {"髙": "EEE0", "﨑": "ED95", "ⅰ": "EEEF", "∵": "81E6", "㈱": "878A"}),
        ("preserve", {"髙": "FBFC", "﨑": "FAB1", "ⅰ": "FA40", "∵": "81E6", "㈱": "878A"}),
    ],
)
def test_the_policy_chooses_between_the_codes_of_a_character(
    policy: Policy, expected: dict[str, str]
) -> None:
    found = {text: encode_wide(text, policy=policy).hex().upper() for text in expected}
    assert found == expected


@pytest.mark.parametrize("byte", [0x80, 0xA0, 0xFD, 0xFE, 0xFF, 0x00, 0x1A, 0x7F])
def test_single_bytes_that_the_standard_codec_blurs_are_refused(byte: int) -> None:
    with pytest.raises(WireError, match=r"charset\.undefined"):
        decode_cp932(bytes((byte,)))
    with pytest.raises(WireError, match=r"charset\.not_half_width"):
        decode_kana(bytes((byte,)))


def test_cp932_mixes_single_and_double_bytes_as_the_standard_codec_does() -> None:
    text = "ABC 漢字ｶﾅ~\\高い"
    raw = encode_cp932(text)
    assert raw == text.encode("cp932")
    assert decode_cp932(raw) == text


@pytest.mark.parametrize(
    ("raw", "code", "path"),
    [
        (b"\x8a\xbfA\x8a", "charset.cut", "4"),
        (b"\x8a\xbf\x8a\x20", "charset.undefined", "3"),
        (b"A\xf0\x40", "charset.user_defined", "2"),
    ],
)
def test_a_fault_of_cp932_names_its_byte(raw: bytes, code: str, path: str) -> None:
    with pytest.raises(WireError) as caught:
        decode_cp932(raw)
    assert (caught.value.code, caught.value.path) == (code, path)


@pytest.mark.parametrize(
    ("raw", "code", "path"),
    [
        (b"\x8a\xbfAB", "charset.half_width", "3"),
        (b"\x8a\xbf\x8a", "charset.cut", "3"),
        (b"\x8a\xbf\x80", "charset.undefined", "3"),
    ],
)
def test_a_fault_of_full_width_text_names_its_byte(raw: bytes, code: str, path: str) -> None:
    with pytest.raises(WireError) as caught:
        decode_wide(raw)
    assert (caught.value.code, caught.value.path) == (code, path)


def test_jis_takes_what_it_has_and_refuses_what_it_lacks() -> None:
    text = "亜漢字～熙"
    assert encode_jis(text)[:2] == bytes.fromhex("3021")
    assert encode_jis("熙") == bytes.fromhex("7426")
    assert decode_jis(encode_jis(text)) == text
    assert encode_jis("亜") == "亜".encode("iso2022_jp")[3:5]
    for character in "髙﨑①㈱":
        with pytest.raises(WireError, match=r"charset\.unencodable at 1"):
            encode_jis(character)
    with pytest.raises(WireError, match=r"charset\.cut at 3"):
        decode_jis(b"0!0")
    with pytest.raises(WireError, match=r"charset\.undefined at 1"):
        decode_jis(b"\x7f\x7f")


def test_kana_are_the_bytes_of_jis_x_0201() -> None:
    assert encode_kana("ｶﾅ A") == b"\xb6\xc5 A"
    assert decode_kana(b"\xb6\xc5 A") == "ｶﾅ A"
    with pytest.raises(WireError, match=r"charset\.unencodable at 2"):
        encode_kana("ｶカ")
    with pytest.raises(WireError, match=r"charset\.unencodable at 1"):
        encode_cp932("\U00020089")


def test_user_defined_characters_are_refused_kept_or_looked_up() -> None:
    raw, table = b"\xf0\x40", Gaiji(mode="table", table=((0xF040, "\U00020089"),))
    with pytest.raises(WireError, match=r"charset\.user_defined"):
        decode_wide(raw)
    with pytest.raises(WireError, match=r"charset\.unencodable"):
        encode_wide("\ue000")
    assert decode_wide(raw, gaiji=KEEP) == "\ue000"
    assert encode_wide("\ue000", gaiji=KEEP) == raw
    assert decode_wide(raw, gaiji=table) == "\U00020089"
    assert encode_wide("\U00020089", gaiji=table) == raw
    with pytest.raises(WireError, match=r"charset\.user_defined"):
        decode_wide(b"\xf0\x41", gaiji=table)
    twice = Gaiji(mode="table", table=((0xF040, "亜"),))
    assert decode_wide(raw, gaiji=twice) == "亜"
    assert encode_wide("亜", gaiji=twice) == b"\x88\x9f"  # every reader knows this code


def test_a_table_of_user_defined_characters_is_read() -> None:
    found = parse_gaiji("# 外字\n\nF040\tU+20089\nF9FC\t丂\n")
    assert found == Gaiji(mode="table", table=((0xF040, "\U00020089"), (0xF9FC, "丂")))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("F040", "charset.gaiji.form"),
        ("F040\tab", "charset.gaiji.form"),
        ("F040\tU+zz", "charset.gaiji.form"),
        ("F040\tU+110000", "charset.gaiji.form"),
        ("F040\t亜\tx", "charset.gaiji.form"),
        ("x\t亜", "charset.gaiji.form"),
        ("8140\t亜", "charset.gaiji.code"),
        ("FFFFF\t亜", "charset.gaiji.code"),
        ("F040\t亜\nF040\t唖", "charset.gaiji.twice"),
        ("F040\t亜\nF041\t亜", "charset.gaiji.twice"),
    ],
)
def test_a_table_that_is_none_is_refused_with_its_line(text: str, code: str) -> None:
    with pytest.raises(WireError) as caught:
        parse_gaiji(text)
    assert caught.value.code == code
    assert caught.value.path.startswith("line[")


def test_degradation_replaces_what_is_listed_and_logs_each_character() -> None:
    text, log = degrade("髙橋葛\U000e0100\ufa19郞ｬ", lambda one: fits_jis(one) or one == "ﾔ")
    assert text == "高橋葛神郎ﾔ"
    assert [(one.position, one.found, one.written) for one in log] == [
        (1, "U+9AD9", "U+9AD8"),
        (4, "U+E0100", ""),
        (5, "U+FA19", "U+795E"),
        (6, "U+90DE", "U+90CE"),
        (7, "U+FF6C", "U+FF94"),
    ]


@pytest.mark.parametrize("character", ["①", "㈱", "彅", "😀", "\ufa0e"])
def test_degradation_stops_where_nothing_is_listed(character: str) -> None:
    with pytest.raises(WireError, match=r"charset\.degrade at 2"):
        degrade(f"亜{character}", fits_jis)


def test_compatibility_ideographs_lead_on_to_the_table() -> None:
    assert find_substitute("\ufa2e", fits_jis) == "郎"  # by way of U+90DE
