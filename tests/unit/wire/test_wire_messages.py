from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import Any

import pytest
import xmlschema

from wire.errors import WireError
from wire.messages import (
    MESSAGE_CLASSES,
    SCHEMA,
    Acknowledgement,
    Answer,
    AnsweredInformation,
    AnsweredItem,
    BasicItems,
    BasicRequest,
    Clock,
    DisclosedRecord,
    InformationRequest,
    Inquiry,
    Message,
    Notice,
    OwnInformation,
    PermitListRequest,
    PermitRequest,
    ProcessNumber,
    ProcessNumberRequest,
    Receipt,
    RecordList,
    RecordRequest,
    Refusal,
    RegistryLink,
    RequestedInformation,
    ResidentLink,
    SymbolNotice,
    decode,
    encode,
    kind_of,
)
from wire.xml import parse

ID = "0f0e0d0c-0b0a-4909-8807-060504030201"
OTHER_ID = "11111111-2222-4333-8444-555555555555"
NOON = datetime(2026, 11, 23, 12, 0, 0, 250_000, tzinfo=UTC)
DAY = date(2026, 4, 1)
SYMBOL = "Aa0_-" * 8 + "xyz"
ASKED = (
    RequestedInformation(name="地方税関係情報", items=("市町村民税", "所得額")),
    RequestedInformation(name="公的給付支給等口座登録簿関係情報"),
)
ANSWERED = (
    AnsweredInformation(
        name="地方税関係情報",
        as_of=DAY,
        items=(
            AnsweredItem(id="市町村民税", value="<0 & 1>\r\n\tline"),
            AnsweredItem(id="所得額", reason="not_registered"),
        ),
    ),
)
MESSAGES: list[Message] = [
    PermitRequest(
        request_id="r-1",
        inquirer="990011",
        provider="990029",
        instrument="shourei-r6",
        row="20の2",
        clause="7",
        basis="19-8",
        information=ASKED,
        symbol=SYMBOL,
        requested_at=NOON,
        inquirer_delegator="990037",
        provider_delegator="990045",
        consent=True,
        period_from=DAY,
        period_to=DAY,
        nondisclosure=True,
    ),
    PermitRequest(
        request_id="r-1",
        inquirer="990011",
        provider="990029",
        instrument="beppyo2",
        row="69",
        clause=None,
        basis="19-8",
        information=ASKED[:1],
        symbol=SYMBOL,
        requested_at=NOON,
        period_from=None,
        period_to=None,
        nondisclosure=False,
    ),
    Inquiry(
        transaction_number=ID,
        permit_id=OTHER_ID,
        inquirer="990011",
        provider="990029",
        instrument="shourei-r6",
        row="69",
        clause="7",
        information=ASKED,
        requested_at=NOON,
        period_from=DAY,
        period_to=None,
        nondisclosure=False,
    ),
    Notice(
        transaction_number=ID,
        permit_id=OTHER_ID,
        symbol=SYMBOL,
        route="990003",
        inquirer="990011",
        inquiry_message_id=ID,
    ),
    Answer(transaction_number=ID, permit_id=OTHER_ID, state="answered", information=ANSWERED),
    Answer(transaction_number=ID, permit_id=OTHER_ID, state="not_provided"),
    Receipt(transaction_number=ID, state="sent"),
    Receipt(transaction_number=ID, state="held"),
    Refusal(
        code="permit.denied",
        occurrence=ID,
        title_ja="提供できません",
        title_en="Not permitted",
        detail_ja="番号利用事務にない情報です",
        detail_en="The information is not listed.",
        retry="after",
        retry_at=NOON,
        transaction_number=OTHER_ID,
        failed="information",
    ),
    Refusal(
        code="wire.xml.schema",
        occurrence=ID,
        title_ja="形式の誤り",
        title_en="Malformed",
        detail_ja="電文の形式が違います",
        detail_en="The document is malformed.",
        retry="never",
    ),
    ProcessNumberRequest(request_id="r-1"),
    ProcessNumber(request_id="r-1", process_number="P-0001"),
    RegistryLink(process_number="P-0001", individual_number="123456789013"),
    ResidentLink(process_number="P-0001", resident_code="12345678901", institution="990011"),
    SymbolNotice(process_number="P-0001", symbol=SYMBOL),
    SymbolNotice(process_number="P-0001", reason="unknown_person"),
    BasicRequest(individual_number="123456789013"),
    BasicItems(
        name="仲立　花子",
        name_kana="ナカダチ　ハナコ",
        birth_date=DAY,
        sex_code="2",
        address="架空県架空市一丁目１",
    ),
    BasicItems(name="仲立　太郎", name_kana=None, birth_date=DAY, sex_code="1", address="架空市"),
    RecordRequest(request_id="r-1", symbol=SYMBOL, from_on=DAY, to_on=DAY),
    RecordRequest(request_id="r-1", symbol=SYMBOL),
    RecordList(
        request_id="r-1",
        records=(
            DisclosedRecord(
                transaction_number=ID,
                act="provision",
                at=NOON,
                counterpart="990011",
                row="69",
                clause="7",
                information=("地方税関係情報",),
            ),
        ),
    ),
    RecordList(request_id="r-1"),
    InformationRequest(request_id="r-1", symbol=SYMBOL, information=("地方税関係情報",)),
    OwnInformation(request_id="r-1", information=ANSWERED),
    OwnInformation(request_id="r-1"),
    Clock(offset_milliseconds=-86_400_000),
    Clock(offset_milliseconds=0),
    Clock(offset_milliseconds=86_400_000, since=NOON, pace=0),
    Clock(offset_milliseconds=-1, since=NOON, pace=60_000),
    PermitListRequest(),
    Acknowledgement(),
]


