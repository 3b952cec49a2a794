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

FILE_NAME = "shourei-r6.grants.tsv"
LONGEST_NAME = 10  # among the classes that end in 者; the longer ones are sentences


def code(name: str) -> str:
    """Return a class name, or the digest that stands for a sentence."""
    if len(name) > LONGEST_NAME and name.endswith("者"):
        return "#" + hashlib.sha256(name.encode()).hexdigest()[:16]
    return name


def codes(cell: str) -> str:
    """Return the classes of a cell as codes, joined by bars."""
    return "|".join(code(name) for name in cell.split("|"))


def render(folder: Path) -> bytes:
    """Return the vectors built from the CSV files of a folder."""
    with (folder / "r6_pairs.csv").open(encoding="utf-8-sig", newline="") as file:
        pairs = {(pair["row_no"], pair["pair_no"]): pair for pair in csv.DictReader(file)}
    granted: dict[tuple[str, str, str], dict[str, None]] = {}
    with (folder / "r6_information.csv").open(encoding="utf-8-sig", newline="") as file:
        for line in csv.DictReader(file):
            if line["confidence"] not in {"exact", "mapped"}:
                continue
            for pair_no in line["pair_no"].split("|"):
                offered = pairs[line["row_no"], pair_no]["information_terms"].split("|")
                terms = [term for term in line["term"].split("|") if term in offered]
                key = (line["row_no"], line["go"], pair_no)
                granted.setdefault(key, {}).update(dict.fromkeys(terms))
    text = []
    for (row, clause, pair_no), terms_of_pair in granted.items():
        pair = pairs[row, pair_no]
        affair = f"{row}-{clause}" if clause else row
        inquirers, providers = codes(pair["inquirer_classes"]), codes(pair["provider_classes"])
        text.append("\t".join((affair, pair_no, inquirers, providers, "|".join(terms_of_pair))))
    return ("\n".join(text) + "\n").encode()


def main(arguments: list[str]) -> None:
    """Write the vectors."""
    if len(arguments) not in {1, 2}:
        raise SystemExit(__doc__)
    default = Path(__file__).resolve().parent.parent / "tests" / "vectors" / "permits"
    output = Path(arguments[1]) if arguments[1:] else default
    data = render(Path(arguments[0]))
    (output / FILE_NAME).write_bytes(data)
    print(f"{FILE_NAME}: {len(data.splitlines())} lines, {len(data)} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
