"""Judges what must happen exactly once, and in which order acts must happen."""

from collections import defaultdict
from collections.abc import Sequence

from mocks.engine.oracles_bench import Bench, Finding, found, is_refused
from mocks.engine.oracles_lack import gone
from mocks.engine.oracles_said import word
from mocks.engine.oracles_subject import act
from mocks.engine.rows import Row
from mocks.engine.scenario_expectations import ExactlyOnce, Position
from mocks.engine.sightings import Sighting
from mocks.engine.vocabulary import Word, load_vocabulary


def judge_exactly_once(bench: Bench, once: ExactlyOnce) -> Finding:
    """Judge an effect that must happen once for each key: twice breaks at once.

    At the end it must have happened for every exchange or person about whom an act came up from
    which it follows and that was not refused; without any such act there is nothing to judge.
    """
    by_key: dict[str, list[Sighting]] = defaultdict(list)
    for one in bench.seen("effect", once.effect):
        by_key[_key(one, once.key)].append(one)
    key = word(once.key)
    seen = [one for some in by_key.values() for one in some]
    twice = {name: some for name, some in by_key.items() if len(some) > 1}
    if twice:
        name, some = max(twice.items(), key=lambda item: (len(item[1]), item[0]))
        rows = bench.rows_of([one for some in twice.values() for one in some])
        return found("broken", "twice", rows, n=len(twice), key=key, times=len(some), which=name)
    if not bench.over:
        return found("open", "not_yet", bench.rows_of(seen), n=len(seen))
    return _end(bench, once, sorted(by_key), key)


def _end(bench: Bench, once: ExactlyOnce, keys: Sequence[str], key: Word) -> Finding:
    touching = [row for row in bench.touching(once.effect, None) if not is_refused(row)]
    by_key = {_row_key(row, once.key): row for row in touching}
    missing = sorted(by_key.keys() - {"", *keys})
    if missing or (touching and not keys):
        rows = [by_key[name] for name in missing] or touching
        which = missing[0] if missing else "…"
        return found("broken", "zero", rows, n=max(len(missing), 1), key=key, which=which)
    if not keys:
        effect = load_vocabulary().effect.get(once.effect) or Word(ja=once.effect, en=once.effect)
        return found("open", "nothing", what=effect)
    seen = bench.rows_of(bench.seen("effect", once.effect))
    return gone(bench) or found("met", "once", seen or touching, n=len(keys), key=key)


def _key(one: Sighting, key: str) -> str:
    named = {
        "correlation": one.correlation,
        "person": one.person and f"{one.person} {one.member}",
        "sha256": one.sha256,
        "message_id": one.message_id,
    }
    return named.get(key) or one.correlation or ""


def _row_key(row: Row, key: str) -> str:
    """Return what a row says of a key that rows have; nothing for any other."""
    if key == "person":
        return f"{row.person} {row.member}" if row.person else ""
    return row.correlation or "" if key == "correlation" else ""


def judge_order(bench: Bench, order: Sequence[Position]) -> Finding:
    """Judge in which order acts happened for the first time; at equal times either order is right.

    An act that comes before another which has not come yet breaks the order, as does one that is
    still missing at the end; if none of them came there is nothing to judge.
    """
    first = [next(iter(bench.acts(one.op, one.party, one.person)), None) for one in order]
    rows = [row for row in first if row is not None]
    for later, row in enumerate(first):
        for earlier in first[:later]:
            if row is not None and (earlier is None or earlier.at > row.at):
                before = order[first.index(earlier)]
                said = {"what": act(order[later].op), "other": act(before.op)}
                return found("broken", "out_of_order", rows, **said)
    missing = [one for one, row in zip(order, first, strict=True) if row is None]
    if not missing:
        return gone(bench) or found("met", "in_order", rows)
    if not bench.over:
        return found("open", "waiting", rows, n=len(rows), total=len(order))
    if not rows:
        return found("open", "nothing", what=act(order[0].op))
    return gone(bench) or found("broken", "incomplete", rows, what=act(missing[0].op))
