"""What the tests of the permit list share: the packaged edition, questions, committed vectors."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from permitlists import Affair, Edition, Question, load_builtin

CHECKOUT = Path(__file__).parents[3]
VECTORS = CHECKOUT / "tests" / "vectors" / "permits"
DATA = CHECKOUT / "permitlists" / "data"
TODAY = date(2026, 4, 1)
LABEL = "shourei-r6@2024-05-27"
SCHEDULE = "beppyo2@2015-10-05"


def shared_folder() -> Path | None:
    """Return the folder of the source material, None in a clone without it."""
    default = CHECKOUT.parent / "shared"
    folder = Path(os.environ.get("NAKADACHI_SHARED", default))
    return folder if (folder / "law").is_dir() else None


def packaged(label: str = LABEL) -> Edition:
    edition = load_builtin().find_labelled(label)
    assert edition is not None
    return edition


def ask(affair: str, inquirer: str, provider: str, *information: str) -> Question:
    resolve = packaged().classes.resolve
    return Question(
        on=TODAY,
        affair=Affair.parse(affair),
        inquirer=resolve(inquirer),
        provider=resolve(provider),
        information=information,
    )


def examples() -> list[dict[str, Any]]:
    text = (VECTORS / "examples.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """One granting (clause, pair) of the committed vectors, classes as the edition names them."""

    affair: str
    pair: int
    inquirers: tuple[str, ...]
    providers: tuple[str, ...]
    terms: tuple[str, ...]


def vectors(label: str = LABEL) -> Iterator[Vector]:
    names = {entry.wording: entry.name for entry in packaged(label).table.classes}
    path = VECTORS / f"{packaged(label).key.instrument}.grants.tsv"

    def classes(cell: str) -> tuple[str, ...]:
        return tuple(names[code[1:]] if code[0] == "#" else code for code in cell.split("|"))

    for line in path.read_text(encoding="utf-8").splitlines():
        affair, pair, inquirers, providers, terms = line.split("\t")
        yield Vector(
            affair=affair,
            pair=int(pair),
            inquirers=classes(inquirers),
            providers=classes(providers),
            terms=tuple(terms.split("|")),
        )
