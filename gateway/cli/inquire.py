"""`nakadachi inquire`: one inquiry about one person, as a business system would submit it."""

import json
from typing import Annotated, Any, cast

import msgspec
import typer

from gateway.cli.act import No, act
from gateway.cli.options import SystemOption, refuse_usage
from gateway.cli.output import Row
from gateway.cli.persons import local_number
from gateway.cli.session import wait_for
from gateway.domain.errors import InvalidError
from gateway.domain.inquiry import Inquiry
from gateway.domain.states import INQUIRY, InquiryState, is_final
from gateway.ports import Ports
from gateway.settings.overrides import explain
from gateway.transport.inquiries import PATH, digest_of, to_asked
from gateway.transport.inquiry_resources import to_resource
from gateway.transport.schemas.inquiries import InquiryRequest
from gateway.usecases import inquiry as inquiries
from gateway.usecases.looks import note_look

app = typer.Typer()


NumberOption = Annotated[
    str, typer.Option(metavar="N", help="宛名番号（個人番号ではない）/ Local number.")
]
AffairOption = Annotated[
    str, typer.Option(metavar="ROW-CLAUSE", help="事務 / Affair, as 69-7; of an ordinance, 1.")
]
ProviderOption = Annotated[str, typer.Option(metavar="CODE", help="情報提供者 / Provider.")]
InformationOption = Annotated[
    list[str], typer.Option("--info", metavar="NAME", help="特定個人情報名 / Information.")
]
ItemOption = Annotated[
    list[str] | None, typer.Option(metavar="ITEM", help="項目 / Only these items.")
]
FromOption = Annotated[
    str | None, typer.Option("--from", metavar="DATE", help="対象期間の初日 / First day.")
]
ToOption = Annotated[
    str | None, typer.Option("--to", metavar="DATE", help="対象期間の末日 / Last day.")
]
HiddenOption = Annotated[
    bool, typer.Option("--nondisclosure", help="不開示 / Hide it from the history.")
]
InstrumentOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="法令（既定は当日の法定）/ As jorei-19-9.")
]
ForUsOption = Annotated[
    str | None, typer.Option(metavar="CODE", help="照会者の委任元 / For whom we ask.")
]
ForThemOption = Annotated[
    str | None, typer.Option(metavar="CODE", help="提供者の委任元 / For whom it provides.")
]
ConsentOption = Annotated[
    bool, typer.Option("--consent", help="本人の同意がある / The person agreed.")
]
KeyOption = Annotated[
    str | None,
    typer.Option(metavar="KEY", help="冪等キー / Idempotency key; without one a new one."),
]
WaitOption = Annotated[
    float, typer.Option(metavar="S", min=0, help="結果を待つ秒数 / Seconds to wait.")
]


@act(app, "inquire")
async def inquire(  # noqa: PLR0913  # the elements of an inquiry
    *,
    system: SystemOption,
    number: NumberOption,
    affair: AffairOption,
    provider: ProviderOption,
    information: InformationOption,
    item: ItemOption = None,
    begins_on: FromOption = None,
    ends_on: ToOption = None,
    nondisclosure: HiddenOption = False,
    instrument: InstrumentOption = None,
    inquirer_delegator: ForUsOption = None,
    provider_delegator: ForThemOption = None,
    consent: ConsentOption = False,
    key: KeyOption = None,
    wait: WaitOption = 0.0,
    ports: Ports,
) -> Row | No:
    """情報照会を行う / Ask another institution about a person; a server carries it out."""
    if item and len(information) > 1:
        refuse_usage("--item に使える --info は一つ / --item needs exactly one --info", "--item")
    asked = _read(
        {
            "number": local_number(number).value,
            "affair": affair,
            "provider": provider,
            "information": [{"information": one, "items": item or []} for one in information],
            "period": {"begins_on": begins_on, "ends_on": ends_on},
            "instrument": instrument,
            "inquirer_delegator": inquirer_delegator,
            "provider_delegator": provider_delegator,
            "consent": consent,
            "nondisclosure": nondisclosure,
        }
    )
    command = _command(asked, system, key or ports.ids.uuid())
    found = await inquiries.submit(command, ports=ports, drive_here=False)

    async def look() -> Inquiry | None:
        now = await inquiries.load(found.inquiry_id, system=system, ports=ports)
        return now if is_final(INQUIRY, now.state) else None

    if not is_final(INQUIRY, found.state):
        found = await wait_for(look, seconds=wait) or await inquiries.load(
            found.inquiry_id, system=system, ports=ports
        )
    await note_look(found, actor=system, ports=ports)
    shown = cast("Row", json.loads(msgspec.json.encode(to_resource(found))))
    refused = is_final(INQUIRY, found.state) and found.state is not InquiryState.ANSWERED
    return No(shown=shown) if refused else shown


def _read(given: dict[str, Any]) -> InquiryRequest:
    try:
        return msgspec.convert(given, InquiryRequest)
    except msgspec.ValidationError as error:
        raise InvalidError(field=explain(str(error))[0]) from None  # the text may repeat a value


def _command(asked: InquiryRequest, system: str, key: str) -> inquiries.SubmitInquiry:
    return inquiries.SubmitInquiry(
        system=system,
        idempotency_key=key,
        body_digest=digest_of(PATH, asked),
        asked=to_asked(asked),
    )
