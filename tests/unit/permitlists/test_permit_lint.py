import re
from collections import Counter
from datetime import date

import msgspec
import pytest

from permitlists import Edition, PermitList, load_builtin, parse_operating_codes
from permitlists.institutions import Institution, Institutions, Membership
from permitlists.lint import Finding, lint, lint_codes, lint_supplement, load_rules
from permitlists.model import PermitListError
from permitlists.places import Source
from permitlists.supplement import (
    Base,
    Filing,
    Hold,
    NumberingCheck,
    Supplement,
    Withholding,
)
from permitlists.table import (
    Clause,
    Confidence,
    Grant,
    InstitutionClass,
    Overlay,
    Pair,
    Row,
    Table,
    canonical_bytes,
)
from permitlists.worklist import list_numbering
from tests.unit.permitlists.permit_cases import DATA

TAX = "地方税関係情報"
START = date(2024, 5, 27)
DAY = date(2025, 4, 1)


def grant(
    *terms: str, pairs: tuple[int, ...] = (1,), scope: str = "", sure: Confidence = "exact"
) -> Grant:
    return Grant(pairs, terms, scope, sure)


def clause(no: str | None, *grants: Grant, **more: object) -> Clause:
    values = {"label": f"事務{no}", "numbering": "verified", **more}
    return msgspec.convert({"no": no, "grants": grants, **values}, Clause)


def row(no: str, *clauses: Clause, **more: object) -> Row:
    values = {
        "article": "71",
        "label": f"項{no}",
        "inquirers": ("市町村長",),
        "pairs": (Pair(1, ("市町村長",), (TAX,)),),
        **more,
    }
    return msgspec.convert({"no": no, "clauses": clauses, **values}, Row)


def table(*rows: Row, **more: object) -> Table:
    values: dict[str, object] = {
        "instrument": "shourei-r6",
        "valid_from": START,
        "valid_to": None,
        "classes": (InstitutionClass("市町村長", (), None),),
        **more,
    }
    return msgspec.convert({"rows": rows, **values}, Table)


GOOD = row("1", clause("1", grant(TAX)))


def kinds(*names: str, groups: dict[str, tuple[str, ...]] | None = None) -> tuple[object, ...]:
    return tuple(InstitutionClass(name, (groups or {}).get(name, ()), None) for name in names)


def find(content: Table, rule: str, **around: object) -> list[Finding]:
    source = Source(name="x.json", data=canonical_bytes(content))
    found = lint(source, **around)  # type: ignore[arg-type]  # keywords of a table of cases
    return [one for one in found if one.rule == rule]


