"""How the panel writes instants and the words of states; those of the journal are in wording."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from mocks.admin.wording import (
    name_act,
    name_fault,
    name_part,
    name_point,
    name_result,
    name_tag,
    name_trouble,
)
from mocks.engine.clock import JST

_DAYS: Final = "月火水木金土日"
_WORDS: Final[Mapping[str, str]] = {
    "met": "達成",
    "broken": "違反",
    "open": "未確定",
    "up": "稼働",
    "down": "停止",
    "real": "実時間",
    "frozen": "停止中",
    "rate": "早送り",
    "in": "受信",
    "out": "送信",
    "seen": "観測",
    "sut": "試験対象",
    "core": "中核",
    "registry": "住民登録",
    "agency": "提供・照会機関",
    "federation": "国保連合会",
    "insurers": "保険者",
    "portal": "ポータル",
    "must": "必須",
    "should": "推奨",
    "may": "任意",
    "error": "誤り",
    "warning": "注意",
    "note": "参考",
}


def write_moment(instant: datetime) -> str:
    """Return month, day and time in Japan, as rows show it."""
    return instant.astimezone(JST).strftime("%m-%d %H:%M:%S")


def write_instant(instant: datetime) -> str:
    """Return the day with its weekday and the time in Japan."""
    here = instant.astimezone(JST)
    return f"{here:%Y-%m-%d}（{_DAYS[here.weekday()]}）{here:%H:%M:%S}"


def write_word(word: str) -> str:
    """Return what a word of the API is called on the panel, or the word itself."""
    return _WORDS.get(word, word)


def write_json(value: object) -> str:
    """Return decoded values as indented JSON, Japanese as it is."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)


def write_compact(value: object) -> str:
    """Return values as one line of JSON, for an attribute."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


FILTERS: Final[Mapping[str, Callable[[Any], str]]] = {  # Any: each takes its own type
    "moment": write_moment,
    "instant": write_instant,
    "act": name_act,
    "fault": name_fault,
    "part": name_part,
    "point": name_point,
    "result": name_result,
    "tag": name_tag,
    "trouble": name_trouble,
    "word": write_word,
    "json": write_json,
    "compact": write_compact,
}
