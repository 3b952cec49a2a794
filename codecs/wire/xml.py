"""The one hardened XML parser; nobody else in this product turns bytes into XML elements."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from lxml import etree

from wire.errors import WireError

NAMESPACE: Final = "urn:nakadachi:network:1"

_ROOT = re.compile(rb'<[A-Za-z][A-Za-z0-9-]*(?: xmlns="([^"<>&]*)")?[ />]')
# What may stand before the root of a foreign document; another encoding is no part of it.
_PROLOGUE = re.compile(
    rb"""(?:\xef\xbb\xbf)?(?:<\?xml version=["']1\.0["'](?: encoding=["'](?i:utf-8)["'])?"""
    rb"""(?: standalone=["'](?:yes|no)["'])? ?\?>)?\s*"""
)
_INDEX = re.compile(r"[^\[\]/]+(\[[0-9]+\])?")
# No DTD, entity, network or file; each switch is explicit, whatever a release's defaults are.
_PARSER = etree.XMLParser(
    encoding="UTF-8",
    resolve_entities=False,
    no_network=True,
    load_dtd=False,
    dtd_validation=False,
    attribute_defaults=False,
    huge_tree=False,
    recover=False,
    strip_cdata=False,
    collect_ids=False,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a document may be: its namespace, its limits, and whether its bytes must be canonical.

    Canonical means: UTF-8 without declaration, one namespace, no prefix, and byte for byte what
    the serialiser writes for the parsed tree. A `foreign` document has a form that others own: it
    may begin with a declaration, is asked for no namespace, and a syntax error says where.
    """

    namespace: str = NAMESPACE
    max_bytes: int = 1 << 20
    max_depth: int = 16
    max_elements: int = 20_000
    max_attributes: int = 1_000
    canonical: bool = True
    foreign: bool = False


NETWORK = Profile()


def parse(
    data: bytes, schema: etree.XMLSchema | None, profile: Profile = NETWORK
) -> etree._Element:
    """Return the root element of `data`, valid under `schema` where there is one.

    Raises:
        WireError: `wire.xml.*`; whatever the bytes are, nothing else is raised.
    """
    _check_bytes(data, profile)
    place = ""
    try:
        # The parser above refuses what makes fromstring dangerous; this is its one permitted use.
        root = etree.fromstring(data, _PARSER)  # noqa: TID251
    except etree.XMLSyntaxError as error:
        root, place = None, "{}:{}".format(*error.position) if profile.foreign else ""
    if root is None:  # outside the handler: the library's message may repeat content
        raise WireError("wire.xml.syntax", place, "The document is not well-formed.")
    _check_tree(data, root, profile)
    if schema is not None and not schema.validate(root):
        raise _invalid(root, schema, profile)
    if profile.canonical and not _is_canonical(data, root):
        raise WireError("wire.xml.canonical", "", "The document is not in its canonical form.")
    return root


def compile_schema(data: bytes) -> etree.XMLSchema:
    """Return the compiled schema of our own package data; costly, so once per process."""
    return etree.XMLSchema(etree.fromstring(data, _PARSER))  # noqa: TID251  same parser as above


def _check_bytes(data: bytes, profile: Profile) -> None:
    """Refuse on the bytes what must never reach the parser."""
    if len(data) > profile.max_bytes:
        raise WireError("wire.xml.size", "", "The document is larger than allowed.")
    if b"\x00" in data or not _is_utf8(data):
        raise WireError("wire.xml.encoding", "", "The document is not UTF-8 text.")
    if profile.foreign:
        data = _PROLOGUE.sub(b"", data, count=1)
    # A literal "<" cannot stand in text or attributes, so "<!" and "<?" are always markup.
    if b"<!" in data:
        raise _markup(data)
    if b"<?" in data:
        raise WireError("wire.xml.instruction", "", "Declarations and instructions are refused.")
    if not profile.foreign:
        _check_root(data, profile)
    if data.count(b"<") > 2 * profile.max_elements:
        raise WireError("wire.xml.elements", "", "The document has too many elements.")


def _check_root(data: bytes, profile: Profile) -> None:
    root = _ROOT.match(data)
    if root is None:
        raise WireError("wire.xml.root", "", "The document must start with its root element.")
    if root[1] != profile.namespace.encode():
        raise WireError("wire.xml.namespace", "/*", "The root's namespace is not the agreed one.")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _markup(data: bytes) -> WireError:
    if b"<!--" in data:
        return WireError("wire.xml.comment", "", "Comments are refused.")
    if b"<![CDATA[" in data:
        return WireError("wire.xml.cdata", "", "CDATA sections are refused.")
    return WireError("wire.xml.doctype", "", "Document type declarations are refused.")


def _check_tree(data: bytes, root: etree._Element, profile: Profile) -> None:
    """Check the limits that need a tree; each is skipped where the bytes rule it out."""
    attributes, depth = profile.max_attributes, profile.max_depth
    if data.count(b"=") > attributes and _holds(f"count(//@*) > {attributes}", root):
        raise WireError("wire.xml.attributes", "", "The document has too many attributes.")
    if data.count(b"</") > depth and _holds("/*" * (depth + 1), root):
        raise WireError("wire.xml.depth", "", "Elements are nested too deeply.")


def _holds(expression: str, root: etree._Element) -> bool:
    return bool(_compiled(expression)(root))


@lru_cache
def _compiled(expression: str) -> etree.XPath:
    return etree.XPath(f"boolean({expression})")


def _invalid(root: etree._Element, schema: etree.XMLSchema, profile: Profile) -> WireError:
    """Return why `root` is not valid; only positions are told, a tag may be anything."""
    fault = schema.error_log.last_error  # None if another thread has just validated
    path = _INDEX.sub(lambda step: "*" + (step[1] or ""), fault.path or "") if fault else ""
    if any(not str(node.tag).startswith(f"{{{profile.namespace}}}") for node in root.iter()):
        return WireError("wire.xml.namespace", path, "An element is of another namespace.")
    return WireError("wire.xml.schema", path, "The document does not follow the schema.")


def _is_canonical(data: bytes, root: etree._Element) -> bool:
    # One declaration only: the serialiser would keep an unused second one.
    start = data.index(b">")
    if b"xmlns" in data[start:] and _declares_again(root):
        return False
    return data.count(b"xmlns", 0, start) == 1 and etree.tostring(root, encoding="UTF-8") == data


def _declares_again(root: etree._Element) -> bool:
    return any(node.nsmap != root.nsmap for node in root.iter())
