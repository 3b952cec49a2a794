import json
import pathlib
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from permitlists.lines import read_lines
from permitlists.places import (
    LINE_FIELDS,
    JsonPlaces,
    LinePlaces,
    Path,
    Place,
    Source,
    place_of_fault,
    place_of_text,
    read_path,
)
from permitlists.table import Overlay, Row, Table, canonical_bytes
from tests.unit.permitlists.permit_cases import DATA

FILES = sorted(DATA.glob("*.20*.jsonl"))
KEYED = ("edition", "overlay", "row", "clause", "class")


def list_values(table: Table) -> Iterator[tuple[Path, Any]]:
    """Yield a path and the plain JSON value at it, for values of every kind."""
    yield ("instrument",), table.instrument
    for number, entry in enumerate(table.classes):
        yield ("classes", number, "name"), entry.name
        for place, group in enumerate(entry.groups):
            yield ("classes", number, "groups", place), group
    for number, row in enumerate(table.rows):
        path: Path = ("rows", number)
        yield (*path, "label"), row.label
        yield (*path, "inquirers"), list(row.inquirers)
        for place, pair in enumerate(row.pairs):
            yield (*path, "pairs", place, "no"), pair.no
            yield (*path, "pairs", place, "terms", 0), pair.terms[0]
        for place, clause in enumerate(row.clauses):
            yield (*path, "clauses", place, "no"), clause.no
            for index, grant in enumerate(clause.grants):
                where: Path = (*path, "clauses", place, "grants", index)
                yield (*where, "confidence"), grant.confidence
                yield (*where, "terms", len(grant.terms) - 1), grant.terms[-1]


def value_at(text: str, place: Place) -> object:
    line = text.split("\n")[place.line - 1]
    return json.JSONDecoder().raw_decode(line, place.column - 1)[0]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_value_of_an_edition_stands_at_its_place(path: pathlib.Path) -> None:
    data = path.read_bytes()
    table = read_lines(data)
    canonical = canonical_bytes(table)
    in_lines, in_json = LinePlaces(data), JsonPlaces(canonical)
    for where, value in list_values(table):
        assert value_at(data.decode(), in_lines.find(where)) == value
    for where, value in list(list_values(table))[::7]:
        assert value_at(canonical.decode(), in_json.find(where)) == value


def test_a_line_holds_the_fields_of_its_value_in_order() -> None:
    fields = {
        kind: msgspec.structs.fields(one) for kind, one in (("overlay", Overlay), ("row", Row))
    }
    assert LINE_FIELDS["overlay"] == tuple(field.name for field in fields["overlay"])
    assert LINE_FIELDS["row"] == tuple(field.name for field in fields["row"])[:4]


def test_what_is_not_there_is_placed_at_what_holds_it() -> None:
    places = LinePlaces(b'["edition","x","2024-05-27",null]\n["row","1","",\n"x",[]]\n')
    assert places.find(("source",)) == Place(line=1, column=1)
    assert places.find(("rows", 0, "inquirers", 3)) == Place(line=2, column=1)
    assert places.find(("rows", 5, "label")) == Place()
    assert LinePlaces(b"").find(("instrument",)) == Place()
    assert JsonPlaces(b'{"a":\n [1, 2]}').find(("a", 1)) == Place(line=2, column=6)


@pytest.mark.parametrize(
    ("data", "message", "place"),
    [
        (b'["row", 1]', "Expected `str`, got `int` - at `$[1]`", Place(column=9)),
        (b'{"rows":[{"no":5}]}', "got `int` - at `$.rows[0].no`", Place(column=16)),
        (b'["row"\n,x', "JSON is malformed: invalid character (byte 8)", Place(line=2, column=2)),
        ('["項",x'.encode(), "JSON is malformed (byte 7)", Place(column=6)),
        (b'["row"', "Input data was truncated", Place(column=7)),
        (b'["row"', "something else", Place()),
        (b"", "at `$[3]`", Place()),
        (b']],"a":{"b"', "at `$[0]`", Place(column=4)),
    ],
)
def test_a_fault_stands_where_the_decoder_says(data: bytes, message: str, place: Place) -> None:
    assert place_of_fault(data, message) == place


def test_a_path_is_read_from_a_message() -> None:
    assert read_path("Expected `int` - at `$.rows[3].pairs[0][1]`") == ("rows", 3, "pairs", 0, 1)
    assert read_path("no path") == ()


def test_a_text_is_placed_where_it_first_stands() -> None:
    assert place_of_text(b"a\nbc bc", "bc") == Place(line=2, column=1)
    assert place_of_text(b"a", "bc") == Place()


def test_packaged_lines_begin_with_a_bracket() -> None:
    assert Source(name="a", data=b' ["edition"]').is_lines
    assert not Source(name="a", data=b"{}").is_lines
    assert isinstance(Source(name="a", data=b"{}").places(), JsonPlaces)
    assert isinstance(Source(name="a", data=b"[]").places(), LinePlaces)
