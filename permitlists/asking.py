"""Questions as parties and people put them: codes or class texts instead of sets of classes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from permitlists.decide import decide
from permitlists.edition import Edition
from permitlists.explain import Explanation, explain
from permitlists.institutions import HeldFile, Institutions
from permitlists.model import STATUTORY_BASIS, Affair, Question, Side
from permitlists.supplement import Hold

_CODE_LENGTH = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedQuestion:
    """A question whose sides are six-digit institution codes, as parties put it to one another.

    `affair` is ROW or ROW-CLAUSE, under `jorei-19-9` the number of a filing. A delegator is the
    institution whose affair the side carries out, None where it acts for itself.
    """

    on: date
    affair: str
    inquirer: str
    provider: str
    information: tuple[str, ...]
    instrument: str = "shourei-r6"
    basis: str = STATUTORY_BASIS
    inquirer_delegator: str | None = None
    provider_delegator: str | None = None
    consent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Worn:
    """What one side of a coded question amounts to on the day."""

    classes: frozenset[str]
    unreviewed: frozenset[str] = frozenset()
    files: tuple[HeldFile, ...] = ()
    delegated: bool = True


def resolve(coded: CodedQuestion, institutions: Institutions) -> Question:
    """Return the question to the permit list: institutions become their classes of that day.

    An unknown code wears no class; neither does a side that names a delegator without a delegation
    which covers the day and the affair. Both are refused.

    Raises:
        PermitListError: the affair has another form.
    """
    affair = Affair.parse(coded.affair)
    inquirer = _wear(coded, affair, institutions, (coded.inquirer, coded.inquirer_delegator))
    provider = _wear(coded, affair, institutions, (coded.provider, coded.provider_delegator))
    sides: tuple[tuple[Side, _Worn], ...] = (("inquirer", inquirer), ("provider", provider))
    asked = frozenset(coded.information)
    return Question(
        on=coded.on,
        affair=affair,
        inquirer=inquirer.classes,
        provider=provider.classes,
        information=coded.information,
        instrument=coded.instrument,
        basis=coded.basis,
        inquirer_code=coded.inquirer,
        provider_code=coded.provider,
        inquirer_delegator=coded.inquirer_delegator,
        provider_delegator=coded.provider_delegator,
        consent=coded.consent,
        inquirer_files=frozenset(
            file.id
            for file in inquirer.files
            if file.instrument == coded.instrument and affair.row in file.rows
        ),
        provider_files=frozenset(
            file.id for file in provider.files if not file.information.isdisjoint(asked)
        ),
        undelegated=frozenset(side for side, worn in sides if not worn.delegated),
        unreviewed=inquirer.unreviewed | provider.unreviewed,
    )


def _wear(
    coded: CodedQuestion,
    affair: Affair,
    institutions: Institutions,
    codes: tuple[str, str | None],
) -> _Worn:
    code, delegator = codes
    acting = institutions.find(code)
    files = acting.files if acting else ()
    if delegator is not None:
        delegations = institutions.list_delegations(delegator, code)
        if not any(one.covers(coded.instrument, affair.row, coded.on) for one in delegations):
            return _Worn(classes=frozenset(), files=files, delegated=False)
        acting = institutions.find(delegator)
        files += acting.files if acting else ()
    if acting is None:
        return _Worn(classes=frozenset(), files=files)
    return _Worn(
        classes=acting.classes_on(coded.on),
        unreviewed=acting.unreviewed_on(coded.on),
        files=files,
    )


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
