"""Search everything that the test suite left behind for individual numbers and symbols (G5).

Searched for are the canaries of tests/vectors/canaries.toml, the texts that tests registered
during the run, every sandbox individual number that stands in a test's source, and those of the
residents of every sandbox whose seed a test names. Each is looked for as text in several
encodings, inside base64, gzip and file names, as integers, and as plain digests (a digest of a
12-digit number hides nothing).

Exit: 0 nothing found, 1 a hit, 2 usage, 3 there was nothing to search.
"""

import argparse
import base64
import binascii
import gzip
import hashlib
import re
import sys
import tomllib
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import partial
from itertools import groupby
from pathlib import Path

from mocks.engine.cast import load_cast
from mocks.engine.people import Municipality, People
from mocks.world import TOWNS, load_short
from permitlists import load_institutions

ROOT = Path(__file__).resolve().parents[1]
LISTED = ROOT / "tests" / "vectors" / "canaries.toml"
NUMBER, SYMBOL = 12, 43  # characters
WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)  # of an individual number's digits, from the left
CROWD = 100  # residents of a sandbox beside its cast
NESTING = 2  # base64 within base64
DATABASE, PAGE = b"SQLite format 3\x00", 4096  # how a file of one begins; bytes

# How one digit may be written; each pattern matches runs of at least twelve of them.
DIGITS: Mapping[str, bytes] = {
    "text": rb"[0-9]",
    "UTF-16": rb"[0-9]\x00",
    "UTF-32": rb"[0-9]\x00\x00\x00",
    "full-width UTF-8": rb"\xef\xbc[\x90-\x99]",
    "full-width Shift_JIS": rb"\x82[\x4f-\x58]",
    "full-width UTF-16": rb"[\x10-\x19]\xff",
    "EBCDIC": rb"[\xf0-\xf9]",
    "hexadecimal": rb"3[0-9]",
    "percent": rb"%3[0-9]",
    "JSON escapes": rb"\\u003[0-9]",
}
GROUPED = re.compile(rb"[0-9]{4}([ -])[0-9]{4}\1[0-9]{4}")
BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}")
TOKEN = re.compile(rb"[A-Za-z0-9_-]{43,}")
HEX = re.compile(rb"[0-9A-Fa-f]{64,}")
# Most of a database's pages is zeros. No canary repeats one byte so often in any writing, and
# what is kept of such a run is as long as what a canary beside it may share with it.
LONG_RUN = re.compile(rb"(.)\1{63,}", re.DOTALL)
KEPT_OF_RUN = 64  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Canaries:
    """What is searched for; `exact` are byte strings with what it means to find them."""

    numbers: frozenset[bytes]
    symbols: frozenset[bytes]
    exact: Mapping[bytes, "Hit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One canary found; `tail` are its last four characters."""

    kind: str  # individual_number | symbol | registered: another text of a test
    written: str
    tail: str


def is_sandbox_number(digits: str) -> bool:
    """Return whether 12 digits carry the sandbox's check digit, (true digit + 5) mod 10."""
    rest = sum(int(d) * w for d, w in zip(digits, WEIGHTS, strict=False)) % 11
    true = 0 if rest <= 1 else 11 - rest
    return int(digits[-1]) == (true + 5) % 10


def is_telling(text: str) -> bool:
    """Return whether a text is no chance find: small numbers and runs of zeros stand anywhere."""
    return len(text) != NUMBER or (int(text) >= 10**10 and len(set(text)) > NUMBER // 3)


def collect(numbers: Iterable[str], symbols: Iterable[str]) -> Canaries:
    """Return canaries with their binary forms prepared."""
    exact: dict[bytes, Hit] = {}
    for number in numbers:
        hit = partial(Hit, kind="individual_number", tail=number[-4:])
        exact[bytes.fromhex(number)] = hit(written="packed decimal")
        exact[int(number).to_bytes(6, "big")] = hit(written="integer")
        exact[int(number).to_bytes(8, "little")] = hit(written="integer")
        exact |= dict.fromkeys(_digests(number), hit(written="SHA-256"))
    for symbol in symbols:
        hit = partial(Hit, kind="symbol", tail=symbol[-4:])
        exact[base64.urlsafe_b64decode(symbol + "=")] = hit(written="bytes")
        exact |= dict.fromkeys(_digests(symbol), hit(written="SHA-256"))
    return Canaries(
        numbers=frozenset(n.encode() for n in numbers),
        symbols=frozenset(s.encode() for s in symbols),
        exact=exact,
    )


def _digests(text: str) -> tuple[bytes, bytes]:
    digest = hashlib.sha256(text.encode())
    return digest.digest(), digest.hexdigest().encode()


def load(registered: Path | None) -> Canaries:
    """Return all canaries; `registered` is the file tests appended to, one text a line."""
    listed = tomllib.loads(LISTED.read_text("utf-8"))
    texts = set(registered.read_text("ascii").split()) if registered else set[str]()
    drawn = {text for text in texts if len(text) == NUMBER and is_telling(text)}
    symbols = {text for text in texts if len(text) == SYMBOL}
    fixed = collect([*listed["individual_numbers"], *drawn], [*listed["symbols"], *symbols])
    others = [text for text in texts if len(text) not in (NUMBER, SYMBOL)]
    return Canaries(
        numbers=fixed.numbers | frozenset(_numbers_in_tests()) | frozenset(_residents()),
        symbols=fixed.symbols,
        exact={
            **fixed.exact,
            **{t.encode(): Hit(kind="registered", written="text", tail=t[-4:]) for t in others},
        },
    )


def _numbers_in_tests() -> Iterator[bytes]:
    for path in (ROOT / "tests").rglob("*.py"):
        for literal in re.findall(r"(?<!\d)\d{12}(?!\d)", path.read_text("utf-8")):
            if is_sandbox_number(literal) and is_telling(literal):
                yield literal.encode()


def _residents() -> Iterator[bytes]:
    tests = "".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("*.py"))
    institutions = load_institutions()
    towns = {short: load_short(institutions, short) for short in TOWNS}
    places = {short: Municipality(code=t.code, name=t.name_ja) for short, t in towns.items()}
    for seed in {"1", *re.findall(r"seed=\"?(\d+)", tests)}:
        people = People(seed=seed, municipalities=tuple(places.values()))
        members = [member.resident for member in load_cast(people, places).values()]
        for resident in (*members, *people.generate(CROWD)):
            yield resident.individual_number.encode()


def search(data: bytes, canaries: Canaries, nesting: int = NESTING) -> Iterator[Hit]:
    """Yield every canary that stands in `data`, or in what is encoded in it."""
    data = LONG_RUN.sub(lambda run: run[0][:KEPT_OF_RUN], data)
    yield from _exact(data, canaries)
    yield from _numbers(data, canaries)
    yield from _symbols(data, canaries)
    if nesting and (inner := b"\n".join(_decoded(data))):
        for hit in search(inner, canaries, nesting - 1):
            yield Hit(kind=hit.kind, written=f"encoded {hit.written}", tail=hit.tail)


def _exact(data: bytes, canaries: Canaries) -> Iterator[Hit]:
    for needle, hit in canaries.exact.items():
        if needle in data:
            yield hit


def _numbers(data: bytes, canaries: Canaries) -> Iterator[Hit]:
    for written, digits in _digits(data):
        for start in range(len(digits) - NUMBER + 1):
            if (found := digits[start : start + NUMBER]) in canaries.numbers:
                yield Hit(kind="individual_number", written=written, tail=found[-4:].decode())


def _symbols(data: bytes, canaries: Canaries) -> Iterator[Hit]:
    for match in TOKEN.finditer(data):
        for start in range(len(match[0]) - SYMBOL + 1):
            if (found := match[0][start : start + SYMBOL]) in canaries.symbols:
                yield Hit(kind="symbol", written="text", tail=found[-4:].decode())


def _digits(data: bytes) -> Iterator[tuple[str, bytes]]:
    for written, digit in DIGITS.items():
        for match in re.finditer(rb"(?:" + digit + rb"){12,}", data):
            yield written, bytes(_digit(match[0], digit))
    for match in GROUPED.finditer(data):
        yield "grouped text", re.sub(rb"[ -]", b"", match[0])


def _digit(run: bytes, digit: bytes) -> Iterator[int]:
    """Yield ASCII digits; in every writing one byte's low nibble is the digit."""
    for match in re.finditer(digit, run):
        one = match[0].rstrip(b"\x00\xff")
        value = one[-1] - 0x4F if one[0] == 0x82 else one[-1] & 0x0F  # noqa: PLR2004  # Shift_JIS
        yield 0x30 + value


def _decoded(data: bytes) -> Iterator[bytes]:
    if data[:2] == b"\x1f\x8b":
        try:
            yield gzip.decompress(data)
        except (OSError, EOFError, zlib.error):
            return  # not gzip after all
    for match in BASE64.finditer(data):
        text = match[0].replace(b"-", b"+").replace(b"_", b"/")
        for start in range(4):
            yield _from_base64(text[start:])
    for match in HEX.finditer(data):
        for start in range(2):
            text = match[0][start:]
            yield bytes.fromhex(text[: len(text) // 2 * 2].decode())


def _from_base64(text: bytes) -> bytes:
    if len(text) % 4 == 1:  # no byte ends here: the last character belongs to something else
        text = text[:-1]
    return binascii.a2b_base64(text + b"=" * (-len(text) % 4))


def files(folder: Path) -> Iterator[Path]:
    """Yield regular files below `folder`, or `folder` itself if a file; links are not followed."""
    if folder.is_file():
        yield folder
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path


_clean: set[tuple[bytes, bytes]] = set()  # neighbouring pages in which this process found nothing


def search_file(path: Path, canaries: Canaries) -> tuple[int, set[Hit]]:
    """Return the size of a file and what stands in it or in its name."""
    data = path.read_bytes()
    pairs = _list_pairs(data) if data.startswith(DATABASE) else []
    parts = _leave_out_clean(data, pairs) if pairs else [data]
    found = set(search(b"\n".join([*parts, str(path).encode()]), canaries))
    if not found:
        _clean.update(pairs)
    return len(data), found


def _list_pairs(data: bytes) -> list[tuple[bytes, bytes]]:
    """Return digests of every page and the one after it, which the last page lacks."""
    pages = [data[at : at + PAGE] for at in range(0, len(data), PAGE)]
    digests = [hashlib.blake2b(page, digest_size=16).digest() for page in pages]
    return list(zip(digests, [*digests[1:], b""], strict=True))


def _leave_out_clean(data: bytes, pairs: Sequence[tuple[bytes, bytes]]) -> Iterator[bytes]:
    """Yield what is new in a database: most of one is a copy of the template of all.

    A page is left out only if nothing was found across its borders to the same neighbours either.
    """
    new = [pair not in _clean for pair in pairs]
    wanted = [one or before for one, before in zip(new, [False, *new], strict=False)]
    for is_wanted, run in groupby(range(len(pairs)), key=wanted.__getitem__):
        if is_wanted:
            pages = list(run)
            yield data[pages[0] * PAGE : (pages[-1] + 1) * PAGE]


def main() -> int:
    """Search folders and say what was found where."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--registered", type=Path, help="texts that tests registered")
    options = parser.parse_args()
    allowed = tomllib.loads(LISTED.read_text("utf-8")).get("allowed", [])
    canaries = load(options.registered)
    paths = [path for folder in options.folders for path in files(folder)]
    hits = size = 0
    with ProcessPoolExecutor() as pool:
        results = pool.map(partial(search_file, canaries=canaries), paths, chunksize=8)
        for path, (length, found) in zip(paths, results, strict=True):
            size += length
            for hit in found:
                if any(a["kind"] == hit.kind and fnmatch(str(path), a["path"]) for a in allowed):
                    continue
                hits += 1
                print(f"{path}: {hit.kind} ending in {hit.tail}, written as {hit.written}")
    known = len(canaries.numbers) + len(canaries.symbols)
    print(f"Canaries: {known} searched for in {len(paths)} files ({size:,} bytes), {hits} hits.")
    if not paths:
        return 3
    return 1 if hits else 0


if __name__ == "__main__":
    sys.exit(main())