# The first message of each kind; Any, because each kind has a class of its own.
FIRST: dict[str, Any] = {kind_of(message): message for message in reversed(MESSAGES)}
NAMES = [f"{kind_of(message)}-{place}" for place, message in enumerate(MESSAGES)]


@pytest.mark.parametrize("message", MESSAGES, ids=NAMES)
def test_a_message_survives_its_encoding(message: Message) -> None:
    assert decode(kind_of(message), encode(message)) == message


def test_every_kind_of_message_is_tried_here() -> None:
    assert {kind_of(message) for message in MESSAGES} == set(MESSAGE_CLASSES)


@pytest.mark.parametrize("message", MESSAGES, ids=NAMES)
def test_an_encoded_message_is_in_the_canonical_form_of_the_parser(message: Message) -> None:
    assert parse(encode(message), SCHEMA) is not None


SECOND_VALIDATOR = xmlschema.XMLSchema(files("wire.messages").joinpath("network.xsd").read_text())


@pytest.mark.parametrize("message", MESSAGES, ids=NAMES)
def test_a_second_validator_accepts_every_message(message: Message) -> None:
    SECOND_VALIDATOR.validate(encode(message).decode())


def test_a_message_is_written_like_this() -> None:
    assert (
        encode(Answer(transaction_number=ID, permit_id=ID, state="answered", information=ANSWERED))
        == (
            '<answer xmlns="urn:nakadachi:network:1">'
            f"<transaction-number>{ID}</transaction-number><permit-id>{ID}</permit-id>"
            "<state>answered</state><information><name>地方税関係情報</name><as-of>2026-04-01</as-of>"
            "<item><id>市町村民税</id><value>&lt;0 &amp; 1&gt;&#13;\n\tline</value></item>"
            "<item><id>所得額</id><reason>not_registered</reason></item></information></answer>"
        ).encode()
    )


def test_instants_are_cut_to_milliseconds() -> None:
    message = replace(FIRST["inquiry"], requested_at=NOON.replace(microsecond=250_999))
    assert decode("inquiry", encode(message)) == FIRST["inquiry"]


def test_a_body_of_another_kind_is_refused() -> None:
    with pytest.raises(WireError, match=r"wire\.message\.kind"):
        decode("receipt", encode(FIRST["permit-request"]))


@pytest.mark.parametrize("kind", ["permit", "permit-list", "", "unknown"])
def test_kinds_that_are_no_xml_are_not_decoded(kind: str) -> None:
    with pytest.raises(WireError, match=r"wire\.message\.kind"):
        decode(kind, b"{}")


