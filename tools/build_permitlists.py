"""Build the packaged editions of the permit list from reviewed CSV files.

Usage: build_permitlists.py CSV_FOLDER [OUTPUT_FOLDER]

The output is one JSON array a line (edition, overlay, class, row, pair, clause, grant) and depends
on the CSV files alone. It carries codes and short labels; wordings of the law longer than a name
become labels, and only a digest of the wording stays so that a caller may still type it.
"""

import csv
import hashlib
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

ORDER = "shourei-r6.2024-05-27.jsonl"
SCHEDULE = "beppyo2.2015-10-05.jsonl"
HEADERS = {
    ORDER: ["edition", "shourei-r6", "2024-05-27", None, "wording-2026-02"],
    SCHEDULE: ["edition", "beppyo2", "2015-10-05", "2024-05-27", "wording-2015-12"],
}
READING_RULES = [  # supplementary article 3 of the order: five days before another act began
    [
        "overlay",
        "48",
        None,
        "2024-05-27",
        "2024-06-01",
        "附則第3条により第50条中の引用を読み替える",
    ],
]
# Terms that the order of 2024 defines wider than Schedule 2 of 2015 did, and what they meant then.
NARROWER_IN_2015 = {
    "生活保護関係情報": ("保護の実施・就労自立給付金",),
    "障害者関係情報": (
        "身体障害者手帳の交付・障害の程度",
        "精神障害者保健福祉手帳の交付・障害の程度",
        "知的障害者の判定",
    ),
}
MAX_LABEL = 60
MAX_NAME = 28  # longer class names are sentences of the law, not names
CONTAINMENT = {"stated", "wording"}  # "not-stated" is a reader's guess and never widens a class
MEDICAL_INSURER = "医療保険者"  # holds only while medical benefits are given
DIGITS = {character: value for value, character in enumerate("〇一二三四五六七八九")}
KANJI = "[一二三四五六七八九十百〇]+"
NUMERAL = re.compile(rf"第?({KANJI})(条|項|号|年)(?:の({KANJI})(第?))?")
DESCRIBED_END = "に掲げる者"
OPEN_CONDITION = re.compile(r"の規定により.*である給付を除く$")
RESTRICTION_END = re.compile(
    r"(に係る部分|に係るもの|に掲げる事項|に相当するもの|が行うもの)に限る$",
)
PARAGRAPH_NOTE = re.compile(r"条文では第(\d)項の第(\d)号。照会者は実施者が(.+)の場合$")
OWN_NUMBER_NOTE = "元の表に号番号がないため順に付けた"

CsvLine = dict[str, str]
JsonLine = list[Any]  # a JSON array: the reader of the package gives each place its type


def read(folder: Path, name: str) -> list[CsvLine]:
    """Return the lines of one CSV file as dictionaries, in order."""
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def split(cell: str) -> list[str]:
    """Return the values of a cell whose values are separated by a bar."""
    return [value for value in cell.split("|") if value]


def number(kanji: str) -> int:
    """Return the value of a kanji numeral below one thousand."""
    total, digit = 0, 0
    for character in kanji:
        if character in "十百":
            total += (digit or 1) * (10 if character == "十" else 100)
            digit = 0
        else:
            digit = DIGITS[character]
    return total + digit


def arabic(text: str) -> str:
    """Return a text whose article, paragraph, item and year numbers are in Arabic digits."""

    def rewrite(match: re.Match[str]) -> str:
        branch = f"の{number(match[3])}{match[4]}" if match[3] else ""
        return f"{number(match[1])}{match[2]}{branch}"

    return NUMERAL.sub(rewrite, text)


def refuse(message: str) -> NoReturn:
    """Stop: the CSV files say something that the rules of this script do not cover."""
    raise SystemExit(message)


def short_article(text: str) -> str:
    """Return 162の2 for an article written out in kanji, empty for none."""
    match = re.fullmatch(r"第([^条]+)条(?:の(.+))?", text)
    if match is None:
        return ""
    branch = f"の{number(match[2])}" if match[2] else ""
    return f"{number(match[1])}{branch}"


