"""Questions as people type them: a code or a class text on each side instead of class sets."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from permitlists.decide import decide
from permitlists.edition import Edition
from permitlists.explain import Explanation, explain
from permitlists.institutions import Institutions
from permitlists.model import Affair, Hold, Question

_CODE_LENGTH = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedQuestion:
    """A question whose sides are six-digit institution codes or class texts of the law."""

    on: date
    affair: Affair
    inquirer: str
    provider: str
    information: tuple[str, ...]
    instrument: str = "shourei-r6"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    code: str | None
    classes: frozenset[str]


def explain_named(
    edition: Edition | None,
    institutions: Institutions,
    named: NamedQuestion,
    holds: Iterable[Hold] = (),
) -> Explanation:
    """Return the explained decision of an edition, None for no edition in force.

    A class text of several readings is allowed only if each reading is; the first reading that is
    refused is the one explained. An unknown code or class wears no class and is refused.
    """
    kept = tuple(holds)
    questions = [
        _question(named, inquirer, provider)
        for inquirer in _list_sides(edition, institutions, named.inquirer, named.on)
        for provider in _list_sides(edition, institutions, named.provider, named.on)
    ]
    if edition is not None:
        refused = (one for one in questions if not decide(edition, one, kept).allowed)
        return explain(edition, next(refused, questions[0]), kept)
    return explain(None, questions[0])


def _list_sides(
    edition: Edition | None, institutions: Institutions, text: str, on: date
) -> list[_Side]:
    if len(text) == _CODE_LENGTH and text.isascii() and text.isdigit():
        return [_Side(code=text, classes=institutions.classes_of(text, on))]
    if edition is None:
        return [_Side(code=None, classes=frozenset())]
    return [_Side(code=None, classes=found) for found in edition.classes.list_readings(text)]


def _question(named: NamedQuestion, inquirer: _Side, provider: _Side) -> Question:
    return Question(
        on=named.on,
        affair=named.affair,
        inquirer=inquirer.classes,
        provider=provider.classes,
        information=named.information,
        instrument=named.instrument,
        inquirer_code=inquirer.code,
        provider_code=provider.code,
    )
