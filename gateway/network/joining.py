"""Notice, inquiry and permit of one stream, joined by transaction number into one inquiry."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from gateway.domain.errors import RefusedError
from gateway.domain.identifiers import Symbol
from gateway.domain.permits import ProvisionPermit
from gateway.domain.provision import ReceivedInquiry
from gateway.network.inspection import Letter
from gateway.network.mapping import mandate_of, period_of, wanted_of
from gateway.network.sealing import content_digest
from wire.messages import Inquiry, Notice


@dataclass(slots=True)
class Stream:
    """The letters of one POST; notices and permits by transaction number, the first of each."""

    letters: list[Letter] = field(default_factory=list)
    notices: dict[str, Letter] = field(default_factory=dict)
    permits: dict[str, Letter] = field(default_factory=dict)
    inquiries: set[str] = field(default_factory=set)
    unreadable_permit: bool = False

    def add(self, letter: Letter) -> None:
        """Take in a letter."""
        content = letter.content
        self.letters.append(letter)
        if isinstance(content, Inquiry):
            self.inquiries.add(content.transaction_number)
        elif isinstance(content, Notice):
            self.notices.setdefault(content.transaction_number, letter)
        elif isinstance(content, ProvisionPermit):
            self.permits.setdefault(content.transaction_number, letter)
        elif letter.document.kind == "permit":
            self.unreadable_permit = True

    def is_enclosed(self, letter: Letter) -> bool:
        """Return whether a notice or permit goes with an inquiry, which answers for it."""
        content = letter.content
        if isinstance(content, Notice):
            first = self.notices[content.transaction_number]
        elif isinstance(content, ProvisionPermit):
            first = self.permits[content.transaction_number]
        else:
            return False
        return first is letter and content.transaction_number in self.inquiries

    def join(self, letter: Letter, inquiry: Inquiry) -> ReceivedInquiry:
        """Return what notice, inquiry and permit say together.

        Raises:
            RefusedError: `notice.mismatch`, `permit.signature` or `permit.mismatch`: one is
                missing or they contradict each other.
        """
        number = inquiry.transaction_number
        notice, permit = self.notices.get(number), self.permits.get(number)
        if notice is None or not isinstance(notice.content, Notice):
            raise RefusedError(code="notice.mismatch", transaction_number=number)
        if permit is None or not isinstance(permit.content, ProvisionPermit):
            code = "permit.signature" if self.unreadable_permit else "permit.mismatch"
            raise RefusedError(code=code, transaction_number=number)
        _check(letter, inquiry, notice, permit.content)
        return ReceivedInquiry(
            message_id=letter.document.message_id,
            digest=content_digest(letter.document),
            inquirer=letter.document.sender,
            route=notice.content.route,
            transaction_number=number,
            symbol=Symbol(notice.content.symbol),
            wanted=wanted_of(inquiry),
            instrument=inquiry.instrument,
            row=inquiry.row,
            clause=inquiry.clause,
            basis=inquiry.basis,
            mandate=mandate_of(inquiry),
            period=period_of(inquiry),
            nondisclosure=inquiry.nondisclosure,
            requested_at=inquiry.requested_at,
            permit=permit.content,
        )


def _check(letter: Letter, inquiry: Inquiry, notice: Letter, permit: ProvisionPermit) -> None:
    document, told = letter.document, notice.content
    rules: Iterable[tuple[str, bool]] = (
        ("message.sender", inquiry.inquirer == document.sender),
        ("message.addressee", inquiry.provider == document.recipient),
        ("notice.mismatch", notice.document.recipient == document.recipient),
        (
            "notice.mismatch",
            isinstance(told, Notice) and _agrees(told, document.message_id, inquiry),
        ),
        ("permit.mismatch", permit.permit_id == inquiry.permit_id),
    )
    for code, holds in rules:
        if not holds:
            raise RefusedError(code=code, transaction_number=inquiry.transaction_number)


def _agrees(notice: Notice, message_id: str, inquiry: Inquiry) -> bool:
    return (notice.inquiry_message_id, notice.inquirer, notice.permit_id) == (
        message_id,
        inquiry.inquirer,
        inquiry.permit_id,
    )
