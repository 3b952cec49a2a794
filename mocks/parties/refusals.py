"""Refusals of the counterparties: one table of codes and what they say to people."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import msgspec

from mocks.engine.exchange import Ruling
from mocks.engine.vocabulary import list_codes
from wire.messages import Refusal

Retry = Literal["never", "same_id", "after"]
DENIED: Final = "inquiry.denied."


class RefusedError(Exception):
    """A document that the party does not accept; the other fields go into the refusal.

    `retry` overrides what the table says of the code.
    """

    def __init__(
        self,
        code: str,
        *,
        failed: str | None = None,
        retry: Retry | None = None,
        retry_at: datetime | None = None,
        detail: tuple[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code, self.failed, self.detail = code, failed, detail
        self.retry, self.retry_at = retry, retry_at


class OrderedError(RefusedError):
    """A refusal that a rule wants; a repeat of what was refused is judged anew."""


def require(code: str, *, holds: bool) -> None:
    """Return if a rule holds.

    Raises:
        RefusedError: it does not; `code` names it.
    """
    if not holds:
        raise RefusedError(code)


def obey(ruling: Ruling | None) -> None:
    """Return if no rule wants a refusal.

    Raises:
        OrderedError: the first matching rule wants one.
    """
    reply = ruling.reply if ruling else None
    if ruling is None or reply is None or reply.error is None:
        return
    reopen_at = ruling.texts.get("reopen_at")
    retry_at = reopen_at if isinstance(reopen_at, datetime) else None
    retry = reply.retry or ("after" if retry_at else None)
    raise OrderedError(
        reply.error,
        failed=reply.error.removeprefix(DENIED) if reply.error.startswith(DENIED) else None,
        retry=retry,
        retry_at=retry_at if retry == "after" else None,
    )


def is_passing(error: RefusedError) -> bool:
    """Return whether a refusal is about the moment: the same document may come again later."""
    return (error.retry or _entry(error.code).retry) == "after"


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    ja: str
    en: str
    retry: Retry = "never"


@cache
def load_texts() -> Mapping[str, _Entry]:
    """Return the table by code."""
    text = (files("mocks") / "data" / "refusals.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, _Entry])


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """This very refusal: its own id, and the transaction it belongs to."""

    occurrence: str
    transaction_number: str | None = None


def explain(error: RefusedError, occasion: Occasion) -> Refusal:
    """Return the message that tells a refusal."""
    entry = _entry(error.code)
    ja, en = error.detail or (f"{entry.ja}。", f"{entry.en}.")
    return Refusal(
        code=error.code,
        occurrence=occasion.occurrence,
        title_ja=entry.ja,
        title_en=entry.en,
        detail_ja=ja,
        detail_en=en,
        retry=error.retry or entry.retry,
        retry_at=error.retry_at,
        transaction_number=occasion.transaction_number,
        failed=error.failed,
    )


def _entry(code: str) -> _Entry:
    """Return what is said with a code; some are known to scenarios only."""
    found = load_texts().get(code)
    if found is not None:
        return found
    word = list_codes().get(code)
    return _Entry(ja=word.ja, en=word.en) if word else _Entry(ja=code, en=code)
