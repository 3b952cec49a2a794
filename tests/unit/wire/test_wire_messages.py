from datetime import UTC, date, datetime

import pytest

from wire.errors import WireError
from wire.messages import (
    Answer,
    AnsweredInformation,
    AnsweredItem,
    BasicItems,
    BasicRequest,
    Cancel,
    Clock,
    Inquiry,
    Message,
    Notice,
    PermitRequest,
    ProcessNumber,
    ProcessNumberRequest,
    Receipt,
    Refusal,
    RegistryLink,
    RequestedInformation,
    ResidentLink,
    SymbolNotice,
    decode,
    encode,
    kind_of,
)

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
        delegator="990037",
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
        delegator=None,
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
    Clock(offset_milliseconds=-86_400_000),
    Clock(offset_milliseconds=0),
    Cancel(transaction_number=ID, permit_id=OTHER_ID),
]


NAMES = [f"{kind_of(message)}-{place}" for place, message in enumerate(MESSAGES)]


@pytest.mark.parametrize("message", MESSAGES, ids=NAMES)
def test_a_message_survives_its_encoding(message: Message) -> None:
    assert decode(kind_of(message), encode(message)) == message


def test_a_body_of_another_kind_is_refused() -> None:
    with pytest.raises(WireError, match=r"wire\.message\.kind"):
        decode("receipt", encode(MESSAGES[0]))
