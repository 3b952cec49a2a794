"""A small edition as plain JSON, to be changed by the tests that need it otherwise."""

import json
from datetime import date
from typing import Any

from permitlists import Affair, Edition, Question

Document = dict[str, Any]


def small(**changes: object) -> Document:
    document: Document = {
        "classes": [{"groups": [], "name": "市町村長", "wording": None}],
        "instrument": "shourei-r6",
        "rows": [
            {
                "article": "3",
                "clauses": [
                    {
                        "grants": [[[1], ["地方税関係情報"], "", "exact"]],
                        "label": "試験",
                        "no": "1",
                        "numbering": "verified",
                    }
                ],
                "inquirers": ["市町村長"],
                "label": "試験",
                "no": "1",
                "pairs": [[1, ["市町村長"], ["地方税関係情報"]]],
            }
        ],
        "valid_from": "2024-05-27",
        "valid_to": None,
    }
    return document | changes


def encode(document: Document) -> bytes:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def edition(**changes: object) -> Edition:
    return Edition.from_bytes(encode(small(**changes)))


def question(on: date = date(2026, 4, 1)) -> Question:
    mayor = frozenset({"市町村長"})
    return Question(
        on=on,
        affair=Affair.parse("1-1"),
        inquirer=mayor,
        provider=mayor,
        information=("地方税関係情報",),
    )


def row(**changes: object) -> Document:
    return {**small()["rows"][0], **changes}


def clause(**changes: object) -> Document:
    return {**row()["clauses"][0], **changes}


OVERLAY: Document = {
    "row": "1", "clause": None, "note": "読替え",
    "valid_from": "2024-06-01", "valid_to": "2024-07-01",
}  # fmt: skip
PREFECTURE: Document = {"groups": [], "name": "都道府県知事", "wording": None}


def overlay(**changes: object) -> Document:
    return OVERLAY | changes


def overlaid(*overlays: Document, **changes: object) -> Edition:
    classes = [*small()["classes"], PREFECTURE]
    return edition(overlays=list(overlays), classes=classes, **changes)
