"""What a broken reply is on the wire: bytes, pauses, and how the connection ends. No I/O here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from mocks.engine.durations import Duration
from mocks.engine.exchange import DrawnFault
from mocks.engine.scenario_rules import Fault

GARBAGE: Final = b"HTPT/1.l 2OO OK\r\n\r\n"
PIECES: Final = 8  # in how many a reply comes that comes drop by drop
_HALF: Final = "50%"
_LAST_CHUNK: Final = b"0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Put:
    """Bytes that go out."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing goes out for a while of the space's time."""

    lasting: Duration


@dataclass(frozen=True, slots=True)
class Hang:
    """Nothing goes out any more: until the other side gives up, or for a while, then it closes."""

    lasting: Duration | None = None


class End(Enum):
    """How the connection stands after the last byte."""

    KEEP = "keep"
    CLOSE = "close"
    RESET = "reset"


Move = Put | Pause | Hang | End


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What should have gone out: the body and the headers that say what it is."""

    body: bytes
    headers: Mapping[str, str]

    def head(self, **more: str) -> bytes:
        """Return status line and headers; further ones are named as in `Content_Length`."""
        named = {name.replace("_", "-"): value for name, value in more.items()}
        lines = [f"{name}: {value}\r\n" for name, value in {**self.headers, **named}.items()]
        return ("HTTP/1.1 200 OK\r\n" + "".join(lines) + "\r\n").encode("latin-1")

    @property
    def sized(self) -> bytes:
        """The head that says how long the whole body is."""
        return self.head(Content_Length=str(len(self.body)))

    @property
    def chunked(self) -> bytes:
        """The head of a body in chunks."""
        return self.head(Transfer_Encoding="chunked")

    def kept(self, fault: Fault) -> bytes:
        """Return the part of the body that still comes; half of it where the fault does not say."""
        amount = _HALF if fault.bytes is None else fault.bytes
        if isinstance(amount, int):
            return self.body[:amount]
        return self.body[: len(self.body) * int(amount.removesuffix("%")) // 100]


def plan(letter: Letter, faults: Sequence[DrawnFault]) -> tuple[Move, ...]:
    """Return what happens on the wire instead of a reply, the first move being its head.

    All faults that change what is said or that wait take part; of those that break the framing or
    the connection the first does.
    """
    told = [one.fault for one in faults]
    for fault in told:
        if fault.kind in _CHANGES:
            letter = _CHANGES[fault.kind](letter, fault)
    breaks = [_BREAKS[fault.kind](letter, fault) for fault in told if fault.kind in _BREAKS]
    head, *rest = breaks[0] if breaks else _whole(letter)
    waits: list[Move] = []
    for fault in told:
        if fault.kind == "delay" and fault.lasting:
            waits.append(Pause(fault.lasting))
        elif fault.kind == "hang":
            return (head, *waits, Hang(fault.lasting))
    return (head, *waits, *rest)


def _whole(letter: Letter) -> list[Move]:
    return [Put(letter.sized), Put(letter.body), End.KEEP]


def _reset(letter: Letter, fault: Fault) -> list[Move]:
    return [Put(letter.sized), Put(letter.kept(fault)), End.RESET]


def _close(letter: Letter, fault: Fault) -> list[Move]:
    return [Put(letter.sized), Put(letter.kept(fault)), End.CLOSE]


def _truncate(letter: Letter, fault: Fault) -> list[Move]:
    kept = letter.kept(fault)
    if fault.framing == "chunked":
        return [Put(letter.chunked), Put(chunk(kept)), End.CLOSE]
    if fault.framing == "close_delimited":
        return [Put(letter.head(Connection="close")), Put(kept), End.CLOSE]
    return [Put(letter.sized), Put(kept), End.CLOSE]


def _malformed_chunk(letter: Letter, _fault: Fault) -> list[Move]:
    broken = b"x" + chunk(letter.body) + _LAST_CHUNK
    return [Put(letter.chunked), Put(broken), End.CLOSE]


def _no_last_chunk(letter: Letter, _fault: Fault) -> list[Move]:
    return [Put(letter.chunked), Put(chunk(letter.body)), End.CLOSE]


def _dribble(letter: Letter, fault: Fault) -> list[Move]:
    step = max(1, -(-len(letter.body) // PIECES))
    pieces = [letter.body[at : at + step] for at in range(0, len(letter.body), step)]
    lasting = fault.lasting or Duration()
    moves: list[Move] = [Put(letter.chunked)]
    for number, piece in enumerate(pieces):
        moves += [Pause(_share(lasting, number, len(pieces))), Put(chunk(piece))]
    return [*moves, Put(_LAST_CHUNK), End.KEEP]


def _share(lasting: Duration, number: int, parts: int) -> Duration:
    """Return one of `parts` of a duration, so that all of them add up to it."""
    days, span, after = lasting.business_days, lasting.span, number + 1
    return Duration(
        business_days=days * after // parts - days * number // parts,
        span=span * after // parts - span * number // parts,
    )


def _garbage_status(letter: Letter, _fault: Fault) -> list[Move]:
    return [Put(GARBAGE), Put(letter.body), End.CLOSE]


def _appended(letter: Letter, _fault: Fault) -> list[Move]:
    return [Put(letter.sized), Put(letter.body + letter.sized + letter.body), End.KEEP]


def _encoding(letter: Letter, fault: Fault) -> Letter:
    """Say the text in another encoding than is declared; what is no text stays as it is."""
    media_type = letter.headers["Content-Type"]
    headers = dict(letter.headers)
    if fault.declare is not None:
        headers["Content-Type"] = f"{media_type}; charset={fault.declare}"
    target = fault.send or fault.to
    try:
        text = letter.body.decode("utf-8")
    except UnicodeDecodeError:
        return replace(letter, headers=headers)
    body = letter.body if target is None else text.encode(target, "replace")
    return replace(letter, body=body, headers=headers)


def _bad_gzip(letter: Letter, _fault: Fault) -> Letter:
    return replace(letter, headers={**letter.headers, "Content-Encoding": "gzip"})


def chunk(data: bytes) -> bytes:
    """Return data as one chunk; nothing as nothing, since an empty chunk would be the last."""
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


_CHANGES: Final[Mapping[str, Callable[[Letter, Fault], Letter]]] = {
    "encoding": _encoding,
    "bad_gzip": _bad_gzip,
}
_BREAKS: Final[Mapping[str, Callable[[Letter, Fault], list[Move]]]] = {
    "reset": _reset,
    "close": _close,
    "truncate": _truncate,
    "malformed_chunk": _malformed_chunk,
    "no_last_chunk": _no_last_chunk,
    "dribble": _dribble,
    "garbage_status": _garbage_status,
    "appended": _appended,
}
