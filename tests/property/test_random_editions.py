import json
from dataclasses import replace
from datetime import date
from random import Random

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from permitlists import Edition, PermitList, PermitListError
from permitlists.oracle import Oracle, OracleList
from permitlists.oracle_check import Comparison
from permitlists.table import Clause, Grant, InstitutionClass, Overlay, Pair, Row, Table

NAMES = ("甲", "乙", "丙", "丁")
TERMS = ("税", "医", "金")
DAYS = [date(2024, 5, 27), date(2024, 6, 1), date(2024, 7, 1), date(2024, 8, 1)]

names = st.lists(st.sampled_from(NAMES), unique=True, max_size=3).map(tuple)
some_names = st.lists(st.sampled_from(NAMES), unique=True, min_size=1, max_size=2).map(tuple)
some_terms = st.lists(st.sampled_from(TERMS), unique=True, min_size=1).map(tuple)


@st.composite
def grants(draw: st.DrawFn, pairs: tuple[Pair, ...]) -> Grant:
    chosen = draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=2, unique=True))
    terms = {term for pair in chosen for term in draw(st.permutations(pair.terms))[:1]}
    return Grant(
        pairs=tuple(pair.no for pair in chosen),
        terms=tuple(sorted(terms)),
        scope=draw(st.sampled_from(["", "", "一部"])),
        confidence=draw(st.sampled_from(["exact", "mapped", "doubtful"])),
    )


@st.composite
def rows(draw: st.DrawFn, number: str) -> Row:
    pairs = tuple(
        Pair(no, draw(some_names), draw(some_terms)) for no in range(1, draw(st.integers(1, 3)) + 1)
    )
    numbers = draw(st.sampled_from([(), (None,), ("1",), ("1", "2", "2の2")]))
    return Row(
        no=number,
        article="",
        label=number,
        inquirers=draw(names),
        pairs=pairs,
        clauses=tuple(
            Clause(no, "", "single", tuple(draw(st.lists(grants(pairs), max_size=3))))
            for no in numbers
        ),
    )


@st.composite
def overlays(draw: st.DrawFn) -> Overlay:
    first, last = sorted(draw(st.lists(st.sampled_from(DAYS), min_size=2, max_size=2, unique=True)))
    number = draw(st.sampled_from(["1", "2"]))
    return Overlay(number, None, first, last, "読替え", draw(st.none() | rows(number)))


@st.composite
def tables(draw: st.DrawFn) -> Table:
    read = draw(st.lists(overlays(), max_size=2))
    return Table(
        instrument="shourei-r6",
        valid_from=DAYS[0],
        valid_to=draw(st.none() | st.just(date(2025, 1, 1))),
        classes=tuple(
            InstitutionClass(name, tuple(one for one in draw(names) if one != name), None)
            for name in NAMES
        ),
        rows=(draw(rows("1")), draw(rows("2"))),
        source=draw(st.sampled_from(["", "wording"])),
        overlays=tuple(
            one
            for place, one in enumerate(read)
            if place == 0 or one.replacement is None or one.row != read[0].row
        ),
    )


def write_lines(table: Table) -> bytes:
    """Return the packaged lines of a table."""
    plain = msgspec.to_builtins(table)
    lines = [["edition", *(plain[key] for key in ("instrument", "valid_from", "valid_to"))]]
    lines[0] += [plain["source"]] if table.source else []
    keys = ("row", "clause", "valid_from", "valid_to", "note")
    lines += [
        ["overlay", *(one[key] for key in keys), one.get("replacement")]
        for one in plain.get("overlays", ())
    ]
    lines += [["class", one["name"], one["groups"], one["wording"]] for one in plain["classes"]]
    for row in plain["rows"]:
        lines.append(["row", *(row[key] for key in ("no", "article", "label", "inquirers"))])
        lines += [["pair", *pair] for pair in row["pairs"]]
        for clause in row["clauses"]:
            lines.append(["clause", clause["no"], clause["label"], clause["numbering"]])
            lines += [["grant", *grant] for grant in clause["grants"]]
    return "\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode()


@given(tables(), st.integers(0, 2**32))
def test_index_and_oracle_agree_on_everything_about_any_small_edition(
    table: Table, seed: int
) -> None:
    edition = Edition(table)
    for content in (edition.to_bytes(), write_lines(table)):
        comparison = Comparison(PermitList([edition]), OracleList([content]))
        for questions in (
            comparison.list_granting(),
            comparison.list_inquirers(),
            comparison.list_everything(),
            comparison.list_mutations(30, Random(seed)),  # noqa: S311 - a sample, no secret
        ):
            for question in questions:
                assert comparison.compare(question) is None


@given(tables())
def test_packaged_lines_and_canonical_bytes_of_any_small_edition_are_one(table: Table) -> None:
    edition = Edition(table)
    assert Edition.from_lines(write_lines(table)).key == edition.key
    assert Edition.from_bytes(edition.to_bytes()).key == edition.key
    assert Oracle(write_lines(table)).groups == Oracle(edition.to_bytes()).groups


@given(tables(), tables(), st.sampled_from(DAYS[1:]))
def test_no_successor_changes_the_bytes_or_the_hash_of_what_it_follows(
    table: Table, later: Table, day: date
) -> None:
    first = Edition(msgspec.structs.replace(table, valid_to=None))
    later = msgspec.structs.replace(later, valid_from=day, overlays=())
    before = (first.key, first.to_bytes())
    closed, second = PermitList([Edition(later), first]).editions
    assert (first.key, first.to_bytes()) == before
    assert closed.key == replace(first.key, valid_to=day)
    assert closed.to_bytes() == first.to_bytes()
    assert second.key.valid_from == day
    contents = [first.to_bytes(), second.to_bytes()]
    comparison = Comparison(PermitList([closed, second]), OracleList(contents))
    for question in comparison.list_mutations(30, Random(1)):  # noqa: S311 - no secret
        assert comparison.compare(question) is None


@given(tables(), st.data())
def test_one_changed_byte_of_any_small_edition_is_refused_or_another_edition(
    table: Table, data: st.DataObject
) -> None:
    edition = Edition(table)
    content = bytearray(edition.to_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        changed = Edition.from_bytes(bytes(content))
    except PermitListError:
        return
    assert changed.key.sha256 != edition.key.sha256
    assert changed.to_bytes() == bytes(content)