def short_scope(scope: str) -> str:
    """Return the narrowing of a term as a label without the law's sentence."""
    scope = OPEN_CONDITION.sub("の給付を除く", arabic(scope))
    head, bar, restriction = scope.partition(" / ")
    if not bar:
        return head
    return f"{head}（{RESTRICTION_END.sub('', restriction.removeprefix('同法'))}）"


def short_label(text: str) -> str:
    """Return a label of at most sixty characters."""
    return text if len(text) <= MAX_LABEL else f"{text[: MAX_LABEL - 1]}…"


def class_labels(pairs: list[CsvLine]) -> dict[str, str]:
    """Return a short name for each class that the law describes instead of naming.

    A described provider gives one kind of information only, so the label of that kind names it.
    """
    terms: defaultdict[str, set[str]] = defaultdict(set)
    for pair in pairs:
        for name in split(pair["provider_classes"]):
            if len(name) > MAX_NAME:
                terms[name] |= set(split(pair["information_terms"]))
    labels = {
        name: arabic(name).replace(DESCRIBED_END, "の者")
        for pair in pairs
        for name in split(pair["inquirer_classes"])
        if name.endswith(DESCRIBED_END)
    }
    for name, given in terms.items():
        (term,) = given
        labels[name] = re.sub("(支給)?情報", "の支給者", term)
    if len(set(labels.values())) != len(labels):
        refuse("two described classes would share one label")
    return labels


def containing_groups(classes: dict[str, CsvLine], name: str) -> list[str]:
    """Return the groups that the law itself puts a class into, in the order of the file."""
    found = []
    for group in split(classes[name]["member_of"]):
        listed = group in classes and name in split(classes[group]["members"])
        source = classes[group if listed else name]["relation_source"]
        if source in CONTAINMENT:
            found.append(group)
    return found


def class_lines(folder: Path, pairs: list[CsvLine], labels: dict[str, str]) -> Iterator[JsonLine]:
    """Yield the classes of the edition with the groups they belong to."""
    classes = {line["class"]: line for line in read(folder, "atomic_classes.csv")}
    known = {
        name
        for pair in pairs
        for column in ("provider_classes", "inquirer_classes")
        for name in split(pair[column])
    }
    while True:  # members that a group lists belong to it even where no cell names them
        listed = {name for group in known for name in split(classes[group]["members"])}
        members = {name for name in listed if set(containing_groups(classes, name)) & known}
        if members <= known:
            break
        known |= members
    for name in sorted(known):
        groups = [
            labels.get(group, group) for group in containing_groups(classes, name) if group in known
        ]
        digest = hashlib.sha256(name.encode()).hexdigest()[:16] if name in labels else None
        yield ["class", labels.get(name, name), groups, digest]


def check_medical_insurers(pairs: list[CsvLine]) -> None:
    """Refuse data in which a body counts as medical insurer for anything but medical benefits."""
    for pair in pairs:
        if MEDICAL_INSURER in split(pair["provider_classes"]):
            for term in split(pair["information_terms"]):
                if not term.startswith("医療"):
                    refuse(f"{pair['row_no']}: {term} is no medical benefit")


def clause_line(affair: CsvLine, names: list[str]) -> JsonLine:
    """Return the line of one clause; its place in the article stands only where it differs."""
    label = short_label(affair["label"])
    line: JsonLine = ["clause", affair["go"] or None, label, affair["numbering_check"]]
    paragraph = PARAGRAPH_NOTE.fullmatch(affair["note"])
    if paragraph:
        rest, implementers = paragraph[3], []
        for name in sorted(names, key=len, reverse=True):
            if name in rest:
                rest = rest.replace(name, "")
                implementers.append(name)
        line += [f"第{paragraph[1]}項第{paragraph[2]}号", sorted(implementers)]
    elif affair["note"] == OWN_NUMBER_NOTE:
        line += ["", []]
    elif affair["note"]:
        refuse(f"unknown note at {affair['row_no']}-{affair['go']}")
    return line


