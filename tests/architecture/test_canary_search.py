"""The canary search of G5 bites: whatever way a canary is written, it is found."""

import base64
import gzip
import hashlib
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import Canaries
from tools.search_canaries import (
    DATABASE,
    PAGE,
    collect,
    is_sandbox_number,
    search,
    search_file,
)

ROOT = Path(__file__).parents[2]

WRITINGS = [
    pytest.param(lambda n: f'{{"number":"{n}"}}'.encode(), id="text"),
    pytest.param(lambda n: f"1{n}0".encode(), id="within-more-digits"),
    pytest.param(lambda n: f"{n[:4]} {n[4:8]} {n[8:]}".encode(), id="grouped"),
    pytest.param(lambda n: n.encode("utf-16-le"), id="utf-16-le"),
    pytest.param(lambda n: n.encode("utf-16-be") + b"\x00", id="utf-16-be"),
    pytest.param(lambda n: n.encode("utf-32"), id="utf-32"),
    pytest.param(lambda n: full_width(n).encode(), id="full-width-utf-8"),
    pytest.param(lambda n: full_width(n).encode("cp932"), id="full-width-shift-jis"),
    pytest.param(lambda n: full_width(n).encode("utf-16-le"), id="full-width-utf-16"),
    pytest.param(lambda n: n.encode("cp037"), id="ebcdic"),
    pytest.param(lambda n: n.encode().hex().encode(), id="hexadecimal"),
    pytest.param(lambda n: "".join(f"%{ord(c):x}" for c in n).encode(), id="percent"),
    pytest.param(lambda n: "".join(f"\\u{ord(c):04x}" for c in n).encode(), id="json-escapes"),
    pytest.param(bytes.fromhex, id="packed-decimal"),
    pytest.param(lambda n: int(n).to_bytes(8, "big"), id="integer-big-endian"),
    pytest.param(lambda n: int(n).to_bytes(8, "little"), id="integer-little-endian"),
    pytest.param(lambda n: hashlib.sha256(n.encode()).digest(), id="digest"),
    pytest.param(lambda n: hashlib.sha256(n.encode()).hexdigest().encode(), id="digest-hex"),
    pytest.param(lambda n: base64.b64encode(f"number={n}".encode()), id="base64"),
    pytest.param(lambda n: base64.b64encode(f"a number={n}".encode()), id="base64-shifted-by-two"),
    pytest.param(
        lambda n: base64.urlsafe_b64encode(base64.b64encode(f"number={n}".encode())),
        id="base64-twice",
    ),
    pytest.param(lambda n: gzip.compress(f"number={n}".encode()), id="gzip"),
]


def run(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603  # our own command, our own arguments
        [sys.executable, ROOT / "tools" / "search_canaries.py", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def full_width(digits: str) -> str:
    return "".join(chr(ord(digit) + 0xFEE0) for digit in digits)


@pytest.mark.parametrize("write", WRITINGS)
def test_an_individual_number_is_found_however_it_is_written(
    write: Callable[[str], bytes], canaries: Canaries
) -> None:
    known = collect(canaries.individual_numbers, canaries.symbols)
    for number in canaries.individual_numbers:
        hits = list(search(b"before " + write(number) + b" after", known)) or list(
            search(write(number), known)
        )
        assert {(hit.kind, hit.tail) for hit in hits} == {("individual_number", number[-4:])}


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(str.encode, id="text"),
        pytest.param(lambda s: base64.urlsafe_b64decode(s + "="), id="bytes"),
        pytest.param(lambda s: base64.urlsafe_b64decode(s + "=").hex().encode(), id="hexadecimal"),
        pytest.param(lambda s: base64.b64encode(f'{{"s":"{s}"}}'.encode()), id="base64"),
        pytest.param(lambda s: hashlib.sha256(s.encode()).digest(), id="digest"),
    ],
)
def test_a_symbol_is_found_however_it_is_written(
    write: Callable[[str], bytes], canaries: Canaries
) -> None:
    known = collect(canaries.individual_numbers, canaries.symbols)
    for symbol in canaries.symbols:
        hits = list(search(b"<symbol>" + write(symbol) + b"</symbol>", known))
        assert {(hit.kind, hit.tail) for hit in hits} == {("symbol", symbol[-4:])}


