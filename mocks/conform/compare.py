"""Two reports side by side: what newly fails, what newly passes, whose message changed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from mocks.conform.results import HARMLESS

Change = Literal["newly_failing", "newly_passing", "changed_message", "added", "removed"]
WORDS: Final[Mapping[Change, str]] = {
    "newly_failing": "新たに不合格",
    "newly_passing": "新たに合格",
    "changed_message": "内容が変わった",
    "added": "増えた",
    "removed": "なくなった",
}
# What differs from run to run and says nothing: ids, hashes, instants, durations, folders, ports.
_NORMAL: Final = (
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "<id>"),
    (re.compile(r"\b[0-9a-f]{32,128}\b"), "<hash>"),
    (
        re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?"),
        "<instant>",
    ),
    (re.compile(r"\d+(?:\.\d+)?(?= ?(?:ms|秒|ミリ秒|s\b))"), "<n>"),
    (re.compile(r"(?:/[\w.-]+){2,}"), "<path>"),
    (re.compile(r"(?<=127\.0\.0\.1:)\d+|(?<=localhost:)\d+"), "<port>"),
    (re.compile(r"#\d+"), "#<row>"),
    (re.compile(r"\s+"), " "),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One check that differs; `before` and `after` are results with what was received."""

    change: Change
    about: str
    before: str
    after: str


def normalise(text: str) -> str:
    """Return a text without what differs from run to run."""
    for pattern, instead in _NORMAL:
        text = pattern.sub(instead, text)
    return text.strip()


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Return what differs between two report documents, in the order of the new one."""
    return tuple(_list_differences(_results(old), _results(new)))


def worse(found: tuple[Difference, ...]) -> bool:
    """Return whether anything fails that did not."""
    return any(one.change == "newly_failing" for one in found)


def _results(document: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    found = {}
    for group in document["groups"]:
        for test in group["tests"]:
            found[test["id"]] = (test["result"], test["message"])
            for check in test["checks"]:
                found[f"{test['id']}/{check['id']}"] = (check["result"], check["received"])
    return found


def _list_differences(
    old: Mapping[str, tuple[str, str]], new: Mapping[str, tuple[str, str]]
) -> Iterator[Difference]:
    for about, (result, said) in new.items():
        if about not in old:
            yield Difference(change="added", about=about, before="", after=_show(result, said))
            continue
        change = _change(old[about], (result, said))
        if change is not None:
            before = _show(*old[about])
            yield Difference(change=change, about=about, before=before, after=_show(result, said))
    for about, known in old.items():
        if about not in new:
            yield Difference(change="removed", about=about, before=_show(*known), after="")


def _change(old: tuple[str, str], new: tuple[str, str]) -> Change | None:
    was, is_now = old[0] in HARMLESS, new[0] in HARMLESS
    if was != is_now:
        return "newly_passing" if is_now else "newly_failing"
    if old[0] != new[0] or normalise(old[1]) != normalise(new[1]):
        return "changed_message"
    return None


def _show(result: str, said: str) -> str:
    return f"{result}: {said}" if said else result
