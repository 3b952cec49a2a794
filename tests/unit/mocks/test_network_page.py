"""The page about /network/v1 says what the code does: fields, kinds, codes, limits."""

import re
from pathlib import Path

import pytest

from wire import framing, header
from wire.documents import MAX_DOCUMENT_BYTES

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "testers" / "network.md").read_text(encoding="utf-8")
ERRORS = (DOCS / "reference" / "errors.md").read_text(encoding="utf-8")
AGAIN = {
    "after": "yes, from the instant that the refusal names",
    "same_id": "yes, with the same request id",
    "": "no",
}
CODE = re.compile(
    r"`((?:message|notice|permit|inquiry|provider|answer)\.[a-z_.]+[a-z])`(?:（`(\w+)`)?"
)


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def list_first_cells(title: str) -> list[str]:
    rows = re.findall(r"^\| (`[^|]+) \|", section(title), re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`([a-z-]+)`", row)]


def test_the_fields_stand_in_their_order() -> None:
    assert list_first_cells("電文の見出し") == [name for name, _, _ in header._FIELDS]


def test_every_kind_is_told_or_is_a_reply() -> None:
    told = set(re.findall(r"`([a-z-]+)`", section("種類と返事")))
    assert set(header.CONTENT_TYPES) <= told


@pytest.mark.parametrize(("code", "retry"), sorted(set(CODE.findall(section("提供者の判断")))))
def test_a_refusal_is_one_of_the_catalogue_and_asks_again_as_it_says(code: str, retry: str) -> None:
    told = ERRORS.partition(f"### `{code}`\n")[2].partition("\n### ")[0]
    assert f"| ask again | {AGAIN[retry]} |" in told


def test_the_limits_are_those_of_the_code() -> None:
    assert f"見出し {framing.MAX_HEADER_BYTES} バイト、一件 {MAX_DOCUMENT_BYTES >> 20} MiB" in PAGE
