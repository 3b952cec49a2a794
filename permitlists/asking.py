"""Questions as parties and people put them: codes or class texts instead of sets of classes."""

from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from typing import Final, NamedTuple

from permitlists.edition import Edition
from permitlists.explain import Explanation
from permitlists.institutions import NOBODY, Institutions, Standing
from permitlists.model import ORDINANCE, STATUTORY_BASIS, Affair, Question, Side
from permitlists.permit_list import PermitList

_CODE_LENGTH = 6
# The sides without a delegation, by whether that of the inquirer and of the provider stands.
_UNDELEGATED: Final[dict[tuple[bool, bool], frozenset[Side]]] = {
    (True, True): frozenset(),
    (True, False): frozenset({"provider"}),
    (False, True): frozenset({"inquirer"}),
    (False, False): frozenset({"inquirer", "provider"}),
}


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


class _Side(NamedTuple):
    """What one side of a question amounts to on the day.

    `code` is None for a class text. `delegated` is False where the side names a delegator that
    has delegated nothing to it.
    """

    code: str | None
    standing: Standing
    delegated: bool = True


def resolve(coded: CodedQuestion, institutions: Institutions) -> Question:
    """Return the question to the permit list: institutions become their classes of that day.

    An unknown code wears no class; neither does a side that names a delegator without a delegation
    which covers the day and the affair. Both are refused.

    Raises:
        PermitListError: the affair has another form.
    """
    affair = Affair.parse(coded.affair)
    return _question(
        coded,
        affair,
        _find_side(coded, affair, institutions, (coded.inquirer, coded.inquirer_delegator)),
        _find_side(coded, affair, institutions, (coded.provider, coded.provider_delegator)),
    )


def _question(coded: CodedQuestion, affair: Affair, inquirer: _Side, provider: _Side) -> Question:
    return Question(
        on=coded.on,
        affair=affair,
        inquirer=inquirer.standing.classes,
        provider=provider.standing.classes,
        information=coded.information,
        instrument=coded.instrument,
        basis=coded.basis,
        inquirer_code=inquirer.code,
        provider_code=provider.code,
        inquirer_delegator=coded.inquirer_delegator,
        provider_delegator=coded.provider_delegator,
        consent=coded.consent,
        inquirer_files=frozenset(
            [
                file.id
                for file in inquirer.standing.files
                if (coded.instrument, affair.row) in file.rows
            ]
        ),
        provider_files=frozenset(
            [
                file.id
                for file in provider.standing.files
                if not file.information.isdisjoint(coded.information)
            ]
        ),
        undelegated=_UNDELEGATED[inquirer.delegated, provider.delegated],
        unreviewed=inquirer.standing.unreviewed | provider.standing.unreviewed,
    )


def _find_side(
    coded: CodedQuestion,
    affair: Affair,
    institutions: Institutions,
    codes: tuple[str, str | None],
) -> _Side:
    code, delegator = codes
    own = institutions.standing_of(code, coded.on)
    if delegator is None:
        return _Side(code, own)
    delegations = institutions.list_delegations(delegator, code)
    if not any(one.covers(coded.instrument, affair.row, coded.on) for one in delegations):
        return _Side(code, Standing(files=own.files), delegated=False)
    lent = institutions.standing_of(delegator, coded.on)
    return _Side(code, replace(lent, files=own.files + lent.files))


def explain_named(
    permit_list: PermitList,
    institutions: Institutions,
    named: CodedQuestion,
    edition: Edition | None,
) -> Explanation:
    """Return the explained decision on a question whose sides may be class texts of the law.

    A class text of several readings is allowed only if each reading is; the first reading that is
    refused is the one explained. An unknown code or class wears no class and is refused.

    Args:
        permit_list: The list, whose holds and filings are regarded.
        institutions: Who wears which classes.
        named: The question; a side of six digits is a code, any other one a class text.
        edition: The edition to judge by, None for no edition in force. An ordinance affair is
            judged by the statutory edition of the day, whatever stands here.

    Raises:
        PermitListError: the affair has another form.
    """
    affair = Affair.parse(named.affair)
    ordinance = named.instrument == ORDINANCE
    read_by = permit_list.find_statutory(named.on) if ordinance else edition
    sides = [
        _list_sides(read_by, named, institutions, texts)
        for texts in (
            (named.inquirer, named.inquirer_delegator),
            (named.provider, named.provider_delegator),
        )
    ]
    explained = (
        permit_list.explain(question) if ordinance else permit_list.explain_by(edition, question)
        for question in (_question(named, affair, *worn) for worn in product(*sides))
    )
    first = next(explained)
    if not first.decision.allowed:
        return first
    return next((one for one in explained if not one.decision.allowed), first)


def _list_sides(
    edition: Edition | None,
    named: CodedQuestion,
    institutions: Institutions,
    texts: tuple[str, str | None],
) -> list[_Side]:
    text, delegator = texts
    if len(text) == _CODE_LENGTH and text.isascii() and text.isdigit():
        return [_find_side(named, Affair.parse(named.affair), institutions, texts)]
    if edition is None or delegator is not None:  # who is no institution carries out for nobody
        return [_Side(None, NOBODY, delegated=delegator is None)]
    readings = edition.classes.list_readings(text)
    return [_Side(None, Standing(classes=classes)) for classes in readings]
