"""Inquiries: submit, look at, follow, cancel."""

import asyncio
import re
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

import msgspec
from aiohttp import web

from gateway.domain.identifiers import LocalNumber
from gateway.domain.inquiry import AskedInquiry, Inquiry
from gateway.domain.permits import Mandate, Period, Wanted
from gateway.domain.states import INQUIRY, InquiryState, is_final
from gateway.transport.inquiry_resources import (
    PAGE_SAMPLE,
    REFUSED_SAMPLE,
    SAMPLE,
    to_resource,
    to_summary,
)
from gateway.transport.problems import RequestError
from gateway.transport.routes import (
    EVENTS,
    Call,
    HeaderRule,
    Operation,
    Reply,
    Sample,
)
from gateway.transport.schemas.common import NoQuery
from gateway.transport.schemas.inquiries import (
    InquiriesQuery,
    InquiryPage,
    InquiryRequest,
    WantedInformation,
)
from gateway.transport.waiting import waiting
from gateway.usecases import inquiry as inquiries
from gateway.usecases.looks import note_look

PATH: Final = "/v1/inquiries"
LONGEST_WAIT: Final = 60
KEEP_ALIVE_SECONDS: Final = 15.0
LOOK_SECONDS: Final = 1.0  # another process may drive it, so following also looks
_FIRST_BASIS: Final = "19-8"
_LATER: Final = {
    "instrument": None,
    "inquirer_delegator": None,
    "provider_delegator": None,
    "consent": False,
}
_KEY: Final = re.compile(r"[\x21-\x7e]{1,64}")
_WAIT: Final = re.compile(r"wait=([0-9]{1,5})")

IDEMPOTENCY_KEY: Final = HeaderRule(
    name="Idempotency-Key",
    text="One key stands for one inquiry; a repeat with the same body returns it.",
    pattern=r"\A[!-~]{1,64}\Z",
    sample="2f0c1a52-7d0f-4a4b-9d3c-0f6f7f1d2e3a",
    required=True,
)
PREFER: Final = HeaderRule(
    name="Prefer",
    text="wait=N: answer after N seconds at the latest, 60 at most (RFC 7240); else ignored.",
    sample="wait=30",
)


async def submit(call: Call[InquiryRequest, NoQuery]) -> Reply:
    """Record an inquiry, or return the one that the same key made before.

    Raises:
        GatewayError: nothing was recorded.
    """
    key, seconds = read_key(call.request), _read_wait(call.request)
    found = await inquiries.submit(_command(call, key), ports=call.ports)
    if seconds:
        with waiting(call.request):
            found = await inquiries.await_result(found, seconds=seconds, ports=call.ports)
    await _note(call, found)
    return _reply(found, seconds)


async def list_inquiries(call: Call[None, InquiriesQuery]) -> Reply:
    """Return a page of the inquiries of the calling system, those in one state if one is named."""
    asked = call.query
    state = None if asked.state is None else InquiryState(asked.state)
    found = await inquiries.list_inquiries(
        system=call.system, state=state, after=asked.after, limit=asked.limit, ports=call.ports
    )
    page = InquiryPage(
        inquiries=tuple(map(to_summary, found)),
        next=found[-1].inquiry_id if len(found) == asked.limit else None,
    )
    return Reply(body=page)


async def show(call: Call[None, NoQuery]) -> Reply | web.StreamResponse:
    """Return an inquiry, or its states as they come where the caller accepts events.

    Raises:
        UnknownError: this system has none of that id.
    """
    found = await inquiries.load(call.named("id"), system=call.system, ports=call.ports)
    if EVENTS in call.request.headers.get("Accept", ""):
        with waiting(call.request):
            return await _stream(call, found)
    seconds = _read_wait(call.request)
    if seconds:
        with waiting(call.request):
            found = await inquiries.await_result(found, seconds=seconds, ports=call.ports)
    await _note(call, found)
    return Reply(body=to_resource(found), headers=_applied(seconds))


async def cancel(call: Call[None, NoQuery]) -> Reply:
    """End an inquiry on the caller's wish.

    Raises:
        UnknownError: this system has none of that id.
        StateError: it is final already.
    """
    ended = await inquiries.cancel(call.named("id"), system=call.system, ports=call.ports)
    return Reply(body=to_resource(ended))


async def _note(call: Call[Any, NoQuery], found: Inquiry) -> None:
    """Record that the caller is shown an answer, if its provider marked it."""
    await note_look(found, actor=call.access.client.client_id, ports=call.ports)


def _command(call: Call[InquiryRequest, NoQuery], key: str) -> inquiries.SubmitInquiry:
    body = msgspec.structs.replace(call.body, number=call.body.number.zfill(15))
    return inquiries.SubmitInquiry(
        system=call.system,
        idempotency_key=key,
        body_digest=digest_of(PATH, body),
        asked=to_asked(body),
    )


def to_asked(body: InquiryRequest) -> AskedInquiry:
    """Return what a request asks."""
    deadline = body.deadline_seconds
    return AskedInquiry(
        local_number=LocalNumber(body.number.zfill(15)),
        affair=body.affair,
        provider=body.provider,
        wanted=tuple(
            Wanted(information=want.information, items=want.items) for want in body.information
        ),
        instrument=body.instrument,
        basis=body.basis,
        mandate=Mandate(
            inquirer_delegator=body.inquirer_delegator,
            provider_delegator=body.provider_delegator,
            consent=body.consent,
        ),
        period=Period(begins_on=body.period.begins_on, ends_on=body.period.ends_on),
        nondisclosure=body.nondisclosure,
        deadline=None if deadline is None else timedelta(seconds=deadline),
    )


