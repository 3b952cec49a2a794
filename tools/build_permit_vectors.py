"""Write the committed test vectors of the permit list straight from the reviewed CSV files.

Usage: build_permit_vectors.py CSV_FOLDER [OUTPUT_FOLDER]

One line for each (clause, pair) that grants: affair, pair, inquirer classes, provider classes,
terms. It shares no code with the script that builds the packaged list, so that the two check each
other. A class that the law describes in a sentence stands as `#` and a digest of that sentence.
"""

import csv
import hashlib
import sys
from pathlib import Path

ORDER = "shourei-r6.grants.tsv"
SCHEDULE = "beppyo2.grants.tsv"
LONGEST_NAME = 10  # among the classes that end in 者; the longer ones are sentences


def code(name: str) -> str:
    """Return a class name, or the digest that stands for a sentence."""
    if len(name) > LONGEST_NAME and name.endswith("者"):
        return "#" + hashlib.sha256(name.encode()).hexdigest()[:16]
    return name


def codes(cell: str) -> str:
    """Return the classes of a cell as codes, joined by bars."""
    return "|".join(code(name) for name in cell.split("|"))


def read(folder: Path, name: str) -> list[dict[str, str]]:
    """Return the lines of one CSV file."""
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def line(affair: str, pair: dict[str, str], terms: list[str]) -> str:
    """Return one vector: what an affair may ask of one pair."""
    inquirers, providers = codes(pair["inquirer_classes"]), codes(pair["provider_classes"])
    return "\t".join((affair, pair["pair_no"], inquirers, providers, "|".join(terms))) + "\n"


def render_order(folder: Path) -> bytes:
    """Return the vectors of the order of 2024: a clause may ask for what it lists."""
    pairs = {(pair["row_no"], pair["pair_no"]): pair for pair in read(folder, "r6_pairs.csv")}
    granted: dict[tuple[str, str, str], dict[str, None]] = {}
    for entry in read(folder, "r6_information.csv"):
        if entry["confidence"] not in {"exact", "mapped"}:
            continue
        for pair_no in entry["pair_no"].split("|"):
            offered = pairs[entry["row_no"], pair_no]["information_terms"].split("|")
            terms = [term for term in entry["term"].split("|") if term in offered]
            key = (entry["row_no"], entry["go"], pair_no)
            granted.setdefault(key, {}).update(dict.fromkeys(terms))
    return "".join(
        line(f"{row}-{clause}" if clause else row, pairs[row, pair_no], list(terms))
        for (row, clause, pair_no), terms in granted.items()
    ).encode()


def render_schedule(folder: Path) -> bytes:
    """Return the vectors of Schedule 2 of 2015: a row may ask for all that its pairs offer."""
    return "".join(
        line(pair["row_no"], pair, pair["information_terms"].split("|"))
        for pair in read(folder, "beppyo2_pairs.csv")
        if pair["information_terms"]
    ).encode()


RENDERERS = {ORDER: render_order, SCHEDULE: render_schedule}


def main(arguments: list[str]) -> None:
    """Write the vectors."""
    if len(arguments) not in {1, 2}:
        raise SystemExit(__doc__)
    default = Path(__file__).resolve().parent.parent / "tests" / "vectors" / "permits"
    output = Path(arguments[1]) if arguments[1:] else default
    for name, render in RENDERERS.items():
        data = render(Path(arguments[0]))
        (output / name).write_bytes(data)
        print(f"{name}: {len(data.splitlines())} lines, {len(data)} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
