"""Writes whole editions as law XML in words of our own, for round trips through the importer."""

import json
import re
from dataclasses import dataclass

from permitlists.lawxml.wording import digest, label_key
from permitlists.table import Clause, Grant, Row, Table
from tests.support.law_xml import (
    LEAD,
    WordedClause,
    WordedParagraph,
    WordedRow,
    article,
    kanji,
    law,
    table_article,
)

SINGLE = "第二条の表{0}の項で定める事務は、{1}とし、同項で定める情報は、次に掲げる情報とする。"
DIVIDED = (
    "第二条の表{0}の項で定める事務のうち、実施者である{1}に係るものは、次の各号に掲げる事務とし、"
    "同項で定める情報のうち、実施者である{1}に係るものは、当該各号に掲げる事務の区分に応じ"
    "当該各号に定める情報とする。"
)
_PLACE = re.compile("第([0-9]+)項第[0-9]+号")


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenEdition:
    """An edition as law XML in words of our own, and the reviewed wordings that read it back."""

    xml: bytes
    wordings: bytes


def write_edition(table: Table, *, detailed: bool = True) -> WrittenEdition:
    """Return an edition as law XML: its table in article 2, and an article for each live row.

    `detailed` is False for an edition whose rows no article details.
    """
    wordings: dict[str, None] = {}
    live = [row for row in table.rows if row.inquirers]
    details = {row.no: row.article or f"9{number:03}" for number, row in enumerate(live)}
    worded = [_worded_row(row, details.get(row.no, ""), detailed=detailed) for row in table.rows]
    articles = [
        article(details[row.no], *_paragraphs(row, table.instrument, wordings)) for row in live
    ]
    xml = law(table_article(worded) + "".join(articles if detailed else ()))
    for row in live:
        for clause in row.clauses:
            _label(table, affair_of(clause.label), clause.label, wordings)
        _label(
            table, label_key("又は".join(row.inquirers), affair_of(row.label)), row.label, wordings
        )
    return WrittenEdition(xml=xml, wordings="\n".join(wordings).encode())


def affair_of(label: str) -> str:
    return f"{label}に関する事務"


def _label(table: Table, text: str, label: str, wordings: dict[str, None]) -> None:
    wordings[json.dumps(["label", table.instrument, digest(text), label])] = None


def _worded_row(row: Row, number: str, *, detailed: bool) -> WordedRow:
    if not row.inquirers:
        return WordedRow(no=row.no)
    main, mark, branch = number.partition("の")
    who = f"第{kanji(main)}条{mark}{kanji(branch) if branch else ''}" if detailed else "主務省令"
    return WordedRow(
        no=row.no,
        inquirer="又は".join(row.inquirers),
        affair=f"{affair_of(row.label)}であって{who}で定めるもの",
        pairs=tuple(
            ("若しくは".join(pair.providers), f"{'、'.join(pair.terms)}であって{who}で定めるもの")
            for pair in row.pairs
        ),
    )


def _paragraphs(row: Row, instrument: str, wordings: dict[str, None]) -> list[WordedParagraph]:
    entries = {
        clause.no: tuple(_phrase(grant, instrument, wordings) for grant in clause.grants)
        for clause in row.clauses
    }
    first = row.clauses[0]
    if first.no is None:
        sentence_ = SINGLE.format(kanji(row.no), affair_of(first.label))
        return [WordedParagraph(sentence=sentence_, entries=entries[None])]
    groups: dict[str, list[Clause]] = {}
    for clause in row.clauses:
        place = _PLACE.fullmatch(clause.place or "")
        groups.setdefault(place[1] if place else "", []).append(clause)
    return [
        WordedParagraph(
            sentence=DIVIDED.format(kanji(row.no), "又は".join(clauses[0].implementers))
            if clauses[0].implementers
            else LEAD.format(kanji(row.no)),
            clauses=tuple(
                WordedClause(
                    affair=affair_of(clause.label),
                    information="届出を行う者に係る次に掲げる情報",
                    entries=entries[clause.no],
                    no="" if len(groups) > 1 else clause.no or "",
                )
                for clause in clauses
            ),
        )
        for clauses in groups.values()
    ]


def _phrase(grant: Grant, instrument: str, wordings: dict[str, None]) -> str:
    """Return words for a line of information, noting how they are to be read."""
    phrase = f"架空の{'と'.join(grant.terms)}（{grant.scope}に限る。）{grant.confidence}"
    reading = ["phrase", instrument, digest(phrase), grant.terms, grant.scope, grant.confidence]
    wordings[json.dumps(reading)] = None
    return f"当該届出を行う者に係る{phrase}"
