import json
from datetime import date

import pytest

from permitlists import PermitList
from permitlists.edition import Edition
from permitlists.lawxml import (
    EditionRequest,
    Import,
    LawFile,
    LawXmlError,
    import_edition,
    import_tables,
)
from permitlists.lawxml.wording import digest
from permitlists.line_writer import write_lines
from permitlists.lines import read_lines
from tests.support.law_xml import (
    LEAD,
    WordedClause,
    WordedParagraph,
    WordedRow,
    article,
    law,
    permit_table,
    predecessor,
    table_article,
)

NAME = "499M10000000001_20990401_499AC0000000009.xml"
ENFORCED = json.dumps({"current_revision_status": "CurrentEnforced", "law_id": "499M10000000001"})
BEFORE = Edition(predecessor())
LIST = PermitList([BEFORE])
PAIRS = (("橋の長", "橋梁関係情報"),)


def rows(*numbers: str, inquirer: str = "港の長") -> list[WordedRow]:
    return [WordedRow(no=no, inquirer=inquirer, affair="入港の事務", pairs=PAIRS) for no in numbers]


def handed_in(data: bytes, metadata: str | None = ENFORCED, name: str = NAME) -> LawFile:
    return LawFile(data=data, name=name, metadata=metadata.encode() if metadata else None)


def order(*numbers: str, inquirer: str = "港の長") -> bytes:
    return law(table_article(rows(*numbers, inquirer=inquirer)))


def drafted(
    data: bytes, request: EditionRequest | None = None, metadata: str | None = ENFORCED
) -> Import:
    asked = request or EditionRequest(permit_list=LIST, predecessor=BEFORE)
    return import_edition(handed_in(data, metadata), asked)


def codes(made: Import) -> list[str]:
    return [finding.code.removeprefix("lawxml.") for finding in made.findings]


def test_what_is_read_whole_is_complete_and_names_its_source() -> None:
    made = drafted(order("1", "2"))
    assert (made.state, codes(made)) == ("complete", [])
    assert made.edition is not None
    table = made.edition.table
    assert made.edition.key.label == "shourei-r6@2099-04-01"
    assert table.source == f"egov:{NAME.removesuffix('.xml')}#{made.law.digest[:16]}"
    assert read_lines(write_lines(table)) == table
    assert made.as_document()["edition"] == {
        "label": "shourei-r6@2099-04-01",
        "sha256": made.edition.key.sha256,
        "source": table.source,
        "rows": 2,
        "pairs": 2,
        "clauses": 2,
        "lines": 2,
        "doubtful_lines": 0,
    }


def test_what_is_read_in_part_is_a_draft() -> None:
    made = drafted(order("1", "2", inquirer="島の長"))
    assert made.state == "draft"
    assert made.as_document()["counts"] == {"doubt": 2}


def test_reviewed_wordings_complete_a_draft() -> None:
    reviewed = json.dumps(["classes", "shourei-r6", digest("島の長"), ["港の長"]]).encode()
    request = EditionRequest(permit_list=LIST, predecessor=BEFORE, wordings=reviewed)
    made = drafted(order("1", "2", inquirer="島の長"), request)
    assert made.state == "complete"


def test_an_edition_that_drops_rows_is_held_and_says_so_itself() -> None:
    made = drafted(order("2", "3"))
    assert (made.state, codes(made)) == ("held", ["rows.dropped", "rows.added"])
    assert "1" in made.findings[0].message_ja
    assert made.edition is not None
    assert made.edition.table.source.endswith("+held")


def test_a_row_that_the_law_deletes_is_told_and_not_held() -> None:
    made = drafted(law(table_article([*rows("1"), WordedRow(no="2")])))
    assert (made.state, codes(made)) == ("complete", ["rows.deleted"])


def test_a_revision_that_is_not_in_force_makes_no_edition() -> None:
    metadata = json.dumps({"current_revision_status": "UnEnforced", "law_id": "499M10000000001"})
    made = drafted(order("1", "2"), metadata=metadata)
    assert (made.state, made.edition) == ("refused", None)
    assert codes(made) == ["revision.not_enforced"]
    assert import_tables(handed_in(order("1"), metadata), None, None).state == "held"


def test_an_older_revision_is_held() -> None:
    request = EditionRequest(permit_list=LIST, predecessor=BEFORE, valid_from=date(2020, 1, 1))
    made = drafted(order("1", "2"), request)
    assert codes(made) == ["revision.other_date", "revision.older"]
    assert made.state == "held"


def test_a_day_must_come_from_somewhere() -> None:
    file = handed_in(order("1", "2"), None, "law.xml")
    with pytest.raises(LawXmlError, match=r"--valid-from"):
        import_edition(file, EditionRequest(permit_list=LIST, predecessor=BEFORE))
    request = EditionRequest(permit_list=LIST, predecessor=BEFORE, valid_from=date(2099, 5, 1))
    made = import_edition(file, request)
    assert codes(made) == ["revision.status_unknown"]
    assert made.edition is not None
    assert made.edition.table.source.startswith("law:令和九十九年架空府令第一号#")


