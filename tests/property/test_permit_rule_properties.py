"""What no hold, filing, withholding, consent or confirmation may ever do."""

from dataclasses import replace
from datetime import date, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from permitlists import (
    Affair,
    Base,
    Decision,
    Filing,
    Hold,
    Match,
    NumberingCheck,
    PermitList,
    PermitListError,
    Question,
    Supplement,
    Withholding,
    decode_supplement,
    load_builtin,
    ruling_bytes,
)

EDITIONS = load_builtin().editions
BARE = PermitList(EDITIONS)
EDITION = EDITIONS[-1]
CODES = ("991015", "991023", "993417", "990001", "999016")
TAX = "地方税関係情報"
PLACES = [
    (row.row.no, clause.clause.no)
    for row in EDITION.rows.values()
    for clause in row.clauses.values()
    if TAX in clause.entries
]
NAMES = EDITION.classes.list_names()
TERMS = tuple(EDITION.by_information)
FIRST, LAST = date(2024, 6, 1), date(2026, 12, 31)

days = st.dates(FIRST, LAST)
codes = st.sampled_from(CODES)
places = st.sampled_from(PLACES)


def settled(decision: Decision) -> tuple[object, ...]:
    """Return all of a decision that an explanation leaves as it is, what was matched last."""
    return decision.reason, decision.failed, decision.edition, decision.matched


def uncited(match: Match) -> tuple[object, ...]:
    return match.row, match.clause, match.pair, match.information, match.items, match.scopes


@st.composite
def filings(draw: st.DrawFn) -> Filing:
    row, clause = draw(places)
    entries = EDITION.rows[row].clauses[clause].entries
    granted = st.sampled_from(sorted(entries))
    providers = sorted(EDITION.rows[row].providers)
    return Filing(
        number="1",
        municipality=draw(codes),
        ordinance="条例",
        label="事務",
        base=Base(edition=EDITION.key.label, row=row, clause=clause),
        providers=tuple(draw(st.lists(st.sampled_from((*providers, *NAMES)), min_size=1))),
        information=tuple(draw(st.lists(granted | st.sampled_from(TERMS), min_size=1, max_size=6))),
        reference="r",
        notified_on=draw(days),
        valid_from=draw(days),
    )


@st.composite
def asked_under(draw: st.DrawFn, filing: Filing) -> Question:
    entries = EDITION.rows[filing.base.row].clauses[filing.base.clause].entries
    near = sorted(name for one in entries.values() for entry in one for name in entry.providers)
    provider = draw(st.frozensets(st.sampled_from((*near, *filing.providers)), max_size=3))
    return Question(
        on=draw(days),
        affair=Affair(row="1"),
        inquirer=frozenset({"市町村長"}),
        provider=provider,
        information=tuple(draw(st.lists(st.sampled_from(filing.information), max_size=2))),
        instrument="jorei-19-9",
        inquirer_code=draw(st.sampled_from((filing.municipality, filing.municipality, *CODES))),
        provider_code=draw(codes),
        consent=draw(st.booleans()),
    )


@st.composite
def filed(draw: st.DrawFn) -> tuple[Filing, Question]:
    filing = draw(filings())
    return filing, draw(asked_under(filing))


@st.composite
def statutory(draw: st.DrawFn) -> Question:
    row, clause = draw(places)
    indexed = EDITION.rows[row]
    near = sorted(indexed.providers)
    return Question(
        on=draw(days),
        affair=Affair(row=row, clause=clause),
        inquirer=draw(st.sampled_from((indexed.inquirers, frozenset({"市町村長"})))),
        provider=frozenset({draw(st.sampled_from(near))}),
        information=(draw(st.sampled_from(sorted(indexed.clauses[clause].entries))),),
        inquirer_code=draw(codes),
        provider_code=draw(codes),
        consent=draw(st.booleans()),
    )


holds = st.builds(
    Hold,
    kind=st.sampled_from(["article_28", "suspension"]),
    valid_from=days,
    valid_to=st.none() | days.map(lambda day: day + timedelta(days=1000)),
    institution=st.none() | codes,
    row=st.none() | st.sampled_from([row for row, _ in PLACES]),
    information=st.none() | st.just(TAX),
)
withholdings = st.builds(
    Withholding,
    provider=codes,
    ordinance=st.just("条例"),
    rows=st.just(()) | places.map(lambda place: (place[0],)),
    information=st.just(()) | st.just((TAX,)),
    valid_from=days,
)