CASES: list[tuple[str, Table]] = [
    ("edition.ends_early", table(GOOD, valid_to=START)),
    ("class.unknown", table(row("1", clause("1", grant(TAX)), inquirers=("知事",)))),
    ("class.unknown", table(row("1", clause("1", grant(TAX), implementers=("知事",))))),
    ("class.unknown", table(GOOD, classes=kinds("市町村長", groups={"市町村長": ("知事",)}))),
    ("class.twice", table(GOOD, classes=kinds("市町村長", "市町村長"))),
    ("class.unused", table(GOOD, classes=kinds("市町村長", "知事"))),
    (
        "class.unused",
        table(
            GOOD,
            classes=kinds(
                "市町村長", "a", "b", "知事", groups={"a": ("市町村長", "b"), "b": ("市町村長",)}
            ),
        ),
    ),
    (
        "class.no_member",
        table(
            row("1", clause("1", grant(TAX)), inquirers=("知事",)),
            classes=kinds("市町村長", "知事"),
        ),
    ),
    ("row.twice", table(GOOD, GOOD)),
    ("row.number_form", table(row("0", clause("1", grant(TAX))))),
    ("row.unreachable", table(row("1", clause("1", grant(TAX)), inquirers=()))),
    ("row.unreachable", table(row("1", clause("1"), pairs=()))),
    ("row.unreachable", table(row("1"))),
    ("row.unreachable", table(row("1", clause("1", grant(TAX, sure="doubtful"))))),
    (
        "row.no_inquirer",
        table(
            row("1", clause("1", grant(TAX)), inquirers=("知事",)),
            classes=kinds("市町村長", "知事"),
        ),
    ),
    (
        "row.no_provider",
        table(
            row("1", clause("1", grant(TAX)), pairs=(Pair(1, ("知事",), (TAX,)),)),
            classes=kinds("市町村長", "知事"),
        ),
    ),
    ("row.repeated", table(GOOD, row("2", *GOOD.clauses))),
    ("clause.twice", table(row("1", clause("1", grant(TAX)), clause("1", grant(TAX))))),
    ("clause.unnumbered", table(row("1", clause("1", grant(TAX)), clause(None, grant(TAX))))),
    ("clause.number_form", table(row("1", clause("イ", grant(TAX))))),
    ("clause.no_information", table(row("1", clause("1", grant(TAX)), clause("2")))),
    (
        "clause.only_doubtful",
        table(row("1", clause("1", grant(TAX)), clause("2", grant(TAX, sure="doubtful")))),
    ),
    (
        "clause.repeated",
        table(row("1", clause("1", grant(TAX), label="x"), clause("2", grant(TAX), label="x"))),
    ),
    ("pair.twice", table(row("1", clause("1", grant(TAX)), pairs=GOOD.pairs * 2))),
    ("pair.empty", table(row("1", clause("1", grant(TAX)), pairs=(*GOOD.pairs, Pair(2, (), ()))))),
    (
        "pair.unreached",
        table(
            row("1", clause("1", grant(TAX)), pairs=(*GOOD.pairs, Pair(2, ("市町村長",), ("z",))))
        ),
    ),
    (
        "pair.only_doubtful",
        table(
            row(
                "1",
                clause("1", grant(TAX), grant("z", pairs=(2,), sure="doubtful")),
                pairs=(*GOOD.pairs, Pair(2, ("市町村長",), ("z",))),
            )
        ),
    ),
    (
        "pair.term_unused",
        table(row("1", clause("1", grant(TAX)), pairs=(Pair(1, ("市町村長",), (TAX, "z")),))),
    ),
    (
        "pair.term_doubtful",
        table(
            row(
                "1",
                clause("1", grant(TAX), grant("z", sure="doubtful")),
                pairs=(Pair(1, ("市町村長",), (TAX, "z")),),
            )
        ),
    ),
    ("grant.pair_unknown", table(row("1", clause("1", grant(TAX, pairs=(1, 7)))))),
    (
        "grant.no_term",
        table(
            row(
                "1",
                clause("1", grant(TAX, pairs=(1, 2))),
                pairs=(*GOOD.pairs, Pair(2, ("市町村長",), ("z",))),
            )
        ),
    ),
    ("grant.term_not_in_pair", table(row("1", clause("1", grant(TAX, "z"))))),
    ("grant.doubtful", table(row("1", clause("1", grant(TAX), grant(TAX, sure="doubtful"))))),
    ("grant.duplicate", table(row("1", clause("1", grant(TAX), grant(TAX))))),
    ("grant.covered", table(row("1", clause("1", grant(TAX, scope="市町村民税"), grant(TAX))))),
    (
        "overlay.unfit",
        table(GOOD, overlays=(Overlay("9", None, START, date(2024, 6, 1), "読替え"),)),
    ),
    (
        "items.missing",
        table(row("1", clause("1", grant("z")), pairs=(Pair(1, ("市町村長",), ("z",)),))),
    ),
    ("items.none_in_scope", table(row("1", clause("1", grant(TAX, scope="何か"))))),
    ("numbering.unverified", table(row("1", clause("1", grant(TAX), numbering="unverified")))),
    ("numbering.conflict", table(row("1", clause("1", grant(TAX), numbering="conflict")))),
]


