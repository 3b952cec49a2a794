"""Each party's own look into the permit list (照会許可用照合リスト)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mocks.engine.clock import day_of
from mocks.parties.refusals import RefusedError
from permitlists import (
    CodedQuestion,
    Decision,
    Institutions,
    PermitList,
    PermitListError,
    Question,
    items_of,
    resolve,
)
from permitlists.model import ORDINANCE, ORDINANCE_BASIS
from wire.messages import Inquiry, PermitRequest, RequestedInformation
from wire.permit import PermitGrant
from wire.permit_list import PermitListBody, encode_permit_list

NO_EDITION = "0" * 64


@dataclass(frozen=True, slots=True)
class Judge:
    """A copy of the permit list under its number, and the classes of the institutions."""

    permit_list: PermitList
    institutions: Institutions
    sequence: int = 1

    @classmethod
    def of(cls, body: PermitListBody, institutions: Institutions) -> "Judge":
        """Return the judge who goes by a list as it travels.

        Raises:
            PermitListError: it is no list.
        """
        found = PermitList.from_contents(body.editions, body.supplement)
        return cls(found, institutions, body.sequence)

    def to_body(self) -> bytes:
        """Return the body of the document that distributes this copy."""
        editions = [edition.to_bytes() for edition in self.permit_list.editions]
        return encode_permit_list(self.sequence, editions, self.permit_list.supplement.to_bytes())

    def question(self, asked: PermitRequest | Inquiry, at: datetime) -> Question:
        """Return the question to the list that a request or an inquiry puts.

        Raises:
            RefusedError: the affair is not written as one, or the basis is of another instrument.
        """
        if asked.instrument == ORDINANCE and asked.basis != ORDINANCE_BASIS:
            raise RefusedError("inquiry.denied.edition", failed="edition")
        coded = CodedQuestion(
            on=day_of(at),
            affair=asked.row if asked.clause is None else f"{asked.row}-{asked.clause}",
            inquirer=asked.inquirer,
            provider=asked.provider,
            information=tuple(part.name for part in asked.information),
            instrument=asked.instrument,
            basis=asked.basis,
            inquirer_delegator=asked.inquirer_delegator,
            provider_delegator=asked.provider_delegator,
            consent=asked.consent,
        )
        try:
            return resolve(coded, self.institutions)
        except PermitListError as error:
            raise RefusedError("inquiry.denied.affair", failed="affair") from error

    def allow(self, asked: PermitRequest | Inquiry, at: datetime) -> Decision:
        """Return the decision that allows.

        Raises:
            RefusedError: the list denies; the refusal explains.
        """
        question = self.question(asked, at)
        decision = self.permit_list.decide(question)
        if not decision.allowed:
            explained = self.permit_list.explain(question)
            raise RefusedError(
                f"inquiry.denied.{decision.failed}",
                failed=decision.failed,
                detail=(explained.text_ja, explained.text_en),
            )
        return decision

    def edition_in_force(self, instrument: str, at: datetime) -> str:
        """Return the digest of the edition of a day, 64 zeros where there is none."""
        on = day_of(at)
        edition = self.permit_list.find_in_force(instrument, on)
        edition = edition or self.permit_list.find_statutory(on)
        return edition.key.sha256 if edition else NO_EDITION


def grants(
    asked: Sequence[RequestedInformation], decision: Decision | None
) -> tuple[PermitGrant, ...]:
    """Return the items that are asked for and permitted; without a decision, all that exist.

    Raises:
        RefusedError: of some information no item is left.
    """
    found = []
    for part in asked:
        listed = tuple(item.id for item in items_of(part.name)) or part.items
        if decision is not None:
            permitted = decision.items(part.name)
            listed = part.items if permitted is None else tuple(i for i in listed if i in permitted)
        kept = tuple(item for item in listed if not part.items or item in part.items)
        if not kept:
            raise RefusedError("inquiry.denied.information", failed="information")
        found.append(PermitGrant(information=part.name, items=kept))
    return tuple(found)