def grant_line(line: CsvLine) -> JsonLine:
    """Return the line of one piece of information that a clause may ask for."""
    return [
        "grant",
        [int(pair) for pair in split(line["pair_no"])],
        split(line["term"]),
        short_scope(line["item_scope"]),
        line["confidence"],
    ]


def row_lines(row_pairs: list[CsvLine], labels: dict[str, str]) -> Iterator[JsonLine]:
    """Yield one row and its live pairs; a deleted row keeps its number and has no pair."""
    first = row_pairs[0]
    yield [
        "row",
        first["row_no"],
        short_article(first.get("detail_article", "")),
        first["affair_label"],
        [labels.get(name, name) for name in split(first["inquirer_classes"])],
    ]
    for pair in row_pairs:
        if pair["provider_classes"]:
            providers = [labels.get(name, name) for name in split(pair["provider_classes"])]
            yield ["pair", int(pair["pair_no"]), providers, split(pair["information_terms"])]


def by_row(pairs: list[CsvLine]) -> dict[str, list[CsvLine]]:
    """Return the pairs of each row in the order of the table."""
    found: defaultdict[str, list[CsvLine]] = defaultdict(list)
    for pair in pairs:
        found[pair["row_no"]].append(pair)
    return found


def order_lines(folder: Path) -> Iterator[JsonLine]:
    """Yield every line of the order of 2024, whose articles list information by clause."""
    pairs, affairs = read(folder, "r6_pairs.csv"), read(folder, "r6_affairs.csv")
    check_medical_insurers(pairs)
    labels = class_labels(pairs)
    yield from READING_RULES
    classes = list(class_lines(folder, pairs, labels))
    yield from classes
    names = [line[1] for line in classes]
    by_clause = defaultdict(list)
    for line in read(folder, "r6_information.csv"):
        by_clause[line["row_no"], line["go"]].append(line)
    for row_no, row_pairs in by_row(pairs).items():
        yield from row_lines(row_pairs, labels)
        for affair in affairs:
            if affair["row_no"] == row_no:
                yield clause_line(affair, names)
                yield from map(grant_line, by_clause[row_no, affair["go"]])


def schedule_lines(folder: Path) -> Iterator[JsonLine]:
    """Yield every line of Schedule 2 of 2015: a row is one affair that may ask for all its pairs.

    What a cell offers, its affair may ask for: nothing has to be mapped, every line is exact.
    """
    pairs = read(folder, "beppyo2_pairs.csv")
    check_medical_insurers(pairs)
    labels = class_labels(pairs)
    yield from class_lines(folder, pairs, labels)
    for row_pairs in by_row(pairs).values():
        live = [pair for pair in row_pairs if pair["provider_classes"]]
        yield from row_lines(row_pairs, labels)
        if live:
            yield ["clause", None, short_label(live[0]["affair_label"]), "single"]
        for pair in live:
            number, terms = [int(pair["pair_no"])], split(pair["information_terms"])
            if whole := [term for term in terms if term not in NARROWER_IN_2015]:
                yield ["grant", number, whole, "", "exact"]
            for term in terms:
                for scope in NARROWER_IN_2015.get(term, ()):
                    yield ["grant", number, [term], scope, "exact"]


BUILDERS = {ORDER: order_lines, SCHEDULE: schedule_lines}


def render(folder: Path, name: str) -> bytes:
    """Return the bytes of one packaged file built from the CSV files of a folder."""
    return "".join(
        json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"
        for line in (HEADERS[name], *BUILDERS[name](folder))
    ).encode()


def main(arguments: list[str]) -> None:
    """Write the packaged files."""
    if len(arguments) not in {1, 2}:
        refuse(str(__doc__))
    default = Path(__file__).resolve().parent.parent / "permitlists" / "data"
    output = Path(arguments[1]) if arguments[1:] else default
    for name in HEADERS:
        data = render(Path(arguments[0]), name)
        (output / name).write_bytes(data)
        print(f"{name}: {len(data.splitlines())} lines, {len(data)} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
