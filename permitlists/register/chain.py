"""The lines of the register: canonical JSON, each carrying the SHA-256 of the line before."""

import hashlib
from dataclasses import dataclass
from typing import Final

import msgspec

from permitlists.register.errors import RegisterError
from permitlists.register.events import AnyEvent

START: Final = "0" * 64


class _FaultError(ValueError):
    """A line that cannot stand where it stands, and why in both languages."""

    def __init__(self, ja: str, en: str) -> None:
        super().__init__(en)
        self.ja, self.en = ja, en


class _Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`digest` covers the event itself, so that the last line is protected as well."""

    digest: str
    event: AnyEvent
    previous: str


_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(_Line).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """The events of a log.

    `heads` are the SHA-256 of the lines, in order. `length` counts the bytes of whole lines; what
    follows them is the rest of a write that never finished. `open_end` says that the last whole
    line still lacks its line end.
    """

    events: tuple[AnyEvent, ...]
    heads: tuple[str, ...]
    length: int
    open_end: bool = False

    @property
    def head(self) -> str:
        """The SHA-256 of the last line, 64 zeros for an empty log."""
        return self.heads[-1] if self.heads else START

    def check_grown(self, head: str) -> None:
        """Check that a last line noted before still stands in the log.

        Raises:
            RegisterError: it does not.
        """
        if head not in {START, *self.heads}:
            raise RegisterError("permits.register_shortened", head=head)


def link(event: AnyEvent, previous: str) -> bytes:
    """Return the line of an event that follows the line of SHA-256 `previous`, without line end."""
    digest = hashlib.sha256(_encode(event)).hexdigest()
    return _encode(_Line(digest=digest, event=event, previous=previous))


def read_chain(data: bytes) -> Chain:
    """Return the events of a log.

    A last line without line end counts if it is a whole JSON text. Otherwise it is left out: it
    is what a crash left of a write that nobody was told had succeeded.

    Raises:
        RegisterError: a line is no event, is not canonical or does not follow the one before.
    """
    *lines, rest = data.split(b"\n")
    open_end = _is_whole(rest)
    if open_end:
        lines.append(rest)
    events: list[AnyEvent] = []
    heads = [START]
    for number, line in enumerate(lines, start=1):
        try:
            events.append(_read_line(line, heads[-1]))
        except _FaultError as error:
            raise RegisterError(
                "permits.register_broken", line=number, fault_ja=error.ja, fault_en=error.en
            ) from error
        heads.append(hashlib.sha256(line).hexdigest())
    return Chain(
        events=tuple(events),
        heads=tuple(heads[1:]),
        length=len(data) if open_end else len(data) - len(rest),
        open_end=open_end,
    )


def _is_whole(text: bytes) -> bool:
    try:
        msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _read_line(line: bytes, previous: str) -> AnyEvent:
    try:
        found = _decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _FaultError("出来事の形をしていません", "it is no event") from error
    if found.previous != previous:
        raise _FaultError("前の行に続いていません", "it does not follow the line before")
    if link(found.event, previous) != line:
        raise _FaultError("書かれたときの内容と違います", "it is not what was written")
    return found.event
