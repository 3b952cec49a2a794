import pytest

from permitlists.lawxml import LawXmlError, read_law
from permitlists.lawxml.document import check_schema
from permitlists.lawxml.faults import load_sentences
from tests.support.law_xml import article, law

BARE = law(article("1"))
INNER = BARE.partition(b"\n")[2]
API = b"<DataRoot><Result><Code>%b</Code><Message>%b</Message></Result>%b</DataRoot>"
FULL = b"<ApplData><LawId>499M10000000001</LawId><LawFullText>%b</LawFullText></ApplData>"


def refusal(data: bytes) -> LawXmlError:
    with pytest.raises(LawXmlError) as caught:
        read_law(data)
    return caught.value


@pytest.mark.parametrize(
    "data",
    [
        BARE,
        INNER,
        API % (b"0", b"", FULL % INNER),
        b"<law_data_response><law_full_text>%b</law_full_text></law_data_response>" % INNER,
        b"<DataRoot>%b</DataRoot>" % (FULL % INNER),
        BARE.replace(b">\n<", b">\n\n   <"),
    ],
)
def test_a_law_is_the_same_in_every_wrapping(data: bytes) -> None:
    found = read_law(data)
    assert (found.title, found.number) == ("架空の命令", "令和九十九年架空府令第一号")
    assert found.digest == read_law(BARE).digest


def test_another_text_has_another_digest() -> None:
    assert read_law(BARE.replace("架空の".encode(), "空想の".encode())).digest != (
        read_law(BARE).digest
    )


def test_a_law_may_lack_number_and_title() -> None:
    found = read_law(b"<Law><LawBody/></Law>")
    assert (found.number, found.title) == ("", "")


@pytest.mark.parametrize(
    ("data", "code", "place"),
    [
        (b"<Law>\n <LawBody>\n</Law>", "lawxml.xml", (3, 7)),
        (b"<Law>\n <!-- a --></Law>", "lawxml.xml", (2, 2)),
        (b"<Law>\n <b/><![CDATA[ a ]]></Law>", "lawxml.xml", (2, 6)),
        (b"<Law><?a b?></Law>", "lawxml.xml", (1, 1)),
        (b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><Law>&d;</Law>', "lawxml.xml", (1, 1)),
        (b'\n<!DOCTYPE Law SYSTEM "http://127.0.0.1/x"><Law/>', "lawxml.xml", (2, 1)),
        (
            b'<!DOCTYPE Law [<!ENTITY x SYSTEM "file:///etc/hostname">]><Law>&x;</Law>',
            "lawxml.xml",
            (1, 1),
        ),
        (b"<Rule/>", "lawxml.root", (1, 1)),
        (b"<Law/>", "lawxml.no_body", (1, 1)),
        (b"<DataRoot/>", "lawxml.no_law", (1, 1)),
        (b"<DataRoot><Result/><ApplData/></DataRoot>", "lawxml.no_law", (1, 1)),
        (API % (b"2", "複数あります".encode(), b""), "lawxml.api_refused", (1, 19)),
        (API % (b"1", b"", b""), "lawxml.api_refused", (1, 19)),
        (b"<DataRoot><Result><Code>3</Code></Result></DataRoot>", "lawxml.api_refused", (1, 19)),
    ],
)
def test_what_is_no_law_is_refused_with_its_place(
    data: bytes, code: str, place: tuple[int, int]
) -> None:
    error = refusal(data)
    assert (error.code, (error.place.line, error.place.column)) == (code, place)


def test_the_message_of_the_api_is_told() -> None:
    error = refusal(API % (b"2", "複数あります".encode(), b""))
    assert "2" in error.message_ja
    assert "複数あります" in error.message_en


def test_a_schema_that_is_not_followed_only_warns() -> None:
    schema = b"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
      <xs:element name="Law"/><xs:element name="Other"/></xs:schema>"""
    assert check_schema(BARE, schema) == ()
    strict = schema.replace(b'name="Law"/>', b'name="Law" type="xs:integer"/>')
    (finding, *_) = check_schema(BARE, strict)
    assert (finding.severity, finding.code, finding.place.line) == (
        "warning",
        "lawxml.violation",
        2,
    )
    with pytest.raises(LawXmlError, match=r"XSD"):
        check_schema(BARE, b"no schema")


def test_every_sentence_is_written_in_both_languages() -> None:
    for code, sentence in load_sentences().items():
        assert code.startswith("lawxml.")
        assert sentence.ja
        assert sentence.en.isascii()