CASE_IDS = [f"{number} {rule}" for number, (rule, _) in enumerate(CASES)]


@pytest.mark.parametrize(("rule", "content"), CASES, ids=CASE_IDS)
def test_each_rule_finds_what_it_is_for(rule: str, content: Table) -> None:
    found = find(content, rule)
    assert len(found) == 1
    assert "{" not in found[0].message_ja + found[0].message_en + found[0].fix_ja + found[0].fix_en
    assert re.search("[ぁ-ん]", found[0].message_ja)
    assert found[0].line == 1
    assert found[0].column > 1


@pytest.mark.parametrize(("rule", "content"), CASES, ids=CASE_IDS)
def test_an_edition_is_refused_exactly_where_the_lint_finds_an_error(
    rule: str, content: Table
) -> None:
    errors = [
        one
        for one in lint(Source(name="x", data=canonical_bytes(content)))
        if one.severity == "error"
    ]
    try:
        Edition(content)
    except PermitListError:
        assert errors
    else:
        # these compile, and mean something else than they say
        assert not errors or rule in {"pair.twice", "class.unknown"}


def test_a_plain_edition_has_no_finding() -> None:
    assert lint(Source(name="x", data=canonical_bytes(table(GOOD)))) == ()


def test_a_deleted_row_is_no_finding() -> None:
    content = table(GOOD, row("2", inquirers=(), pairs=()))
    assert lint(Source(name="x", data=canonical_bytes(content))) == ()


def test_every_rule_has_a_case_and_every_case_a_rule() -> None:
    elsewhere = {
        "form", "edition.refused", "edition.overlap", "edition.gap", "class.of_other_edition",
        "term.of_other_edition", "numbering.no_clause", "hold.no_row", "filing.unfit",
        "withholding.no_row", "codes.unfit", "supplement.no_term",
        "supplement.term_of_other_edition", "supplement.no_institution",
    }  # fmt: skip
    assert {rule for rule, _ in CASES} | elsewhere == set(load_rules())


def other(*rows: Row, **more: object) -> Edition:
    return Edition(table(*rows, **more))


def test_what_only_another_edition_knows_is_named_with_it() -> None:
    old = other(
        row("1", clause("1", grant("旧情報")), pairs=(Pair(1, ("旧区分",), ("旧情報",)),)),
        instrument="beppyo2",
        valid_from=date(2015, 10, 5),
        valid_to=START,
        classes=kinds("市町村長", "旧区分"),
    )
    new = table(row("1", clause("1", grant(TAX, "旧情報")), inquirers=("旧区分",)))
    (term,) = find(new, "term.of_other_edition", others=[old])
    (worn,) = find(new, "class.of_other_edition", others=[old])
    assert "beppyo2@2015-10-05" in term.message_en
    assert "beppyo2@2015-10-05" in worn.message_ja
    assert (term.row, term.clause, worn.row, worn.clause) == ("1", "1", "1", None)


@pytest.mark.parametrize(
    ("days", "count"),
    [
        ({"valid_from": START}, 1),
        ({"valid_from": date(2024, 1, 1), "valid_to": DAY}, 1),
        ({"valid_from": date(2024, 1, 1), "valid_to": START}, 0),
        ({"valid_from": date(2024, 1, 1)}, 0),
        ({"valid_from": DAY}, 0),
        ({"valid_from": DAY, "instrument": "jorei-19-9"}, 0),
        ({"valid_from": date(2024, 1, 1), "valid_to": DAY, "instrument": "beppyo2"}, 1),
    ],
    ids=repr,
)
def test_editions_of_the_same_days_overlap(days: dict[str, object], count: int) -> None:
    assert len(find(table(GOOD), "edition.overlap", others=[other(GOOD, GOOD_2, **days)])) == count