@given(statutory(), st.lists(holds, max_size=4))
def test_a_hold_never_allows_and_touches_only_what_was_allowed(
    question: Question, listed: list[Hold]
) -> None:
    before = BARE.decide(question)
    held = PermitList(EDITIONS, Supplement(holds=tuple(listed)))
    after = held.decide(question)
    assert after == before or (before.allowed and after.failed == "hold")
    assert after == BARE.decide(question, listed) or after.failed == "hold"
    assert settled(held.explain(question).decision) == settled(after)
    covered = any(hold.covers(question) for hold in listed)
    assert (after.failed == "hold") == (before.allowed and covered)


@given(filed(), st.lists(withholdings, max_size=3), st.lists(holds, max_size=2))
def test_what_stands_beside_a_filing_never_allows_what_it_denies(
    case: tuple[Filing, Question], withheld: list[Withholding], held: list[Hold]
) -> None:
    filing, question = case
    plain = PermitList(EDITIONS, Supplement(filings=(filing,)))
    whole = PermitList(
        EDITIONS,
        Supplement(filings=(filing,), withholdings=tuple(withheld), holds=tuple(held)),
    )
    after = whole.decide(question)
    if after.allowed:
        assert after == plain.decide(question)
    if after.failed == "provider":
        assert plain.decide(question).failed not in {"edition", "inquirer", "affair"}


@given(filed())
def test_an_ordinance_affair_gives_nothing_that_its_base_does_not(
    case: tuple[Filing, Question],
) -> None:
    filing, question = case
    decision = PermitList(EDITIONS, Supplement(filings=(filing,))).decide(question)
    base = replace(
        question,
        instrument="shourei-r6",
        affair=filing.base.affair,
        inquirer=EDITION.rows[filing.base.row].inquirers,
    )
    if decision.allowed:
        granted = BARE.decide(base)
        assert granted.allowed
        for match in decision.matched:
            assert uncited(match) in map(uncited, granted.matched)
        assert set(question.information) <= set(filing.information)


@given(filed())
def test_consent_matters_for_tax_information_only(case: tuple[Filing, Question]) -> None:
    filing, question = case
    permit_list = PermitList(EDITIONS, Supplement(filings=(filing,)))
    given_, refused = (
        permit_list.decide(replace(question, consent=consent)) for consent in (True, False)
    )
    if TAX in question.information and given_.allowed:
        assert refused.reason == "permits.consent.tax"
    else:
        assert refused == given_


@given(statutory())
def test_consent_and_withholdings_never_matter_for_a_statutory_affair(question: Question) -> None:
    withheld = Supplement(
        withholdings=tuple(
            Withholding(provider=code, ordinance="条例", valid_from=FIRST) for code in CODES
        )
    )
    decision = PermitList(EDITIONS, withheld).decide(question)
    assert decision == BARE.decide(replace(question, consent=not question.consent))


@given(filed())
def test_an_explanation_of_an_ordinance_affair_never_changes_the_decision(
    case: tuple[Filing, Question],
) -> None:
    filing, question = case
    permit_list = PermitList(EDITIONS, Supplement(filings=(filing,)))
    explained = permit_list.explain(question)
    decided = permit_list.decide(question)
    assert settled(explained.decision) == settled(decided)
    assert ruling_bytes(question, explained.decision) == ruling_bytes(question, decided)


@given(statutory(), places)
def test_a_confirmed_clause_number_changes_citations_only(
    question: Question, place: tuple[str, str | None]
) -> None:
    check = NumberingCheck(
        edition=EDITION.key.label,
        row=place[0],
        clause=place[1] or "1",
        official="第99号",
        checked_by="s",
        checked_on=FIRST,
        evidence="e",
    )
    confirmed = PermitList(EDITIONS, Supplement(numbering=(check,))).decide(question)
    before = BARE.decide(question)
    assert settled(confirmed)[:-1] == settled(before)[:-1]
    assert list(map(uncited, confirmed.matched)) == list(map(uncited, before.matched))


def reads_back(data: bytes) -> bool:
    try:
        return decode_supplement(data).to_bytes() == data
    except PermitListError as error:
        return error.code in {"permits.supplement_form", "permits.supplement_content"}


@given(st.binary(max_size=120))
def test_any_bytes_are_a_supplement_or_refused(data: bytes) -> None:
    assert reads_back(data)


@given(st.builds(Supplement, holds=st.lists(holds, max_size=3).map(tuple)))
def test_a_supplement_has_one_text(supplement: Supplement) -> None:
    data = supplement.to_bytes()
    assert decode_supplement(data) == supplement
    assert msgspec.json.encode(supplement, order="sorted") == data
