"""What a run is about: what is asked for, and scenarios put for something else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Final

from mocks.engine.examples import load_examples
from mocks.engine.scenario import Scenario
from permitlists import items_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What is asked for, under which affair (ROW-CLAUSE).

    `item` is the one that is asked for alone and that changes, an amount of money; `beyond` is
    another one of the information. `example` is a known answer by name. `residence` is an affair
    of the same inquirers under which 住民票関係情報 may be asked for, None if there is none.
    """

    affair: str
    information: str
    item: str
    beyond: str
    example: str
    residence: str | None = None

    def name_ja(self, item: str) -> str:
        """Return the Japanese name of an item of the information, the id of an unknown one."""
        named = {one.id: one.name_ja for one in items_of(self.information)}
        return named.get(item, item)


TAX: Final = Topic(
    affair="69-7",
    information="地方税関係情報",
    item="total_income",
    beyond="fixed_asset_tax",
    example="tax_2026",
    residence="69-10",
)  # as scenarios are written


def restate(scenario: Scenario, topic: Topic) -> Scenario:
    """Return a scenario that is written for `TAX` as it is played for another topic."""
    words = dict(_list_words(topic))
    said: Scenario = _say(scenario, words) if words else scenario
    return said


def _list_words(topic: Topic) -> Iterator[tuple[str, str]]:
    """Yield what is said otherwise, and how; so are known answers that are about taxes alone."""
    for field in fields(Topic):
        old, new = getattr(TAX, field.name), getattr(topic, field.name)
        if new is not None and old != new:
            yield old, new
    if topic.information != TAX.information:
        for name, example in load_examples().items():
            if set(example.values) == {TAX.information}:
                yield name, topic.example


def _say(value: Any, words: Mapping[str, str]) -> Any:  # noqa: ANN401  # any value of a scenario
    if isinstance(value, str):
        return words.get(value, value)
    if isinstance(value, tuple):
        return tuple(_say(one, words) for one in value)
    if isinstance(value, Mapping):
        return {name: _say(one, words) for name, one in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        said = {one.name: _say(getattr(value, one.name), words) for one in fields(value)}
        return replace(value, **said)
    return value
