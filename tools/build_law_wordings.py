"""Build the packaged digests of reviewed wordings from the CSV files of the two tables.

Usage: build_law_wordings.py CSV_FOLDER [OUTPUT_FOLDER]

The law importer reads an amended order with them: a cell or a line whose wording has been reviewed
before stands for the same classes, terms and label again. The output holds digests of wordings and
our own labels, never a wording, and depends on the CSV files and the packaged editions alone.
"""

import csv
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NoReturn

from permitlists.edition import Edition
from permitlists.lawxml.articles import read_single
from permitlists.lawxml.vocabulary import list_phrases
from permitlists.lawxml.wording import bare, digest, label_key, plain, split_delegation
from permitlists.permit_list import load_builtin
from permitlists.table import Clause, Row

FILE_NAME: Final = "wordings.jsonl"
SOURCES: Final = {
    "beppyo2": ("beppyo2.csv", "", ""),
    "shourei-r6": ("shourei_r6.csv", "shourei_r6_articles.csv", "r6_information.csv"),
}

CsvLine = dict[str, str]
JsonLine = list[Any]  # a JSON array: the reader of the package gives each place its type
Entries = dict[str, dict[str, set[Any]]]  # kind, digest, what it stands for


def read(folder: Path, name: str) -> list[CsvLine]:
    """Return the lines of one CSV file as dictionaries, in order."""
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def refuse(message: str) -> NoReturn:
    """Stop: the CSV files say something that the rules of this script do not cover."""
    raise SystemExit(message)


def add(entries: Entries, kind: str, text: str, value: object) -> None:
    """Note what a wording stands for, by its own digest and by that of its plain form."""
    entries[kind][digest(text)].add((0, value))
    if plain(text) != text:
        entries[kind][digest(plain(text))].add((1, value))


def add_cells(entries: Entries, lines: list[CsvLine], edition: Edition) -> None:
    """Note every cell of a table."""
    for line in lines:
        row = edition.rows[line["row_no"]].row
        if not row.inquirers:
            continue
        pair = next(pair for pair in row.pairs if pair.no == int(line["pair_no"]))
        add(entries, "classes", line["inquirer"], row.inquirers)
        add(entries, "classes", line["provider"], pair.providers)
        add(entries, "terms", split_delegation(line["information"])[0], pair.terms)
        key = label_key(line["inquirer"], split_delegation(line["affairs"])[0])
        entries["label"][digest(key)].add((0, row.label))


def add_lines(
    entries: Entries, articles: list[CsvLine], lines: list[CsvLine], edition: Edition
) -> None:
    """Note every affair and every information line of the articles."""
    texts = {(line["row_no"], line["line_no"]): line for line in articles}
    by_clause: dict[tuple[str, str | None], list[CsvLine]] = defaultdict(list)
    for line in lines:
        by_clause[line["row_no"], line["go"] or None].append(line)
    for row in edition.table.rows:
        for clause in row.clauses:
            told = by_clause[row.no, clause.no]
            if len(told) != len(clause.grants):
                refuse(f"{row.no}-{clause.no}: {len(told)} lines, {len(clause.grants)} grants")
            add_affair(entries, row, clause, articles)
            for line, grant in zip(told, clause.grants, strict=True):
                if not line["ref_line_no"]:
                    phrase = find_phrase(texts[line["row_no"], line["line_no"]]["text"], line)
                    sure = grant.confidence == "exact"
                    value = (grant.terms, grant.scope, grant.confidence, not sure)
                    add(entries, "phrase", phrase, value)


def add_affair(entries: Entries, row: Row, clause: Clause, articles: list[CsvLine]) -> None:
    """Note the wording of the affair of one clause."""
    own = [line for line in articles if line["row_no"] == row.no]
    affairs = [line["text"] for line in own if line["kind_guess"] == "affair"]
    if clause.no is not None:
        entries["label"][digest(affairs[int(clause.no) - 1])].add((0, clause.label))
        return
    single = read_single(own[0]["text"]) if own else None
    text = affairs[0] if affairs else single.affair if single else ""
    entries["label"][digest(text)].add((0, clause.label))


def find_phrase(text: str, line: CsvLine) -> str:
    """Return the part of a source line that the CSV files call its phrase."""
    single = read_single(text) if line["line_no"] == "0" else None
    for phrase in list_phrases(single.information if single else text):
        if bare(phrase) == bare(line["phrase"]):
            return phrase
    return line["phrase"]


def render(folder: Path) -> bytes:
    """Return the bytes of the packaged file built from the CSV files of a folder."""
    lines: list[JsonLine] = []
    for edition in load_builtin().editions:
        instrument = edition.key.instrument
        table, articles, information = SOURCES[instrument]
        entries: Entries = defaultdict(lambda: defaultdict(set))
        add_cells(entries, read(folder, table), edition)
        if articles:
            add_lines(entries, read(folder, articles), read(folder, information), edition)
        lines += list_lines(instrument, entries)
    return "".join(
        json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines
    ).encode()


def list_lines(instrument: str, entries: Entries) -> Iterator[JsonLine]:
    """Yield the lines of one instrument; of two meanings of one wording the whole one counts."""
    for kind in ("classes", "terms", "label"):
        for wording, meanings in sorted(entries[kind].items()):
            first = min(rank for rank, _ in meanings)
            values = {value for rank, value in meanings if rank == first}
            if len(values) == 1:
                yield [kind, instrument, wording, *values]
            elif kind != "label" and not first:
                refuse(f"{wording} has several meanings: {values}")
    for wording, readings in sorted(entries["phrase"].items()):
        first = min(rank for rank, _ in readings)
        own = [value for rank, value in readings if rank == first]
        best: dict[tuple[Any, ...], str] = {}
        for terms, scope, confidence, _ in sorted(own, key=lambda value: value[3]):
            best.setdefault((terms, scope, confidence == "doubtful"), confidence)
        for (terms, scope, _), confidence in sorted(best.items()):
            yield ["phrase", instrument, wording, list(terms), scope, confidence]


def main(arguments: list[str]) -> None:
    """Write the packaged file."""
    if len(arguments) not in {1, 2}:
        refuse(str(__doc__))
    default = Path(__file__).resolve().parent.parent / "permitlists" / "data"
    output = Path(arguments[1]) if arguments[1:] else default
    data = render(Path(arguments[0]))
    (output / FILE_NAME).write_bytes(data)
    print(f"{FILE_NAME}: {len(data.splitlines())} lines, {len(data)} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