GOOD_2 = row("2", clause("1", grant(TAX)))


def test_the_edition_itself_is_no_neighbour_of_itself() -> None:
    assert find(table(GOOD), "edition.overlap", others=[other(GOOD)]) == []


def test_an_explicit_end_beyond_the_successor_overlaps() -> None:
    content = table(GOOD, valid_to=date(2026, 1, 1))
    assert len(find(content, "edition.overlap", others=[other(GOOD_2, valid_from=DAY)])) == 1


def test_days_of_the_statutory_list_without_edition_are_a_gap() -> None:
    ended = table(GOOD, valid_to=date(2025, 3, 1))
    (gap,) = find(ended, "edition.gap", others=[other(GOOD_2, valid_from=DAY)])
    assert gap.severity == "warning"
    assert find(ended, "edition.gap") == []
    local = {"instrument": "jorei-19-9"}
    later = other(GOOD_2, valid_from=DAY, **local)
    assert (
        find(table(GOOD, valid_to=date(2025, 3, 1), **local), "edition.gap", others=[later]) == []
    )


def test_a_membership_counts_only_on_days_of_the_edition() -> None:
    def wearing(start: date, end: date | None) -> Institutions:
        worn = Membership(name="市町村長", role="head", valid_from=start, valid_to=end)
        return Institutions(
            [Institution(code="991015", short="a", name_ja="a", name_en="a", memberships=(worn,))]
        )

    content, later = table(GOOD), other(GOOD_2, valid_from=DAY)
    for start, end, count in (
        (date(2015, 1, 1), None, 0),
        (date(2015, 1, 1), START, 1),
        (date(2015, 1, 1), date(2024, 5, 28), 0),
        (DAY, None, 1),
        (date(2025, 3, 31), None, 0),
    ):
        found = find(content, "class.no_member", institutions=wearing(start, end), others=[later])
        assert len(found) == count


BROKEN: list[tuple[str, bytes, tuple[int, int]]] = [
    ("cut line", b'["edition","shourei-r6","2024-05-27",null]\n["row","1"', (2, 11)),
    ("wrong type", b'["edition","shourei-r6","2024-05-27",null]\n["row",1,"","x",[]]', (2, 8)),
    ("no JSON", b'["edition","shourei-r6","2024-05-27",null]\n\n', (2, 1)),
    ("before its row", b'["pair",1,[],[]]', (1, 1)),
    ("no edition", b'["row","1","","x",[]]', (1, 1)),
    ("empty", b"", (1, 1)),
    ("no object", b"{", (1, 2)),
    ("unknown field", b'{"instrument":"x","y":1}', (1, 1)),
    ("deep", b"[" * 100_000, (1, 1)),
    ("deep object", b'{"rows":' + b"[" * 100_000, (1, 1)),
]


@pytest.mark.parametrize(
    ("data", "place"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN]
)
def test_a_fault_of_form_is_an_error_with_its_place(data: bytes, place: tuple[int, int]) -> None:
    (found, *_) = lint(Source(name="x.jsonl", data=data))
    assert (found.rule, found.severity, found.file) == ("form", "error", "x.jsonl")
    if len(data) < 1000:
        assert (found.line, found.column) == place


def test_every_faulty_line_is_found_and_not_only_the_first() -> None:
    lines = (DATA / "shourei-r6.2024-05-27.jsonl").read_bytes().splitlines()
    lines[99] = b'["pair","x",[],[]]'
    lines[199] = b"["
    found = lint(Source(name="x", data=b"\n".join(lines)))
    assert [(one.rule, one.line, one.column) for one in found] == [
        ("form", 100, 9),
        ("form", 200, 2),
    ]
    many = lint(Source(name="x", data=b"[\n" * 1000))
    assert len(many) == 50


def test_json_that_is_not_canonical_is_refused() -> None:
    data = canonical_bytes(table(GOOD)).replace(b'":', b'": ')
    (found,) = lint(Source(name="x.json", data=data))
    assert found.rule == "form"


