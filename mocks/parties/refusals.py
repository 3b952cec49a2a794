"""Refusals of the counterparties: one table of codes and what they say to people."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from wire.messages import Refusal

Retry = Literal["never", "same_id", "after"]


class RefusedError(Exception):
    """A document that the party does not accept; the other fields go into the refusal."""

    def __init__(
        self,
        code: str,
        *,
        failed: str | None = None,
        retry_at: datetime | None = None,
        detail: tuple[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code, self.failed, self.retry_at, self.detail = code, failed, retry_at, detail


def require(code: str, *, holds: bool) -> None:
    """Return if a rule holds.

    Raises:
        RefusedError: it does not; `code` names it.
    """
    if not holds:
        raise RefusedError(code)


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
    entry = load_texts()[error.code]
    ja, en = error.detail or (f"{entry.ja}。", f"{entry.en}.")
    return Refusal(
        code=error.code,
        occurrence=occasion.occurrence,
        title_ja=entry.ja,
        title_en=entry.en,
        detail_ja=ja,
        detail_en=en,
        retry=entry.retry,
        retry_at=error.retry_at,
        transaction_number=occasion.transaction_number,
        failed=error.failed,
    )
