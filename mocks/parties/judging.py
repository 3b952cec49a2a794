"""Each party's own look into the permit list (照会許可用照合リスト)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mocks.engine.clock import day_of
from mocks.parties.refusals import RefusedError
from permitlists import (
    Affair,
    Decision,
    Institutions,
    PermitList,
    PermitListError,
    Question,
    items_of,
)
from wire.messages import Inquiry, PermitRequest, RequestedInformation
from wire.permit import PermitGrant

STATUTORY_BASIS = "19-8"


@dataclass(frozen=True, slots=True)
class Judge:
    """A copy of the permit list and the classes of the institutions."""

    permit_list: PermitList
    institutions: Institutions

    def question(self, asked: PermitRequest | Inquiry, at: datetime) -> Question:
        """Return the question to the list that a request or an inquiry puts.

        Raises:
            RefusedError: the affair is not written as one.
        """
        on = day_of(at)
        text = asked.row if asked.clause is None else f"{asked.row}-{asked.clause}"
        try:
            affair = Affair.parse(text)
        except PermitListError as error:
            raise RefusedError("inquiry.denied.affair", failed="affair") from error
        return Question(
            on=on,
            affair=affair,
            inquirer=self.institutions.classes_of(asked.inquirer, on),
            provider=self.institutions.classes_of(asked.provider, on),
            information=tuple(part.name for part in asked.information),
            instrument=asked.instrument,
            basis=asked.basis if isinstance(asked, PermitRequest) else STATUTORY_BASIS,
            inquirer_code=asked.inquirer,
            provider_code=asked.provider,
        )

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
        edition = self.permit_list.find_in_force(instrument, day_of(at))
        return edition.key.sha256 if edition else "0" * 64


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