def digest_of(path: str, body: InquiryRequest) -> bytes:
    """Return SHA-256 over a path and the canonical text of a validated request.

    A member that came to the API later and is not used leaves no trace: the same request has the
    same digest as before there was such a member (G4).
    """
    said = msgspec.to_builtins(body)
    for name, unused in _LATER.items():
        if said[name] == unused:
            del said[name]
    said["basis"] = body.basis or _FIRST_BASIS
    return sha256(path.encode() + b"\n" + msgspec.json.encode(said)).digest()


def read_key(request: web.Request) -> str:
    """Return the idempotency key of a request.

    Raises:
        RequestError: there is none, or it has not its form.
    """
    given = request.headers.getall(IDEMPOTENCY_KEY.name, [])
    if len(given) != 1 or not _KEY.fullmatch(given[0]):
        raise RequestError("request.idempotency_key", path=f"header.{IDEMPOTENCY_KEY.name}")
    return given[0]


def _read_wait(request: web.Request) -> int:
    """Return the seconds that the caller prefers to wait; other preferences are ignored."""
    for preference in ",".join(request.headers.getall(PREFER.name, [])).split(","):
        found = _WAIT.fullmatch(preference.strip())
        if found:
            return min(int(found[1]), LONGEST_WAIT)
    return 0


def _applied(seconds: int) -> dict[str, str]:
    return {"Preference-Applied": f"wait={seconds}"} if seconds else {}


def _reply(found: Inquiry, seconds: int) -> Reply:
    final = is_final(INQUIRY, found.state)
    return Reply(
        status=200 if final else 202,
        body=to_resource(found),
        headers={"Location": f"{PATH}/{found.inquiry_id}", **_applied(seconds)},
    )


async def _stream(call: Call[None, NoQuery], found: Inquiry) -> web.StreamResponse:
    """Return the response that carries the events; a caller that goes away ends it."""
    response = web.StreamResponse(
        headers={"Content-Type": EVENTS, "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )
    await response.prepare(call.request)
    with suppress(ConnectionResetError):
        await _follow(call, found, response)
    return response


async def _follow(call: Call[None, NoQuery], found: Inquiry, response: web.StreamResponse) -> None:
    """Send each state as an event, with a comment now and then, until the state is final."""
    loop = asyncio.get_running_loop()
    sent, spoken = -1, loop.time()
    while True:
        if found.version != sent:
            sent, spoken = found.version, loop.time()
            await _note(call, found)
            await response.write(_event(found))
        if is_final(INQUIRY, found.state):
            return
        if loop.time() - spoken >= KEEP_ALIVE_SECONDS:
            spoken = loop.time()
            await response.write(b": still waiting\n\n")
        await call.ports.watch.wait(found.inquiry_id, LOOK_SECONDS)
        found = await inquiries.load(found.inquiry_id, system=call.system, ports=call.ports)


def _event(found: Inquiry) -> bytes:
    data = msgspec.json.encode(to_resource(found))
    return b"event: state\nid: %d\ndata: %s\n\n" % (found.version, data)


_ASKED: Final = InquiryRequest(
    number="1001",
    affair="69-7",
    provider="991023",
    information=(WantedInformation(information="地方税関係情報", items=("total_income",)),),
)

OPERATIONS: Final = (
    Operation(
        name="submit_inquiry",
        method="POST",
        path=PATH,
        scope="inquiries:submit",
        handler=submit,
        summary_ja="情報照会を行う",
        summary_en="Submit an inquiry; a denied one is recorded too and is returned with 200.",
        body=InquiryRequest,
        sample=_ASKED,
        headers=(IDEMPOTENCY_KEY, PREFER),
        replies={
            200: Sample(text="It is final.", value=REFUSED_SAMPLE, headers=("Location",)),
            202: Sample(text="It goes on.", value=SAMPLE, headers=("Location",)),
        },
        may_refuse=(409, 422),
    ),
    Operation(
        name="list_inquiries",
        method="GET",
        path=PATH,
        scope="inquiries:read",
        handler=list_inquiries,
        summary_ja="照会の一覧を見る（失敗したものなど）",
        summary_en="List the own inquiries, such as those that failed and who can put it right.",
        query=InquiriesQuery,
        replies={200: Sample(text="A page.", value=PAGE_SAMPLE)},
    ),
    Operation(
        name="show_inquiry",
        method="GET",
        path=f"{PATH}/{{id}}",
        scope="inquiries:read",
        handler=show,
        summary_ja="照会の状態と結果を見る",
        summary_en="Show an inquiry; with Accept: text/event-stream follow its states as events.",
        headers=(PREFER,),
        replies={200: Sample(text="The inquiry.", value=SAMPLE)},
        streams=True,
    ),
    Operation(
        name="cancel_inquiry",
        method="POST",
        path=f"{PATH}/{{id}}/cancel",
        scope="inquiries:cancel",
        handler=cancel,
        summary_ja="照会を取り消す",
        summary_en="Cancel an inquiry that is not final.",
        replies={200: Sample(text="It is cancelled.", value=SAMPLE)},
        may_refuse=(409,),
    ),
)
