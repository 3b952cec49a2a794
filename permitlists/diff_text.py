"""Sentences about a difference between two editions, grouped by row, in Japanese and English."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TypeVar

from permitlists.diff import Difference, Permission, Rescoped
from permitlists.diff_rows import Renumbered
from permitlists.phrases import Phrase, place_of, say
from permitlists.table import Row, Table

T = TypeVar("T", Permission, Rescoped)


def write_difference(found: Difference, before: Table, after: Table) -> Iterator[str]:
    """Yield the lines that tell people what changes, first the sums, then row by row."""
    yield from say(
        "diff.sums",
        gained=len(found.gained),
        lost=len(found.lost),
        rescoped=len(found.rescoped),
        renumbered=len(found.renumbered),
    )
    gained, lost = _by_row(found.gained), _by_row(found.lost)
    rescoped = _by_row(found.rescoped)
    moved: dict[str, list[Renumbered]] = {}
    for one in found.renumbered:
        moved.setdefault(one.from_row, []).append(one)
    old = {row.no: row for row in before.rows}
    new = {row.no: row for row in after.rows}
    for number in {**old, **new}:
        phrases = [
            *_list_row(old.get(number), new.get(number), lost[number], gained[number]),
            *map(_moved, moved.get(number, ())),
            *map(_rescoped, rescoped[number]),
        ]
        yield from (f"  {text}" for phrase in phrases for text in phrase)


def _list_row(
    old: Row | None, new: Row | None, lost: list[Permission], gained: list[Permission]
) -> Iterator[Phrase]:
    counts = {"fewer": len(lost), "more": len(gained)}
    if not lost and not gained:
        return
    if old is None:
        yield say("diff.row_new", row=gained[0].row, label=new.label if new else "", **counts)
    elif new is None:
        yield say("diff.row_gone", row=old.no, label=old.label, **counts)
    elif old.label != new.label:
        yield say("diff.row_other", row=old.no, old=old.label, new=new.label, **counts)
    else:
        yield from _group("diff.lost", lost)
        yield from _group("diff.gained", gained)


def _group(name: str, permissions: list[Permission]) -> Iterator[Phrase]:
    """Yield one sentence for each product of inquirers, providers and terms within a clause."""
    inquirers: dict[tuple[str, str | None, str, str], list[str]] = {}
    for one in permissions:
        inquirers.setdefault((one.row, one.clause, one.provider, one.term), []).append(one.inquirer)
    terms: dict[tuple[str, str | None, str, tuple[str, ...]], list[str]] = {}
    for (row, clause, provider, term), names in inquirers.items():
        terms.setdefault((row, clause, provider, tuple(names)), []).append(term)
    providers: dict[tuple[str, str | None, tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for (row, clause, provider, asking), listed in terms.items():
        providers.setdefault((row, clause, asking, tuple(listed)), []).append(provider)
    for (row, clause, asking, asked), giving in providers.items():
        place_ja, place_en = place_of(row, clause)
        yield say(
            name,
            place_ja=place_ja,
            place_en=place_en,
            inquirers="、".join(asking),
            providers="、".join(giving),
            terms="、".join(asked),
        )


def _moved(one: Renumbered) -> Phrase:
    place_ja, place_en = place_of(one.from_row, one.from_clause)
    to_ja, to_en = place_of(one.to_row, one.to_clause)
    return say(
        "diff.moved",
        place_ja=place_ja,
        place_en=place_en,
        to_ja=to_ja,
        to_en=to_en.lower(),
        similarity=f"{one.similarity:.2f}",
    )


def _rescoped(one: Rescoped) -> Phrase:
    place_ja, place_en = place_of(one.row, one.clause)
    before, after = "、".join(one.before), "、".join(one.after)
    return say(
        "diff.rescoped",
        place_ja=place_ja,
        place_en=place_en,
        provider=one.provider,
        term=one.term,
        before_ja=before or "全部",
        before_en=before or "all of it",
        after_ja=after or "全部",
        after_en=after or "all of it",
    )


def _by_row(listed: Iterable[T]) -> defaultdict[str, list[T]]:
    found: defaultdict[str, list[T]] = defaultdict(list)
    for one in listed:
        found[one.row].append(one)
    return found
