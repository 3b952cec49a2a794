"""P2: permit lists of any size and questions to them, for our engine and as rules for others.

A large edition is the packaged one with its rows repeated under other numbers, so that rows,
clauses, pairs and informations keep their proportions. The list has the edition before it too.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import cycle

import msgspec

from permitlists import Affair, Edition, PermitList, Question, load_builtin, with_check_digit
from permitlists.index import Entry, IndexedRow
from permitlists.supplement import Hold, Supplement
from permitlists.table import Row, Table, canonical_bytes

STEP = 1000  # between the numbers of one row and its copies
QUESTIONS = 2000
HELD = tuple(with_check_digit(f"995{number:02}") for number in range(20))  # institutions
FIRST_DAY = date(2024, 7, 1)
DAYS = 900
_LAST = date(9999, 12, 31)
_SEED = 20_240_527
Refuse = Callable[[Question], Question]


@dataclass(frozen=True, slots=True)
class Case:
    """A question and the reason of the answer that it was made for."""

    question: Question
    reason: str


def packaged_pairs() -> int:
    """Return how many pairs the packaged order has."""
    return _count(_packaged("shourei-r6").table.rows)


def enlarge(pairs: int) -> Table:
    """Return the packaged order with its rows repeated until it has at least so many pairs."""
    table = _packaged("shourei-r6").table
    copies = -(-pairs // _count(table.rows))
    rows = [_renumber(row, copy) for copy in range(copies) for row in table.rows]
    return msgspec.structs.replace(table, rows=tuple(rows))


def _packaged(instrument: str) -> Edition:
    (found,) = (one for one in load_builtin().editions if one.key.instrument == instrument)
    return found


def _count(rows: Sequence[Row]) -> int:
    return sum(len(row.pairs) for row in rows)


def _renumber(row: Row, copy: int) -> Row:
    if copy == 0:
        return row
    main, branch, rest = row.no.partition("の")
    return msgspec.structs.replace(row, no=f"{int(main) + copy * STEP}{branch}{rest}")


def list_contents(pairs: int) -> tuple[list[bytes], bytes]:
    """Return the canonical bytes of the editions of a list, and of its holds."""
    begins = FIRST_DAY - timedelta(days=1)
    holds = tuple(Hold(kind="article_28", valid_from=begins, institution=code) for code in HELD)
    editions = [_packaged("beppyo2").to_bytes(), canonical_bytes(enlarge(pairs))]
    return editions, Supplement(holds=holds).to_bytes()


def list_rules(permit_list: PermitList) -> Iterator[dict[str, object]]:
    """Yield one rule for each (clause, information): who may ask whom on which days.

    Providers of several pairs are put together: it is enough that one of them grants.
    """
    for edition in permit_list.editions:
        days = (edition.key.valid_from, edition.key.valid_to or _LAST)
        for row in edition.rows.values():
            for clause in row.clauses.values():
                for information, entries in clause.entries.items():
                    affair = Affair(row=row.row.no, clause=clause.clause.no)
                    yield {
                        "key": _key(edition.key.instrument, affair, information),
                        "begins": days[0].toordinal(),
                        "ends": days[1].toordinal(),
                        "inquirers": sorted(row.inquirers),
                        "providers": sorted({name for one in entries for name in one.providers}),
                    }


def list_held(permit_list: PermitList) -> Iterator[dict[str, object]]:
    """Yield the institutions that are held, with the days."""
    for hold in permit_list.supplement.holds:
        yield {
            "institution": hold.institution,
            "begins": hold.valid_from.toordinal(),
            "ends": (hold.valid_to or _LAST).toordinal(),
        }


def as_input(question: Question) -> dict[str, object]:
    """Return a question with one information as the other engines are asked it."""
    return {
        "key": _key(question.instrument, question.affair, question.information[0]),
        "on": question.on.toordinal(),
        "inquirer": sorted(question.inquirer),
        "provider": sorted(question.provider),
        "code": question.inquirer_code,
    }


def _key(instrument: str, affair: Affair, information: str) -> str:
    return f"{instrument}|{affair}|{information}"


def list_cases(permit_list: PermitList, count: int = QUESTIONS) -> list[Case]:
    """Return questions in random order: half allowed, the rest spread over the ways to refuse."""
    source = random.Random(_SEED)  # noqa: S311  # the same questions each time, no secret
    edition = permit_list.editions[-1]
    entries = [one for listed in edition.by_information.values() for one in listed]
    refusals = cycle(_list_refusals(edition, source))
    cases: list[Case] = []
    while len(cases) < count:
        allowed = _ask(edition, source.choice(entries), source)
        reason, refuse = next(refusals)
        cases += [Case(allowed, "permits.allowed"), Case(refuse(allowed), reason)]
    source.shuffle(cases)
    return cases


def _ask(edition: Edition, entry: Entry, source: random.Random) -> Question:
    match = entry.match
    inquirers = sorted(edition.rows[match.row].inquirers)
    return Question(
        on=FIRST_DAY + timedelta(days=source.randrange(DAYS)),
        affair=Affair(row=match.row, clause=match.clause),
        inquirer=edition.classes.resolve(source.choice(inquirers)),
        provider=edition.classes.resolve(source.choice(sorted(entry.providers))),
        information=(match.information,),
        inquirer_code="991015",
        provider_code="991023",
    )


def _list_refusals(edition: Edition, source: random.Random) -> list[tuple[str, Refuse]]:
    """Return each reason to refuse with a function that makes an allowed question refused by it."""
    nobody = frozenset({"区分外の機関"})
    deleted = [no for no, row in edition.rows.items() if not row.clauses]
    doubtful = [
        (row, clause, name)
        for row in edition.rows.values()
        for clause in row.clauses.values()
        for name in sorted(clause.doubtful)
    ]
    numbered = [row for row in edition.rows.values() if row.clauses and None not in row.clauses]

    def unsure(question: Question) -> Question:
        row, clause, name = source.choice(doubtful)
        givers = [pair.providers for pair in row.row.pairs if name in pair.terms]
        return _move(edition, question, row, clause.clause.no, (name, givers[0][0]))

    def unlisted(question: Question) -> Question:
        while True:
            row = source.choice(numbered)
            pair = source.choice(row.row.pairs)
            clause = source.choice(list(row.clauses.values()))
            name = pair.terms[0]
            if name not in clause.entries and name not in clause.doubtful:
                return _move(edition, question, row, clause.clause.no, (name, pair.providers[0]))

    def without_clause(question: Question) -> Question:
        row = source.choice(numbered)
        return _move(edition, question, row, None, (question.information[0], "市町村長"))

    return [
        ("permits.edition.not_in_force", lambda one: replace(one, on=date(2023, 4, 1))),
        ("permits.inquirer.not_in_row", lambda one: replace(one, inquirer=nobody)),
        ("permits.affair.unknown_row", lambda one: replace(one, affair=Affair(row="999"))),
        (
            "permits.affair.deleted_row",
            lambda one: replace(one, affair=Affair(row=source.choice(deleted))),
        ),
        ("permits.affair.clause_missing", without_clause),
        (
            "permits.affair.unknown_clause",
            lambda one: replace(one, affair=replace(one.affair, clause="99")),
        ),
        ("permits.provider.not_in_row", lambda one: replace(one, provider=nobody)),
        ("permits.information.not_in_pair", lambda one: replace(one, information=("無い情報",))),
        ("permits.information.not_in_clause", unlisted),
        ("permits.information.doubtful", unsure),
        (
            "permits.hold.article_28",
            lambda one: replace(one, inquirer_code=HELD[source.randrange(len(HELD))]),
        ),
    ]


def _move(
    edition: Edition,
    question: Question,
    row: IndexedRow,
    clause: str | None,
    asked: tuple[str, str],
) -> Question:
    """Return the question at another place of the table, asked by whom that row names."""
    information, provider = asked
    return replace(
        question,
        affair=Affair(row=row.row.no, clause=clause),
        inquirer=edition.classes.resolve(row.row.inquirers[0]),
        provider=edition.classes.resolve(provider),
        information=(information,),
    )
