"""What the permit list in force here says, and what a record keeps of that (G1, G9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Final

from gateway.domain.errors import InvalidError, Retry
from gateway.domain.hours import JAPAN
from gateway.domain.inquiry import Inquiry, Refusal
from gateway.domain.permits import OWN_AFFAIRS, Judged, Mandate, Wanted
from gateway.domain.provision import Provision
from gateway.ports import Ports
from permitlists import (
    CodedQuestion,
    Decision,
    Institutions,
    PermitList,
    PermitListError,
    Question,
    resolve,
    ruling_bytes,
)
from permitlists.model import ORDINANCE, ORDINANCE_BASIS, STATUTORY_BASIS

LATEST: Final = "shourei-r6"  # what a question is put to where nothing is in force
NONE: Final = PermitList([])  # without any list everything is denied


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of the list: the elements of the legal test, with institution codes.

    `instrument` None stands for the statutory one of the day, or for ordinance affairs where the
    basis says so.
    """

    inquirer: str
    provider: str
    affair: str
    information: tuple[str, ...]
    on: date
    instrument: str | None = None
    basis: str | None = None
    mandate: Mandate = OWN_AFFAIRS


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A question with its decision; `judged` is what records keep."""

    question: Question
    decision: Decision
    judged: Judged

    @property
    def edition_sha256(self) -> str:
        """The digest of the edition that decided, empty where none was in force."""
        return self.decision.edition.sha256 if self.decision.edition else ""


def question(asked: Asked, *, ports: Ports) -> Question:
    """Return the question to the permit list; institutions become their classes of that day.

    Raises:
        InvalidError: the affair is not written as one, or the basis is not the instrument's.
    """
    instrument, basis = _ground(asked, ports.book.permit_list or NONE)
    return _resolve(asked, instrument, basis, ports.institutions)


def judge(asked: Question, *, ports: Ports) -> Judgement:
    """Decide a question by the list in force here."""
    book = ports.book
    decision = (book.permit_list or NONE).decide(asked)
    judged = Judged(
        on=asked.on,
        information=asked.information,
        sequence=book.sequence,
        own_sequence=book.own_sequence,
        ruling=sha256(ruling_bytes(asked, decision)).digest(),
    )
    return Judgement(question=asked, decision=decision, judged=judged)


def _resolve(asked: Asked, instrument: str, basis: str, institutions: Institutions) -> Question:
    mandate = asked.mandate
    coded = CodedQuestion(
        on=asked.on,
        affair=asked.affair,
        inquirer=asked.inquirer,
        provider=asked.provider,
        information=asked.information,
        instrument=instrument,
        basis=basis,
        inquirer_delegator=mandate.inquirer_delegator,
        provider_delegator=mandate.provider_delegator,
        consent=mandate.consent,
    )
    try:
        return resolve(coded, institutions)
    except PermitListError as error:
        raise InvalidError(field="affair") from error


def _ground(asked: Asked, known: PermitList) -> tuple[str, str]:
    """Return instrument and basis; each follows from the other where only one is given.

    Raises:
        InvalidError: they contradict each other.
    """
    instrument, basis = asked.instrument, asked.basis
    if instrument is None and basis == ORDINANCE_BASIS:
        return ORDINANCE, ORDINANCE_BASIS
    if instrument is None:
        edition = known.find_statutory(asked.on)
        return (edition.key.instrument if edition else LATEST), STATUTORY_BASIS
    fitting = ORDINANCE_BASIS if instrument == ORDINANCE else STATUTORY_BASIS
    if basis not in {None, fitting}:
        raise InvalidError(field="basis")
    return instrument, fitting


def find_denial(judgement: Judgement, wanted: Sequence[Wanted], *, ports: Ports) -> Refusal | None:
    """Return why our own list denies a question, explained where there is a list, or None.

    It also denies an information of which no item that is asked for is open to the affair.
    """
    decision = judgement.decision
    if decision.allowed and all(_opens(decision, want) for want in wanted):
        return None
    book = ports.book.permit_list
    explained = book.explain(judgement.question) if book and not decision.allowed else None
    failed = decision.failed or "information"
    return Refusal(
        code=f"inquiry.denied.{failed}",
        occurrence=ports.ids.uuid(),
        retry=Retry.NEVER,
        failed=failed,
        text_ja=explained.text_ja if explained else "",
        text_en=explained.text_en if explained else "",
        by=ports.store.institution,
    )


def _opens(decision: Decision, want: Wanted) -> bool:
    items = decision.items(want.information)
    return not want.items or items is None or not items.isdisjoint(want.items)


def judge_again(inquiry: Inquiry, *, on: date, ports: Ports) -> Judgement | None:
    """Return what our list says today to an inquiry, None where that was asked already (G1).

    An inquiry can wait for days before its permit is asked for, and the list change meanwhile.
    """
    judged, book = inquiry.judged, ports.book
    now = (on, book.sequence, book.own_sequence)
    if judged is not None and now == (judged.on, judged.sequence, judged.own_sequence):
        return None
    asked = Asked(
        inquirer=ports.store.institution,
        provider=inquiry.provider,
        affair=write_affair(inquiry.row, inquiry.clause),
        information=names_of(inquiry.wanted),
        on=on,
        instrument=inquiry.instrument,
        basis=inquiry.basis,
        mandate=inquiry.mandate,
    )
    return judge(question(asked, ports=ports), ports=ports)


def judge_release(provision: Provision, *, on: date, ports: Ports) -> Judgement:
    """Return what our list says today to an inquiry that has waited here for staff.

    What was suspended meanwhile must not leave because two people looked at something else.
    """
    asked = Asked(
        inquirer=provision.inquirer,
        provider=ports.store.institution,
        affair=write_affair(provision.row, provision.clause),
        information=names_of(provision.wanted),
        on=on,
        instrument=provision.instrument,
        basis=provision.basis,
        mandate=provision.mandate,
    )
    return judge(question(asked, ports=ports), ports=ports)


def write_affair(row: str, clause: str | None) -> str:
    """Return an affair as it is asked for: ROW or ROW-CLAUSE."""
    return row if clause is None else f"{row}-{clause}"


def names_of(wanted: Sequence[Wanted]) -> tuple[str, ...]:
    """Return the names of informations in their order."""
    return tuple([want.information for want in wanted])


def day_of(instant: datetime) -> date:
    """Return the day in Japan on which an instant falls: the law's days are Japan's."""
    return instant.astimezone(JAPAN).date()
