"""The sheets of an edition's spreadsheet and their columns, in the order people read them."""

from dataclasses import dataclass
from typing import Final

from permitlists.sheet_cells import (
    CONFIDENCE,
    DAY,
    LIST,
    NAME,
    NUMBERING,
    OPTIONAL,
    OPTIONAL_DAY,
    OPTIONAL_WHOLE,
    TEXT,
    WHOLE,
    WHOLES,
    Kind,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: its heading, what its cells hold and its width in characters."""

    heading: str
    kind: Kind
    width: int = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet: its name and its columns from A on."""

    name: str
    columns: tuple[Column, ...]


# Rows of a replacement carry the number of their reading rule; those of the table itself none.
_RULE = Column(heading="読替番号", kind=OPTIONAL_WHOLE)
_ROW = Column(heading="項", kind=NAME)
_CLAUSE = Column(heading="号", kind=OPTIONAL)
_TERMS = Column(heading="特定個人情報名（1行に1つ）", kind=LIST, width=44)

EDITION: Final = Sheet(
    name="版",
    columns=(
        Column(heading="法令", kind=NAME),
        Column(heading="施行日（年-月-日）", kind=DAY, width=20),
        Column(heading="終了日（年-月-日）", kind=OPTIONAL_DAY, width=20),
        Column(heading="出典", kind=TEXT, width=44),
    ),
)
CLASSES: Final = Sheet(
    name="機関の区分",
    columns=(
        Column(heading="区分", kind=NAME, width=44),
        Column(heading="含まれる区分（1行に1つ）", kind=LIST, width=44),
        Column(heading="条文の要約値", kind=OPTIONAL, width=20),
    ),
)
ROWS: Final = Sheet(
    name="項",
    columns=(
        _RULE,
        _ROW,
        Column(heading="条", kind=TEXT),
        Column(heading="項の名称", kind=TEXT, width=44),
        Column(heading="照会者（1行に1つ）", kind=LIST, width=44),
    ),
)
PAIRS: Final = Sheet(
    name="組",
    columns=(
        _RULE,
        _ROW,
        Column(heading="組", kind=WHOLE),
        Column(heading="提供者（1行に1つ）", kind=LIST, width=44),
        _TERMS,
    ),
)
CLAUSES: Final = Sheet(
    name="号",
    columns=(
        _RULE,
        _ROW,
        _CLAUSE,
        Column(heading="号の名称", kind=TEXT, width=44),
        Column(heading="号番号の確認", kind=NUMBERING),
        Column(heading="条文での位置", kind=OPTIONAL, width=20),
        Column(heading="行う者（1行に1つ）", kind=LIST, width=30),
    ),
)
GRANTS: Final = Sheet(
    name="情報",
    columns=(
        _RULE,
        _ROW,
        _CLAUSE,
        Column(heading="組（1行に1つ）", kind=WHOLES, width=16),
        _TERMS,
        Column(heading="うち", kind=TEXT, width=44),
        Column(heading="対応の確かさ", kind=CONFIDENCE, width=14),
    ),
)
OVERLAYS: Final = Sheet(
    name="読替え",
    columns=(
        Column(heading="読替番号", kind=WHOLE),
        _ROW,
        _CLAUSE,
        Column(heading="開始日（年-月-日）", kind=DAY, width=20),
        Column(heading="終了日（年-月-日）", kind=DAY, width=20),
        Column(heading="内容", kind=TEXT, width=60),
    ),
)
SHEETS: Final = (EDITION, CLASSES, ROWS, PAIRS, CLAUSES, GRANTS, OVERLAYS)
