"""The error catalogue: what each code means to people, in Japanese and English."""

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from types import MappingProxyType

from gateway.domain.errors import Origin, Retry

UNFORESEEN = "gateway.failed"
REFUSED_BY_PEER = "peer.refused"


class FixBy(StrEnum):
    """Who can put it right."""

    CALLER = "caller"  # the business system and those who run it
    STAFF = "staff"  # the clerk in charge of the case
    OPERATOR = "operator"  # whoever runs this gateway
    PEER = "peer"  # the other institution
    CORE = "core"  # the network core


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One code: `detail_*` ends in what to do, `cause` is one technical sentence."""

    code: str
    title_ja: str
    title_en: str
    detail_ja: str
    detail_en: str
    cause: str
    fix_by: FixBy
    retry: Retry
    origin: Origin


@functools.cache
def load_catalogue() -> Mapping[str, Entry]:
    """Return every entry by code, in the order of the file."""
    text = resources.files("gateway.domain").joinpath("catalogue.toml").read_text("utf-8")
    return MappingProxyType({code: _read(code, row) for code, row in tomllib.loads(text).items()})


def _read(code: str, row: Mapping[str, str]) -> Entry:
    texts = {name: row[name] for name in row if name not in {"fix_by", "retry", "origin"}}
    return Entry(
        code=code,
        fix_by=FixBy(row["fix_by"]),
        retry=Retry(row["retry"]),
        origin=Origin(row["origin"]),
        **texts,
    )


def explain(code: str) -> Entry:
    """Return the entry of a code; a code that only a peer knows reads as the peer's refusal."""
    entries = load_catalogue()
    return entries.get(code) or entries[REFUSED_BY_PEER]