def test_what_no_rule_foresees_is_still_an_error() -> None:
    day = date(2024, 6, 1)
    content = table(
        GOOD,
        overlays=(
            Overlay("1", None, START, day, "一", GOOD),
            Overlay("1", None, START, day, "二", GOOD),
        ),
    )
    (found,) = lint(Source(name="x", data=canonical_bytes(content)))
    assert found.rule == "edition.refused"


def test_the_packaged_editions_have_no_error_and_known_warnings() -> None:
    permit_list = load_builtin()
    counts: Counter[tuple[str, str]] = Counter()
    for path in sorted(DATA.glob("*.20*.jsonl")):
        source = Source(name=path.name, data=path.read_bytes())
        counts.update(
            (path.name.partition(".")[0], one.rule)
            for one in lint(source, others=permit_list.editions)
            if one.severity != "note"
        )
    del counts["beppyo2", "class.no_member"], counts["shourei-r6", "class.no_member"]
    assert counts == {
        ("shourei-r6", "grant.doubtful"): 13,
        ("shourei-r6", "clause.only_doubtful"): 5,
        ("shourei-r6", "pair.only_doubtful"): 3,
        ("shourei-r6", "pair.term_doubtful"): 1,
        ("shourei-r6", "pair.term_unused"): 1,
    }


def filing(**more: object) -> Filing:
    values: dict[str, object] = {
        "number": "1",
        "municipality": "991015",
        "ordinance": "条例",
        "label": "事務",
        "base": Base(edition="shourei-r6@2024-05-27", row="1", clause="1"),
        "providers": ("市町村長",),
        "information": (TAX,),
        "reference": "x",
        "notified_on": START,
        "valid_from": START,
        **more,
    }
    return msgspec.convert(values, Filing)


OLD_TERM = row("1", clause("1", grant("旧情報")), pairs=(Pair(1, ("市町村長",), ("旧情報",)),))
LIST = PermitList(
    [
        other(OLD_TERM, instrument="beppyo2", valid_from=date(2015, 10, 5), valid_to=START),
        other(GOOD),
        other(row("1", clause("2", grant(TAX))), valid_from=DAY),
    ]
)
ENTRIES: list[tuple[str, Supplement, tuple[str, ...]]] = [
    ("fits", Supplement(filings=(filing(valid_to=DAY),)), ()),
    ("base goes", Supplement(filings=(filing(),)), ("filing.unfit",)),
    (
        "before any edition",
        Supplement(filings=(filing(valid_from=date(2014, 1, 1), valid_to=date(2014, 2, 1)),)),
        ("filing.unfit",),
    ),
    (
        "term and provider",
        Supplement(
            filings=(filing(valid_to=DAY, information=(TAX, "z"), providers=("市町村長", "知事")),)
        ),
        ("filing.unfit", "filing.unfit"),
    ),
    (
        "unknown municipality",
        Supplement(filings=(filing(valid_to=DAY, municipality="131016"),)),
        ("supplement.no_institution",),
    ),
    (
        "holds",
        Supplement(
            holds=(
                Hold(kind="suspension", valid_from=START, row="1", information=TAX),
                Hold(kind="suspension", valid_from=START, row="9", institution="991015"),
                Hold(kind="suspension", valid_from=START, information="旧情報"),
                Hold(kind="suspension", valid_from=START, information="z"),
                Hold(kind="suspension", valid_from=START, institution="131016"),
                Hold(
                    kind="article_28", valid_from=START, valid_to=DAY, instrument="beppyo2", row="1"
                ),
            )
        ),
        (
            "hold.no_row",
            "hold.no_row",
            "supplement.no_institution",
            "supplement.no_term",
            "supplement.term_of_other_edition",
        ),
    ),
    (
        "withholdings",
        Supplement(
            withholdings=(
                Withholding(provider="991015", ordinance="x", valid_from=START, rows=("1", "9")),
                Withholding(provider="131016", ordinance="x", valid_from=START, information=("z",)),
            )
        ),
        ("supplement.no_institution", "supplement.no_term", "withholding.no_row"),
    ),
    (
        "numbering",
        Supplement(
            numbering=tuple(
                NumberingCheck(
                    edition=edition,
                    row=number,
                    clause="1",
                    official="第1号",
                    checked_by="x",
                    checked_on=START,
                    evidence="官報",
                )
                for edition, number in (
                    ("shourei-r6@2024-05-27", "1"),
                    ("shourei-r6@2024-05-27", "9"),
                    ("shourei-r6@1999-01-01", "1"),
                )
            )
        ),
        ("numbering.no_clause", "numbering.no_clause"),
    ),
]


