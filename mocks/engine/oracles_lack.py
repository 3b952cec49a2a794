"""What keeps "it did not happen" from being worth anything: nothing to judge, or rows that went."""

from collections.abc import Collection, Sequence

from mocks.engine.oracles_bench import Bench, Finding, found
from mocks.engine.rows import Row
from mocks.engine.vocabulary import Word


def lacking(
    bench: Bench, what: Word, person: str | None, members: Collection[int]
) -> Finding | None:
    """Return why a run does not show that something did not happen, or None if it does.

    `members` are those about whom the subject came up; a named person must be among them with
    every member of the crowd, and a journal that let rows go shows nothing.
    """
    total = bench.crowd(person)
    named = Word(ja=f"{what.ja}（{person}）", en=f"{what.en} ({person})") if person else what
    if not members:
        return found("open", "nothing", what=named)
    if person is not None and len(members) < total:
        return found("open", "some", what=named, n=len(members), total=total)
    return gone(bench)


def gone(bench: Bench, rows: Sequence[Row] = ()) -> Finding | None:
    """Return that rows of the journal are gone, or None if all are there."""
    return found("open", "lost", rows, n=bench.lost) if bench.lost else None
