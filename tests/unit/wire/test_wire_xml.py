import json
from dataclasses import replace
from pathlib import Path

import pytest

from wire.errors import WireError
from wire.messages import SCHEMA, decode
from wire.xml import NETWORK, Profile, compile_schema, parse

VECTORS = Path(__file__).parents[2] / "vectors" / "wire"
CORPUS: dict[str, dict[str, str]] = json.loads((VECTORS / "xml.json").read_bytes())
UUID = "0f0e0d0c-0b0a-4909-8807-060504030201"
GOOD = (
    f'<receipt xmlns="urn:nakadachi:network:1"><transaction-number>{UUID}</transaction-number>'
    "<state>sent</state></receipt>"
).encode()
# Any attribute, any depth: shows the parser's own limits, which the network schema would hide.
OPEN_SCHEMA = compile_schema(b"""
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:nakadachi:network:1"
           targetNamespace="urn:nakadachi:network:1" elementFormDefault="qualified">
  <xs:element name="a"><xs:complexType mixed="true">
    <xs:sequence><xs:element ref="a" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
    <xs:anyAttribute processContents="skip"/>
  </xs:complexType></xs:element>
</xs:schema>""")


def refusal(data: bytes, profile: Profile = NETWORK) -> str:
    with pytest.raises(WireError) as caught:
        parse(data, OPEN_SCHEMA, profile)
    return caught.value.code


def nested(depth: int) -> bytes:
    inner = b"<a>" * (depth - 1) + b"x" + b"</a>" * (depth - 1)
    return b'<a xmlns="urn:nakadachi:network:1">%b</a>' % inner


@pytest.mark.parametrize("name", CORPUS)
def test_hostile_and_malformed_documents_are_refused_for_their_reason(name: str) -> None:
    expected = CORPUS[name]
    with pytest.raises(WireError) as caught:
        decode(expected["kind"], (VECTORS / "xml" / f"{name}.xml").read_bytes())
    assert caught.value.code == expected["code"]


def test_the_corpus_lists_every_file_it_holds() -> None:
    assert {path.stem for path in (VECTORS / "xml").iterdir()} == set(CORPUS)


def test_what_the_corpus_spoils_is_otherwise_accepted() -> None:
    assert parse(GOOD, SCHEMA).tag == "{urn:nakadachi:network:1}receipt"


def test_a_document_of_the_largest_size_is_parsed_and_one_byte_more_is_not() -> None:
    assert parse(GOOD, SCHEMA, replace(NETWORK, max_bytes=len(GOOD))) is not None
    with pytest.raises(WireError, match=r"wire\.xml\.size"):
        parse(GOOD, SCHEMA, replace(NETWORK, max_bytes=len(GOOD) - 1))


def test_elements_may_nest_to_the_limit_and_no_deeper() -> None:
    assert parse(nested(16), OPEN_SCHEMA) is not None
    assert refusal(nested(17)) == "wire.xml.depth"


def test_many_shallow_elements_are_not_deep() -> None:
    flat = b'<a xmlns="urn:nakadachi:network:1">%b</a>' % (b"<a>x</a>" * 40)
    assert parse(flat, OPEN_SCHEMA) is not None


def test_attributes_are_counted_to_the_limit() -> None:
    attributes = b" ".join(b'a%d="b"' % number for number in range(5))
    data = b'<a xmlns="urn:nakadachi:network:1"><a %b/></a>' % attributes
    assert parse(data, OPEN_SCHEMA, replace(NETWORK, max_attributes=5)) is not None
    assert refusal(data, replace(NETWORK, max_attributes=4)) == "wire.xml.attributes"


def test_equals_signs_in_text_are_not_attributes() -> None:
    data = b'<a xmlns="urn:nakadachi:network:1">%b</a>' % (b"=" * 2000)
    assert parse(data, OPEN_SCHEMA) is not None


def test_elements_are_counted_to_the_limit() -> None:
    data = b'<a xmlns="urn:nakadachi:network:1">%b</a>' % (b"<a>x</a>" * 3)
    assert parse(data, OPEN_SCHEMA, replace(NETWORK, max_elements=4)) is not None
    assert refusal(data, replace(NETWORK, max_elements=3)) == "wire.xml.elements"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b'<a xmlns="urn:nakadachi:network:1"  b="c"/>', id="two spaces in a tag"),
        pytest.param(b'<a xmlns="urn:nakadachi:network:1"></a>', id="an empty element spelled out"),
        pytest.param(b'<a xmlns="urn:nakadachi:network:1"/>\n', id="a trailing line end"),
        pytest.param(b'<a xmlns="urn:nakadachi:network:1">&#97;</a>', id="a needless reference"),
        pytest.param(
            b'<a xmlns="urn:nakadachi:network:1" xmlns:b="urn:b">x</a>', id="an unused prefix"
        ),
        pytest.param(
            b'<a xmlns="urn:nakadachi:network:1"><a xmlns:b="urn:b"/></a>', id="an inner prefix"
        ),
    ],
)
def test_only_the_canonical_form_is_accepted(data: bytes) -> None:
    assert refusal(data) == "wire.xml.canonical"
    assert parse(data, OPEN_SCHEMA, replace(NETWORK, canonical=False)) is not None


def test_the_word_xmlns_in_a_text_is_only_a_word() -> None:
    data = b'<a xmlns="urn:nakadachi:network:1">xmlns:b="urn:b"</a>'
    assert parse(data, OPEN_SCHEMA).text == 'xmlns:b="urn:b"'


def test_a_refusal_repeats_nothing_of_the_document() -> None:
    secret = b"<tanaka-ichiro>123456789013</tanaka-ichiro>"
    data = GOOD.replace(b"<state>", secret + b"<state>")
    with pytest.raises(WireError) as caught:
        parse(data, SCHEMA)
    error = caught.value
    shown = f"{error!r} {error} {error.path} {error.__cause__} {error.__context__}"
    assert "tanaka" not in shown
    assert "123456789013" not in shown
    assert error.path == "/*/*[2]"
