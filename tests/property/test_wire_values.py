"""Whatever is said is read back as it was said, and schema and code agree on what may be said."""

from base64 import urlsafe_b64encode
from dataclasses import fields
from datetime import UTC, date, datetime
from importlib.resources import files
from types import NoneType
from typing import Annotated, Any, Union, cast, get_args, get_origin, get_type_hints
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire import messages
from wire.errors import WireError
from wire.messages import MESSAGE_CLASSES, Message, decode, encode, kind_of, scalars
from wire.messages.scalars import Repeated, Scalar
from wire.xml import NETWORK, compile_schema, parse

LETTERS = st.characters(
    codec="utf-8", exclude_characters="\ufffe\uffff", exclude_categories=["Cc", "Cs"]
) | st.sampled_from("\t\n\r&<>\"' ")
INSTANTS = st.datetimes(timezones=st.just(UTC)).map(
    lambda instant: instant.replace(microsecond=instant.microsecond // 1000 * 1000)
)
TEXTS = {
    "Text": st.text(LETTERS, min_size=1, max_size=60),
    "Token": st.text(LETTERS.filter(lambda char: not char.isspace()), min_size=1, max_size=60),
}


def base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


# Faster than drawing from the pattern, or a value that is no text.
SPECIAL: dict[object, st.SearchStrategy[object]] = {
    scalars.Uuid: st.uuids().map(str),
    scalars.Symbol: st.binary(min_size=32, max_size=32).map(base64url),
    scalars.Text: TEXTS["Text"],
    scalars.Token: TEXTS["Token"],
    scalars.Day: st.dates(),
    scalars.Instant: INSTANTS,
    scalars.Flag: st.booleans(),
    scalars.Milliseconds: st.integers(1 - 10**15, 10**15 - 1),
}
SCALARS = {
    name: hint
    for name, hint in vars(scalars).items()
    if get_origin(hint) is Annotated and isinstance(get_args(hint)[1], Scalar)
}
# Fields of which a message has exactly one.
EITHER: dict[object, tuple[str, str]] = {
    messages.AnsweredItem: ("value", "reason"),
    messages.SymbolNotice: ("symbol", "reason"),
}


def of_hint(hint: Any) -> st.SearchStrategy[object]:  # noqa: ANN401  any annotation
    """Return values of a field annotated with `hint`."""
    if hint in SPECIAL:
        return SPECIAL[hint]
    if get_origin(hint) is Union:
        inner = next(one for one in get_args(hint) if one is not NoneType)
        return st.none() | of_hint(inner)
    if get_origin(hint) is not Annotated:
        return of_class(hint)
    base, mark = get_args(hint)
    if isinstance(mark, Repeated):
        values = st.lists(of_hint(get_args(base)[0]), min_size=mark.minimum, max_size=3)
        return values.map(tuple).filter(has_names_once)
    return st.from_regex(mark.pattern, fullmatch=True)


def has_names_once(values: tuple[object, ...]) -> bool:
    names = [getattr(one, "name", getattr(one, "id", one)) for one in values]
    return len(set(names)) == len(names)


@st.composite
def of_class(draw: st.DrawFn, message_class: type) -> object:
    """Return a message that keeps its own rules."""
    hints = get_type_hints(message_class, include_extras=True)
    values = {field.name: draw(of_hint(hints[field.name])) for field in fields(message_class)}
    if pair := EITHER.get(message_class):
        kept = draw(st.sampled_from(pair))
        (inner,) = (one for one in get_args(hints[kept]) if one is not NoneType)
        values |= dict.fromkeys(pair) | {kept: draw(of_hint(inner))}
    if message_class is messages.Answer:
        values["state"] = "answered" if values["information"] else "not_provided"
    if message_class is messages.Refusal and values["retry"] != "after":
        values["retry_at"] = None
    if message_class is messages.Clock and None in (values["since"], values["pace"]):
        values |= {"since": None, "pace": None}
    elif message_class is messages.Clock:
        values["pace"] = abs(cast("int", values["pace"]))
    return message_class(**values)


@pytest.mark.parametrize("kind", MESSAGE_CLASSES)
@given(data=st.data())
def test_every_message_is_read_back_as_it_was_said(kind: str, data: st.DataObject) -> None:
    message = cast("Message", data.draw(of_class(MESSAGE_CLASSES[kind])))
    body = encode(message)
    assert kind_of(message) == kind
    assert decode(kind, body) == message
    assert parse(body, messages.SCHEMA) is not None


SOURCE = files("wire.messages").joinpath("network.xsd").read_text("utf-8")
PROBES = "".join(f'<xs:element name="{name}" type="{name}"/>' for name in SCALARS)
PROBE_SCHEMA = compile_schema(SOURCE.replace("</xs:schema>", PROBES + "</xs:schema>").encode())


def is_valid(name: str, text: str) -> bool:
    """Tell whether the schema accepts `text` as a scalar of that name."""
    content = escape(text, {"\r": "&#13;"})
    body = f'<{name} xmlns="{NETWORK.namespace}">{content}</{name}>'
    try:
        parse(body.encode("utf-8", "surrogatepass"), PROBE_SCHEMA)
    except WireError:
        return False
    return True


def is_readable(scalar: Scalar, text: str) -> bool:
    """Tell whether the code reads `text` as that scalar."""
    if not scalar.pattern.fullmatch(text):
        return False
    try:
        scalar.read(text)
    except WireError:
        return False
    return True


@pytest.mark.parametrize("name", SCALARS)
@given(data=st.data())
def test_schema_and_code_accept_the_same_texts(name: str, data: st.DataObject) -> None:
    scalar = get_args(SCALARS[name])[1]
    good = TEXTS.get(name, st.from_regex(scalar.pattern, fullmatch=True))
    near = st.builds(str.__add__, good, st.text(max_size=2)) | good.map(lambda text: text[1:])
    text = data.draw(good | near | st.text(max_size=70))
    if name in {"Day", "Instant"}:  # XML Schema trims dates before it looks at them
        text = text.strip(" \t\n\r")
    assert is_valid(name, text) == is_readable(scalar, text)


@pytest.mark.parametrize("name", SCALARS)
@given(data=st.data())
def test_what_a_scalar_writes_it_reads(name: str, data: st.DataObject) -> None:
    hint = SCALARS[name]
    scalar = get_args(hint)[1]
    value = data.draw(of_hint(hint))
    text = scalar.write(value)
    assert scalar.read(text) == value
    assert is_valid(name, text)


@pytest.mark.parametrize(("name", "longest"), [("Token", 60), ("Text", 4000), ("Identifier", 64)])
@pytest.mark.parametrize("char", ["a", "長", "\U00020b9f"])
def test_lengths_count_characters_and_not_bytes(name: str, longest: int, char: str) -> None:
    scalar = get_args(SCALARS[name])[1]
    fits = name != "Identifier" or char == "a"
    assert is_valid(name, char * longest) == is_readable(scalar, char * longest) == fits
    assert not is_valid(name, char * (longest + 1))
    assert not is_readable(scalar, char * (longest + 1))


@given(INSTANTS)
def test_the_order_of_instants_is_the_order_of_their_texts(instant: datetime) -> None:
    other = datetime(2026, 11, 23, 12, tzinfo=UTC)
    write = get_args(scalars.Instant)[1].write
    assert (write(instant) < write(other)) == (instant < other)


def test_dates_of_all_years_are_written_with_four_digits() -> None:
    assert get_args(scalars.Day)[1].write(date(1, 2, 3)) == "0001-02-03"