def test_nothing_is_found_where_nothing_is(canaries: Canaries) -> None:
    known = collect(canaries.individual_numbers, canaries.symbols)
    other = "000000000000 1763884800000000 individual_number(***) " + "A" * 60
    assert list(search(other.encode(), known)) == []


@pytest.mark.parametrize("letter", [b"\x00", b"3", b"A", b"x"])
def test_a_long_run_of_one_byte_hides_nothing(letter: bytes, canaries: Canaries) -> None:
    known = collect(canaries.individual_numbers, canaries.symbols)
    number = canaries.individual_numbers[0]
    for text in (number.encode(), base64.b64encode(f"number={number}".encode())):
        spaced = letter * 1001 + b"<" + text + b">" + letter * 1001
        for data in (spaced, spaced.replace(b"<", b"").replace(b">", b"")):
            assert {hit.tail for hit in search(data, known)} == {number[-4:]}


def test_what_is_new_in_a_copy_of_a_searched_database_is_found(
    canaries: Canaries, tmp_path: Path
) -> None:
    known = collect(canaries.individual_numbers, canaries.symbols)
    number = canaries.individual_numbers[0]
    template, copy = tmp_path / "template.db", tmp_path / "copy.db"
    with closing(sqlite3.connect(template)) as database:
        database.execute("CREATE TABLE rows (content TEXT)")
        database.executemany("INSERT INTO rows VALUES (?)", [(f"row {n}",) for n in range(3000)])
        database.commit()
    searched = template.read_bytes()
    pages = len(searched) // PAGE
    assert pages > 3
    assert search_file(template, known) == (len(searched), set())
    for at in [*range(0, len(searched), PAGE // 2), *range(PAGE - 6, len(searched) - PAGE, PAGE)]:
        start = max(at, len(DATABASE))
        copy.write_bytes(searched[:start] + number.encode() + searched[start + len(number) :])
        try:
            for _ in range(2):  # a page with a hit is never taken for a clean one
                found = search_file(copy, known)[1]
                assert {(hit.kind, hit.tail) for hit in found} == {
                    ("individual_number", number[-4:])
                }
        finally:
            copy.unlink()  # or the search after the suite finds it


def test_every_listed_number_is_a_sandbox_number(canaries: Canaries) -> None:
    assert all(is_sandbox_number(number) for number in canaries.individual_numbers)
    assert not is_sandbox_number("98320567321" + "4")  # a true check digit


def test_the_command_fails_on_a_file_with_a_canary_and_names_it(
    canaries: Canaries, tmp_path: Path
) -> None:
    planted = tmp_path / "audit.log"
    planted.write_text(f"registered {canaries.individual_numbers[0]}\n", "ascii")
    try:
        found = run(tmp_path)
    finally:
        planted.unlink()  # or the search after the suite finds it
    (tmp_path / "clean.log").write_text("registered\n", "ascii")
    clean = run(tmp_path)
    assert (found.returncode, clean.returncode) == (1, 0)
    assert "audit.log: individual_number ending in 9884, written as text" in found.stdout


def test_texts_that_a_test_registers_are_searched_for(tmp_path: Path) -> None:
    drawn = "x" * 43
    registered = tmp_path / "registered"
    registered.write_text(f"{drawn}\n", "ascii")
    (tmp_path / "left").mkdir()
    (tmp_path / "left" / "server.log").write_text(f"symbol={drawn}\n", "ascii")
    found = run(tmp_path / "left", "--registered", registered)
    assert found.returncode == 1
    assert "server.log: symbol ending in xxxx, written as text" in found.stdout