ANSWER = Answer(transaction_number=ID, permit_id=ID, state="answered", information=ANSWERED)
WRONG: list[tuple[Message, str, dict[str, Any]]] = [
    (FIRST["permit-request"], "symbol", {"symbol": "A" * 42}),
    (FIRST["permit-request"], "symbol", {"symbol": None}),
    (FIRST["permit-request"], "inquirer", {"inquirer": "99001\uff11"}),
    (FIRST["permit-request"], "row", {"row": "a b"}),
    (FIRST["permit-request"], "row", {"row": "a" * 61}),
    (FIRST["permit-request"], "clause", {"clause": ""}),
    (FIRST["permit-request"], "request_id", {"request_id": "a" * 65}),
    (FIRST["permit-request"], "information", {"information": ()}),
    (
        FIRST["permit-request"],
        "information[2].name",
        {"information": (ASKED[0], RequestedInformation(name=""))},
    ),
    (
        FIRST["permit-request"],
        "information[1].items[2]",
        {"information": (RequestedInformation(name="a", items=("b", "\ud800")),)},
    ),
    (FIRST["permit-request"], "requested_at", {"requested_at": NOON.replace(tzinfo=None)}),
    (FIRST["notice"], "transaction_number", {"transaction_number": ID.upper()}),
    (FIRST["receipt"], "state", {"state": "refused"}),
    (FIRST["refusal"], "title_ja", {"title_ja": "a" * 4001}),
    (FIRST["refusal"], "title_ja", {"title_ja": "\x00"}),
    (FIRST["refusal"], "title_ja", {"title_ja": "\ufffe"}),
    (FIRST["registry-link"], "individual_number", {"individual_number": "\uff11" * 12}),
    (FIRST["resident-link"], "resident_code", {"resident_code": "123456789012"}),
    (FIRST["clock"], "offset_milliseconds", {"offset_milliseconds": 10**15}),
    (
        ANSWER,
        "information[1].items[1].value",
        {"information": (replace(ANSWERED[0], items=(AnsweredItem(id="a", value="\x1f"),)),)},
    ),
    (ANSWER, "information[1].items", {"information": (replace(ANSWERED[0], items=()),)}),
]


@pytest.mark.parametrize(
    ("message", "path", "changes"), WRONG, ids=[f"{n}-{kind_of(w[0])}" for n, w in enumerate(WRONG)]
)
def test_what_could_not_be_read_is_not_written(
    message: Message, path: str, changes: dict[str, Any]
) -> None:
    with pytest.raises(WireError, match=r"wire\.(message|instant)\.") as caught:
        encode(replace(message, **changes))
    assert caught.value.path == path


ITEM = AnsweredItem(id="a", value="1")
RULES: dict[str, Callable[[], object]] = {
    "an item with neither value nor reason": lambda: AnsweredItem(id="a"),
    "an item with both": lambda: AnsweredItem(id="a", value="1", reason="b"),
    "an item twice": lambda: AnsweredInformation(name="a", as_of=DAY, items=(ITEM, ITEM)),
    "a requested item twice": lambda: RequestedInformation(name="a", items=("b", "b")),
    "an information twice": lambda: replace(ANSWER, information=ANSWERED * 2),
    "a requested information twice": lambda: replace(FIRST["inquiry"], information=ASKED * 2),
    "an answer without information": lambda: replace(ANSWER, information=()),
    "nothing provided but information": lambda: replace(ANSWER, state="not_provided"),
    "an instant without waiting": lambda: replace(FIRST["refusal"], retry="never"),
    "a symbol and a reason": lambda: SymbolNotice(process_number="P", symbol=SYMBOL, reason="a"),
    "neither symbol nor reason": lambda: SymbolNotice(process_number="P"),
    "a pace from no instant on": lambda: Clock(offset_milliseconds=0, pace=0),
    "an instant without a pace": lambda: Clock(offset_milliseconds=0, since=NOON),
    "a clock that runs backwards": lambda: Clock(offset_milliseconds=0, since=NOON, pace=-1),
}


@pytest.mark.parametrize("rule", RULES)
def test_a_message_that_contradicts_itself_cannot_be_made(rule: str) -> None:
    with pytest.raises(WireError, match=r"wire\.message\.(rule|duplicate)"):
        RULES[rule]()


PERSONAL = {
    "symbol", "individual_number", "resident_code", "process_number", "value",
    "name_kana", "birth_date", "sex_code", "address",
}  # fmt: skip


@pytest.mark.parametrize("message", MESSAGES, ids=NAMES)
def test_identifiers_and_values_of_persons_do_not_show_in_repr(message: Message) -> None:
    def visible(value: object) -> set[str]:
        if isinstance(value, tuple):
            return set().union(*map(visible, value)) if value else set()
        if not is_dataclass(value):
            return set()
        shown = {field.name for field in fields(value) if field.repr}
        return shown.union(*(visible(getattr(value, field.name)) for field in fields(value)))

    assert not visible(message) & PERSONAL
    assert SYMBOL not in repr(message)
    assert "花子" not in repr(message)
    assert "123456789013" not in repr(message)
