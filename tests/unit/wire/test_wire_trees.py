import pytest

from wire.errors import WireError
from wire.trees import FOREIGN, Node, list_violations, read_tree

SCHEMA = b"""<?xml version="1.0" encoding="UTF-8"?>
<!-- a comment -->
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="a"><xs:complexType><xs:sequence>
    <xs:element name="b" type="xs:integer" maxOccurs="unbounded"/>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>"""


def refusal(data: bytes) -> tuple[str, str]:
    with pytest.raises(WireError) as caught:
        read_tree(data)
    return caught.value.code, caught.value.path


def flatten(node: Node) -> list[tuple[str, int, int]]:
    found = [(node.tag, node.line, node.column)]
    for child in node.children:
        found += flatten(child)
    return found


@pytest.mark.parametrize(
    "prologue",
    [
        "",
        "\ufeff",
        '<?xml version="1.0"?>',
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n',
        "<?xml version='1.0' encoding='utf-8' ?>\r\n",
    ],
)
def test_a_foreign_document_may_begin_with_a_declaration(prologue: str) -> None:
    assert read_tree(f"{prologue}<a>x</a>".encode()).content == ("x",)


def test_every_element_knows_its_line_and_its_column_in_characters() -> None:
    data = '<?xml version="1.0"?>\n<甲>\n  文字<乙 n="1 &gt; 2"/>末<乙/>\n</甲>\n'.encode()
    root = read_tree(data)
    assert flatten(root) == [("甲", 2, 1), ("乙", 3, 5), ("乙", 3, 23)]
    assert root.content == (
        "\n  文字",
        root.children[0],
        "末",
        root.children[1],
        "\n",
    )
    assert root.children[0].attributes == {"n": "1 > 2"}


def test_children_are_found_by_tag() -> None:
    root = read_tree(b"<a><b/><c/><b/></a>")
    assert root.find("c") is root.children[1]
    assert root.find("d") is None
    assert root.list_named("b") == (root.children[0], root.children[2])


@pytest.mark.parametrize(
    ("data", "code", "path"),
    [
        (b"<a>\n <b>\n</a>", "wire.xml.syntax", "3:5"),
        (b"", "wire.xml.syntax", "1:1"),
        (
            b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
            "wire.xml.doctype",
            "",
        ),
        (b"<a>&b;</a>", "wire.xml.syntax", "1:7"),
        (b"<a><!-- b --></a>", "wire.xml.comment", ""),
        (b"<a><![CDATA[b]]></a>", "wire.xml.cdata", ""),
        (b"<a><?b c?></a>", "wire.xml.instruction", ""),
        (b'<?xml version="1.0" encoding="Shift_JIS"?><a/>', "wire.xml.instruction", ""),
        (b'<a xmlns="urn:b"/>', "wire.xml.namespace", "/*"),
        (b'<a xmlns:b="urn:b"><b:c/></a>', "wire.xml.namespace", "/*"),
        (b"<a>\xff</a>", "wire.xml.encoding", ""),
        (b"<a>\x00</a>", "wire.xml.encoding", ""),
        (b"<a>" * 65 + b"x" + b"</a>" * 65, "wire.xml.depth", ""),
    ],
)
def test_what_is_hostile_or_no_xml_is_refused(data: bytes, code: str, path: str) -> None:
    assert refusal(data) == (code, path)


def test_a_document_over_the_limit_of_size_is_refused() -> None:
    assert refusal(b"<a>" + b" " * FOREIGN.max_bytes + b"</a>") == ("wire.xml.size", "")


def test_a_document_under_its_schema_has_no_violations() -> None:
    assert list_violations(b"<a><b>1</b></a>", SCHEMA) == ()


def test_a_violation_says_where_it_is() -> None:
    first, second = list_violations(b"<a>\n <b>1</b><b>x</b>\n <c/></a>", SCHEMA)
    assert (first.line, first.column) == (2, 10)
    assert (second.line, second.column) == (3, 2)
    assert "xs:integer" in first.message


def test_no_more_violations_are_told_than_asked_for() -> None:
    data = b"<a>" + b"<b>x</b>" * 9 + b"</a>"
    assert len(list_violations(data, SCHEMA, limit=3)) == 3


@pytest.mark.parametrize(
    "schema",
    [
        b"no schema",
        b"<a/>",
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        SCHEMA.replace(b'"xs:integer"', b'"xs:nothing"'),
        SCHEMA.replace(b"<xs:element", b'<xs:include schemaLocation="x.xsd"/><xs:element', 1),
        SCHEMA.replace(b"<xs:element", b'<xs:import namespace="urn:b"/><xs:element', 1),
    ],
)
def test_a_schema_of_several_files_and_no_schema_are_refused(schema: bytes) -> None:
    with pytest.raises(WireError, match=r"wire\.xml\.schema_form"):
        list_violations(b"<a><b>1</b></a>", schema)