def test_the_newest_edition_of_the_instrument_is_the_predecessor_unless_one_is_named() -> None:
    request = EditionRequest(permit_list=LIST)
    data = order("1", "2").replace(
        "令和九十九年架空府令第一号".encode(), "令和六年デジタル庁・総務省令第九号".encode()
    )
    assert drafted(data, request).state == "complete"
    with pytest.raises(LawXmlError) as caught:
        drafted(order("1", "2"), request)
    assert caught.value.code == "lawxml.instrument.unknown"


@pytest.mark.parametrize(
    ("change", "code"), [("", "revision.same"), ("入港の事務", "revision.corrected")]
)
def test_a_revision_that_is_listed_already_is_recognised(change: str, code: str) -> None:
    first = drafted(order("1", "2")).edition
    assert first is not None
    listed = PermitList([BEFORE, first])
    data = (
        order("1", "2").replace(change.encode(), f"{change}！".encode())
        if change
        else order("1", "2")
    )
    made = drafted(data, EditionRequest(permit_list=listed, predecessor=BEFORE))
    assert codes(made) == [code]


def test_of_several_permit_tables_one_must_be_chosen() -> None:
    twice = article("2", f'<Paragraph Num="1">{permit_table(rows("1", "2")) * 2}</Paragraph>')
    with pytest.raises(LawXmlError, match=r"--table") as caught:
        drafted(law(twice))
    assert "1, 2" in caught.value.message_en
    request = EditionRequest(permit_list=LIST, predecessor=BEFORE, chosen=2)
    made = drafted(law(twice), request)
    assert (made.state, made.tables[0].number) == ("complete", 2)


PLAIN = law(
    article(
        "2",
        '<Paragraph Num="1"><TableStruct><Table><TableRow><TableColumn>'
        "<Sentence>一\u3000港</Sentence>"
        "</TableColumn></TableRow></Table></TableStruct></Paragraph>",
    ),
    after="<AppdxTable><AppdxTableTitle>別表</AppdxTableTitle><Item><ItemTitle>一</ItemTitle></Item>"
    "</AppdxTable>",
)


@pytest.mark.parametrize(
    ("data", "chosen", "code"),
    [
        (PLAIN, None, "lawxml.table.no_headings"),
        (PLAIN, 1, "lawxml.table.no_headings"),
        (PLAIN, 2, "lawxml.table.unknown"),
        (law(""), None, "lawxml.table.no_headings"),
    ],
)
def test_a_law_without_that_permit_table_makes_no_edition(
    data: bytes, chosen: int | None, code: str
) -> None:
    with pytest.raises(LawXmlError) as caught:
        drafted(data, EditionRequest(permit_list=LIST, predecessor=BEFORE, chosen=chosen))
    assert caught.value.code == code


def test_an_earlier_text_of_the_law_is_compared_table_by_table() -> None:
    earlier = order("1", "1の2", "2", "10")
    made = import_tables(handed_in(order("2", "3")), None, earlier)
    assert (made.state, codes(made)) == ("held", ["rows.dropped", "rows.added"])
    assert "1, 1の2, 10" in made.findings[0].message_en
    assert codes(import_tables(handed_in(earlier), None, earlier)) == ["revision.same"]
    request = EditionRequest(permit_list=LIST, predecessor=BEFORE, before=earlier)
    assert codes(drafted(order("1", "2"), request)) == ["rows.dropped"]


def test_a_table_that_is_new_is_only_shown() -> None:
    assert codes(import_tables(handed_in(order("1")), None, law(""))) == []


def test_a_table_that_is_gone_is_held() -> None:
    made = import_tables(handed_in(law("")), None, order("1"))
    assert (made.state, codes(made)) == ("held", ["table.dropped"])


def test_all_tables_are_shown_or_the_one_that_is_chosen() -> None:
    data = law(
        table_article(rows("1")),
        after=PLAIN.decode().partition("</MainProvision>")[2].partition("</LawBody>")[0],
    )
    made = import_tables(handed_in(data), None, None)
    assert codes(made) == ["appendix.no_table"]
    assert [table.number for table in made.tables] == [1]
    assert import_tables(handed_in(PLAIN), 1, None).tables[0].row_numbers == ("1",)
    with pytest.raises(LawXmlError):
        import_tables(handed_in(PLAIN), 2, None)


def test_what_does_not_follow_the_schema_is_imported_with_warnings() -> None:
    schema = b"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
      <xs:element name="Law" type="xs:integer"/></xs:schema>"""
    file = LawFile(data=PLAIN, name="law.xml", schema=schema)
    made = import_tables(file, None, None)
    assert made.state == "complete"
    assert "violation" in codes(made)


def test_an_edition_of_clauses_is_what_lint_and_the_register_take() -> None:
    clauses = (
        WordedClause(affair="入港の届出に関する事務", information="届出を行う者に係る橋梁関係情報"),
    )
    details = article("3", WordedParagraph(sentence=LEAD.format("一"), clauses=clauses))
    made = drafted(
        law(
            table_article(
                [
                    WordedRow(
                        no="1",
                        inquirer="港の長",
                        affair="入港に関する事務であって次条で定めるもの",
                        pairs=PAIRS,
                    ),
                    WordedRow(no="2"),
                ]
            )
            + details
        )
    )
    assert made.edition is not None
    assert Edition.from_lines(write_lines(made.edition.table)).key == made.edition.key
    assert made.edition.rows["1"].clauses["1"].entries["橋梁関係情報"]
