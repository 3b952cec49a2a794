"""What the words of the journal are called for people: acts, results, faults, states, tags.

Whoever writes YAML needs the words themselves, so the panel shows both; a word that no table has
stands for itself.
"""

from collections.abc import Mapping
from typing import Final

from mocks.engine.oracles_said import word
from mocks.engine.vocabulary import Word, list_codes, load_vocabulary

_UNKNOWN: Final = "不明な電文"
_STEP: Final = "step."  # what a scenario wanted a party to do, and it could not
_RESULTS: Final[Mapping[str, str]] = {
    "none": "なし",
    "not_done": "処理せず（障害）",
    "ok": "受領済",
    "linked": "結付け済",
    "found": "該当あり",
    "distributed": "配布済",
    "unreachable": "届かず",
    "unable": "できず",
}
_POINTS: Final[Mapping[str, str]] = {
    "before_effect": "処理前",
    "after_effect": "処理後",
    "mid_response": "応答の途中",
    "after_response": "応答後",
    "on_file": "ファイル",
    "on_clock": "時計",
}
_PARTS: Final[Mapping[str, str]] = {
    "party": "参加者",
    "op": "行い",
    "person": "人",
    "nth": "何回目か",
    "match.name": "ファイル名",
    "match.information": "特定個人情報名",
    "match.affair": "事務",
    "match.inquirer": "照会者",
    "match.provider": "提供者",
    "state.permit": "提供許可証の状態",
    "state.inquiry": "照会の状態",
    "state.open": "提供時間か",
    "state.limit": "達した上限",
    "state.since": "先に当てはまった規則",
}


def name_act(op: str | None) -> str:
    """Return what an act is called; None is a message that is none."""
    if op is None:
        return _UNKNOWN
    if op.startswith(_STEP):
        return f"手順: {_find(load_vocabulary().action, op.removeprefix(_STEP))}"
    return _find(load_vocabulary().op, op)


def name_trouble(note: str | None) -> str:
    """Return what is the matter with a message that is no act: a code, or of which kind it is."""
    if not note:
        return ""
    return "電文として読めません" if note.startswith("wire.") else "扱わない種類の電文です"


def name_result(outcome: str) -> str:
    """Return what an outcome, a state or the code of a refusal is called."""
    return _RESULTS.get(outcome) or _find(list_codes(), outcome, word(outcome).ja)


def name_fault(fault: str) -> str:
    """Return what a fault of a row (`rule:kind@point`) is called, without its rule."""
    kind, _, point = fault.rpartition(":")[2].partition("@")
    named = _find(load_vocabulary().fault, kind)
    return f"{named}（{name_point(point)}）" if point else named


def name_point(point: str) -> str:
    """Return when within a call something happens."""
    return _POINTS.get(point, point)


def name_part(part: str) -> str:
    """Return what the part of a rule is called that a call is compared with."""
    return _PARTS.get(part, part)


def name_tag(tag: str) -> str:
    """Return what is special about a person, in words."""
    return _find(load_vocabulary().tag, "dv_protected" if tag == "protected" else tag)


def _find(table: Mapping[str, Word], name: str, otherwise: str | None = None) -> str:
    known = table.get(name)
    return known.ja if known else otherwise or name
