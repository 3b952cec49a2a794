"""Writes law XML for tests: an order with a permit table in an article, and its other articles."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape

from permitlists.lawxml.references import LETTERS
from permitlists.lawxml.wording import digest
from permitlists.table import Clause, Grant, InstitutionClass, Pair, Row, Table

HEADINGS = ("情報照会者", "事務", "情報提供者", "利用特定個人情報")
NUMBER = "令和九十九年架空府令第一号"
LEAD = (
    "第二条の表{0}の項で定める事務は、次の各号に掲げる事務とし、同項で定める情報は、"
    "当該各号に掲げる事務の区分に応じ当該各号に定める情報とする。"
)
_DIGITS = "〇一二三四五六七八九"
_UNITS = ("", "十", "百", "千")


def kanji(number: str) -> str:
    """Return 百七十三の二 for 173の2."""
    return "の".join(map(_kanji, number.split("の")))


def _kanji(text: str) -> str:
    written = ""
    for power, digit in enumerate(reversed(text)):
        if digit != "0":
            written = (
                ("" if digit == "1" and power else _DIGITS[int(digit)]) + _UNITS[power] + written
            )
    return written


@dataclass(frozen=True, slots=True, kw_only=True)
class WordedRow:
    """One row of the table as the law words it; without pairs it is deleted."""

    no: str
    inquirer: str = "削除"
    affair: str = ""
    pairs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WordedClause:
    """One clause: its affair, and its information as one text or as a list below a text."""

    affair: str
    information: str
    entries: tuple[str, ...] = ()
    no: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordedParagraph:
    """One paragraph that details a row: its sentence, its clauses, or a list of its own."""

    sentence: str
    clauses: tuple[WordedClause, ...] = ()
    entries: tuple[str, ...] = ()


def sentence(text: str) -> str:
    return f'<Sentence Num="1" WritingMode="vertical">{escape(text)}</Sentence>'


def column(text: str, **attributes: str) -> str:
    rules = {"BorderTop": "solid", "BorderBottom": "solid", **attributes}
    written = "".join(f' {name}="{value}"' for name, value in rules.items())
    return f"<TableColumn{written}>{sentence(text) if text else ''}</TableColumn>"


def table_struct(rows: Iterable[Iterable[str]]) -> str:
    """Return a table of rows whose columns are XML already."""
    written = "\n".join(f"<TableRow>{''.join(row)}</TableRow>" for row in rows)
    return f"<TableStruct><Table>\n{written}\n</Table></TableStruct>"


def permit_table(rows: Sequence[WordedRow]) -> str:
    lines = [[column(heading) for heading in HEADINGS]]
    for row in rows:
        number = f"{kanji(row.no)}\u3000{row.inquirer}"
        if not row.pairs:
            lines.append([column(number), *[column("")] * 3])
        span = str(len(row.pairs))
        for position, (provider, information) in enumerate(row.pairs):
            head = (
                [] if position else [column(number, rowspan=span), column(row.affair, rowspan=span)]
            )
            lines.append([*head, column(provider), column(information)])
    return table_struct(lines)


def clause_items(clauses: Sequence[WordedClause]) -> str:
    written = []
    for position, clause in enumerate(clauses, start=1):
        no = clause.no or str(position)
        below = "".join(
            f'<Subitem1 Num="{number + 1}"><Subitem1Title>{LETTERS[number]}</Subitem1Title>'
            f"<Subitem1Sentence>{sentence(text)}</Subitem1Sentence></Subitem1>\n"
            for number, text in enumerate(clause.entries)
        )
        written.append(
            f'<Item Num="{no.replace("の", "_")}"><ItemTitle>{kanji(no)}</ItemTitle><ItemSentence>'
            f'<Column Num="1">{sentence(clause.affair)}</Column>'
            f'<Column Num="2">{sentence(clause.information)}</Column></ItemSentence>\n'
            f"{below}</Item>\n"
        )
    return "".join(written)


def entry_items(entries: Sequence[str]) -> str:
    return "".join(
        f'<Item Num="{number}"><ItemTitle>{kanji(str(number))}</ItemTitle>'
        f"<ItemSentence>{sentence(text)}</ItemSentence></Item>\n"
        for number, text in enumerate(entries, start=1)
    )


def article(number: str, *paragraphs: WordedParagraph | str) -> str:
    """Return an article; a paragraph in plain XML stands as it is."""
    written = "".join(
        paragraph
        if isinstance(paragraph, str)
        else f'<Paragraph Num="{position}"><ParagraphNum/><ParagraphSentence>'
        f"{sentence(paragraph.sentence)}</ParagraphSentence>\n"
        f"{clause_items(paragraph.clauses)}{entry_items(paragraph.entries)}</Paragraph>\n"
        for position, paragraph in enumerate(paragraphs, start=1)
    )
    title = number.partition("の")
    return (
        f'<Article Num="{number.replace("の", "_")}"><ArticleTitle>第{kanji(title[0])}条'
        f"{'の' + kanji(title[2]) if title[2] else ''}</ArticleTitle>\n{written}</Article>\n"
    )


def table_article(rows: Sequence[WordedRow]) -> str:
    """Return article 2 with the permit table in its first paragraph."""
    return article(
        "2",
        f'<Paragraph Num="1"><ParagraphNum/><ParagraphSentence>{sentence("次の表による。")}'
        f"</ParagraphSentence>\n{permit_table(rows)}</Paragraph>",
    )


def law(body: str, *, number: str = NUMBER, after: str = "") -> bytes:
    """Return a whole document around the articles of its main provision."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<Law Era="Reiwa" Lang="ja" LawType="MinisterialOrdinance" Num="1" Year="99">'
        f"<LawNum>{number}</LawNum>\n<LawBody><LawTitle>架空の命令</LawTitle>\n"
        f"<MainProvision>\n{body}</MainProvision>\n{after}</LawBody></Law>\n"
    ).encode()


DESCRIBED = "架空橋守法第三条に規定する橋の守りを行うこととされている者"


def predecessor() -> Table:
    """Return an invented edition: three named classes, a described one, and four terms."""
    classes = [
        InstitutionClass("港の長", (), None),
        InstitutionClass("橋の長", (), None),
        InstitutionClass("灯台守協会", (), None),
        InstitutionClass("橋を守る者", (), digest(DESCRIBED)),
    ]
    pairs = (
        Pair(1, ("橋の長",), ("橋梁関係情報", "船籍関係情報")),
        Pair(2, ("灯台守協会",), ("灯台関係情報", "霧笛関係情報")),
    )
    grants = tuple(Grant((pair.no,), pair.terms, "", "exact") for pair in pairs)
    rows = tuple(
        Row(no, "", "入港の許可", ("港の長",), pairs, (Clause(None, "許可", "single", grants),))
        for no in ("1", "2")
    )
    return Table("shourei-r6", date(2026, 4, 1), None, tuple(classes), rows, "invented")