@pytest.mark.parametrize(
    ("supplement", "rules"), [case[1:] for case in ENTRIES], ids=[case[0] for case in ENTRIES]
)
def test_entries_beside_the_editions_must_fit_them(
    supplement: Supplement, rules: tuple[str, ...]
) -> None:
    found = lint_supplement(LIST, supplement)
    assert tuple(sorted(one.rule for one in found)) == rules
    assert all(one.column > 1 for one in found)


def test_operating_codes_must_stand_for_something() -> None:
    data = """
[[procedure]]
affair_code = "JM99000000000001"
code = "JT99000000010001"
affair = "1-1"
[[procedure]]
affair_code = "JM99000000000001"
code = "JT99000000010002"
affair = "1-2"
[[procedure]]
affair_code = "JM99000000000001"
code = "JT99000000010009"
affair = "9"
[[information]]
code = "TM99000000000001"
name = "地方税関係情報"
[[information]]
code = "TM99000000000002"
name = "z"
""".encode()
    codes = parse_operating_codes(data)
    found = lint_codes(Source(name="codes.toml", data=data), codes, PermitList([other(GOOD)]))
    assert [(one.rule, one.line, one.column) for one in found] == [
        ("codes.unfit", 8, 9),
        ("codes.unfit", 12, 9),
        ("codes.unfit", 18, 9),
    ]


def test_the_sandbox_codes_fit_the_packaged_edition() -> None:
    data = (DATA / "operating_codes.toml").read_bytes()
    codes = parse_operating_codes(data)
    assert lint_codes(Source(name="x", data=data), codes, load_builtin()) == ()


def test_a_confirmed_clause_number_leaves_the_work_list() -> None:
    content = table(
        row(
            "1",
            clause("1", grant(TAX), numbering="unverified"),
            clause("2", grant(TAX), numbering="unverified"),
            clause("3", grant(TAX)),
        )
    )
    check = NumberingCheck(
        edition="shourei-r6@2024-05-27",
        row="1",
        clause="1",
        official="第1号",
        checked_by="suzuki",
        checked_on=DAY,
        evidence="官報",
    )
    supplement = Supplement(numbering=(check,))
    (article,) = list_numbering(content, supplement)
    assert article["confirmed"] is False
    first, second = msgspec.convert(article["clauses"], list[dict[str, object]])
    assert (first["confirmed"], first["official"], first["checked_by"]) == (True, "第1号", "suzuki")
    assert second["confirmed"] is False
    (found,) = find(content, "numbering.unverified", supplement=supplement)
    assert "1件" in found.message_ja


def test_the_work_list_of_the_order_names_twenty_one_articles() -> None:
    edition = load_builtin().find_labelled("shourei-r6@2024-05-27")
    assert edition is not None
    articles = list(list_numbering(edition.table, Supplement()))
    assert Counter(one["numbering"] for one in articles) == {"unverified": 12, "conflict": 9}
    clauses = [clause for one in articles for clause in msgspec.convert(one["clauses"], list)]
    assert len(clauses) == 185
