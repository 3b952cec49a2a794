"""How rows and exchanges of the journal are explained and shown."""

import base64
import shlex
from typing import Final

from mocks.admin.schemas.journal import BytesResource, RawResource, WhyResource
from mocks.admin.views import show_miss
from mocks.admin.wording import name_part
from mocks.engine.exchange import WhyNot
from mocks.engine.journal import Exchange, Row
from mocks.net.client import PATH
from mocks.net.space import Space
from wire.documents import MEDIA_TYPE

# In which order a rule is compared with a call: the later it fails, the nearer it came.
_ORDER: Final = (
    "party",
    "op",
    "person",
    "match.name",
    "match.information",
    "match.affair",
    "match.inquirer",
    "match.provider",
    "state.permit",
    "state.inquiry",
    "state.open",
    "state.limit",
    "state.since",
    "nth",
)
_SHOWN_TEXT: Final = 64 * 1024


def explain_row(row: Row) -> WhyResource:
    """Return why a row went as it did."""
    nearest = find_nearest(row.why_not)
    return WhyResource(
        row=row.id,
        rule=row.rule,
        matched=row.matched,
        why_not=tuple(map(show_miss, row.why_not)),
        nearest=nearest.rule if nearest else None,
        text_ja=_say_ja(row, nearest),
        text_en=_say_en(row, nearest),
    )


def find_nearest(misses: tuple[WhyNot, ...]) -> WhyNot | None:
    """Return the rule that came nearest to matching, None where there was none."""
    return max(misses, key=lambda one: _rank(one.part), default=None)


def _rank(part: str) -> int:
    return _ORDER.index(part) if part in _ORDER else -1


def _say_ja(row: Row, nearest: WhyNot | None) -> str:
    if row.matched:
        return f"規則 {'、'.join(row.matched)} が当てはまりました。"
    begin = "どの行いにも当たらない電文でした。"
    if row.direction == "seen":
        begin = "試験対象が行ったことが見えたものです。"
    elif row.op is not None:
        begin = "どの規則も当てはまらないので、通常どおりに扱いました。"
    if nearest is None:
        return f"{begin}比べる規則はありません。"
    return (
        f"{begin}最も近い規則は {nearest.rule} です。{name_part(nearest.part)}（{nearest.part}）が"
        f"「{nearest.wanted}」のところ、「{nearest.found or 'なし'}」でした。"
    )


def _say_en(row: Row, nearest: WhyNot | None) -> str:
    if row.matched:
        return f"Matched: {', '.join(row.matched)}."
    begin = "The document is no act that anybody knows."
    if row.direction == "seen":
        begin = "The system under test was seen to do this."
    elif row.op is not None:
        begin = "No rule matched, so it was handled as usual."
    if nearest is None:
        return f"{begin} There is no rule to compare with."
    return (
        f"{begin} The nearest is {nearest.rule}: {nearest.part} wants {nearest.wanted!r}"
        f" and found {nearest.found!r}."
    )


def show_raw(row: Row, exchange: Exchange, space: Space) -> RawResource:
    """Return both sides of an exchange and the command that sends its request again."""
    return RawResource(
        row=row.id,
        exchange=exchange.id,
        request=_show_bytes(exchange.asked),
        response=_show_bytes(exchange.answered or b""),
        curl=write_curl(exchange, space),
    )


def _show_bytes(octets: bytes) -> BytesResource:
    try:
        text = octets[:_SHOWN_TEXT].decode("utf-8")
    except UnicodeDecodeError:
        text = None
    return BytesResource(
        size=len(octets), base64=base64.b64encode(octets).decode("ascii"), text=text
    )


def write_curl(exchange: Exchange, space: Space) -> str:
    """Return a shell command that sends the request of an exchange again, empty if none can.

    The sender's certificate is in the folder of keys of the space.
    """
    sender, receiver = exchange.peer or "", exchange.party
    if exchange.direction != "in":
        sender, receiver = receiver, sender
    names, urls = space.script.names, {peer.institution: peer.url for peer in space.peers}
    sender, receiver = names.code_of(sender) or sender, names.code_of(receiver) or receiver
    if sender not in urls or receiver not in urls:
        return ""
    identity = space.pki.identity(sender)
    arguments = [
        "curl",
        "--silent",
        "--show-error",
        "--cert",
        str(identity.tls_certificate),
        "--key",
        str(identity.tls_key),
        "--cacert",
        str(space.pki.authority),
        "--header",
        f"Content-Type: {MEDIA_TYPE}",
        "--data-binary",
        "@-",
        f"{urls[receiver]}{PATH}",
    ]
    body = base64.b64encode(exchange.asked).decode("ascii")
    command = " ".join(map(shlex.quote, arguments))
    return f"printf %s {shlex.quote(body)} | base64 -d | {command}"
