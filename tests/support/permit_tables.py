"""Random rows and tables of a permit list: any text anywhere, and the words that tempt a parser."""

from datetime import date

from hypothesis import strategies as st

from permitlists.table import Clause, Grant, InstitutionClass, Overlay, Pair, Row, Table

TEMPTING = (
    "又は、及び。は、から、「」〔なし〕〔組1〕（）の項の事務について、を求めることができる。である。"
    "\\u{41}\n\r\t =+-@'\u202e\u3000\x00_x000D_第1条のない"
)
_fragments = st.sampled_from(
    [
        *(
            "又は",
            "及び",
            "又",
            "は",
            "は、",
            "から、",
            "、",
            "「",
            "」",
            "」」",
            "〔なし〕",
            "〔組",
            "〕",
        ),
        *("の項）", "の項第", "の項・第", "の事務について、", "を求めることができる。", "である。"),
        *(
            "のために求められるのは、",
            "\\",
            "\\u{41}",
            "\n",
            "1",
            "20の2",
            "=1+1",
            "_x0041_",
            "\u202e",
            " ",
        ),
    ]
)
names = (
    st.lists(_fragments, max_size=4).map("".join)
    | st.text(TEMPTING, max_size=6)
    | st.text(st.characters(codec="utf-8"), max_size=6)
    | st.sampled_from(["市町村長", "国民健康保険組合", "地方税関係情報"])
)
numbers = st.sampled_from(["1", "20の2", "4の3の2", "01", "0", "1の", "10000"]) | names
lists = st.lists(names, max_size=3).map(tuple)
wholes = st.integers(-(2**63), 2**63 - 1) | st.integers(0, 12)
grants = st.builds(
    Grant,
    pairs=st.lists(wholes, max_size=3).map(tuple),
    terms=lists,
    scope=names,
    confidence=st.sampled_from(["exact", "mapped", "doubtful"]),
)
clauses = st.builds(
    Clause,
    no=st.none() | numbers,
    label=names,
    numbering=st.sampled_from(["verified", "unverified", "conflict", "single"]),
    grants=st.lists(grants, max_size=3).map(tuple),
    place=st.none() | names,
    implementers=lists,
)
rows = st.builds(
    Row,
    no=numbers,
    article=numbers,
    label=names,
    inquirers=lists,
    pairs=st.lists(st.builds(Pair, no=wholes, providers=lists, terms=lists), max_size=3).map(tuple),
    clauses=st.lists(clauses, max_size=3, unique_by=lambda clause: clause.no).map(tuple),
)
_days = st.dates(date(1900, 1, 1))
_overlays = st.builds(
    Overlay,
    row=numbers,
    clause=st.none() | numbers,
    valid_from=_days,
    valid_to=_days,
    note=names,
    replacement=st.none() | rows,
)
tables = st.builds(
    Table,
    instrument=names,
    valid_from=_days,
    valid_to=st.none() | _days,
    classes=st.lists(
        st.builds(InstitutionClass, name=names, groups=lists, wording=st.none() | names), max_size=3
    ).map(tuple),
    rows=st.lists(rows, max_size=3, unique_by=lambda row: row.no).map(tuple),
    source=names,
    overlays=st.lists(_overlays, max_size=2).map(tuple),
)
