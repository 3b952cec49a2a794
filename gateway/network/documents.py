"""The `Documents` port: replies that are signed before the unit that decides them is stored."""

from datetime import datetime
from typing import Literal, cast

from gateway.domain.inquiry import Answer, Refusal
from gateway.network.mapping import to_answer, to_refusal
from gateway.network.sealing import Sealer
from wire.messages import Receipt


class SealedDocuments:
    """Answers, receipts and refusals of one institution, as the bytes that travel."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def answer(self, answer: Answer, *, recipient: str, in_reply_to: str, at: datetime) -> bytes:
        """Return a signed `answer` document."""
        message = to_answer(answer)
        return self._sealer.seal(message, recipient=recipient, at=at, in_reply_to=in_reply_to).raw

    def receipt(
        self, state: str, *, transaction_number: str, recipient: str, in_reply_to: str, at: datetime
    ) -> bytes:
        """Return a signed `receipt` document; `state` is sent or held."""
        shown = cast("Literal['sent', 'held']", state)  # the wire refuses any other text
        message = Receipt(transaction_number=transaction_number, state=shown)
        return self._sealer.seal(message, recipient=recipient, at=at, in_reply_to=in_reply_to).raw

    def refusal(
        self,
        refusal: Refusal,
        *,
        transaction_number: str | None,
        recipient: str,
        in_reply_to: str,
        at: datetime,
    ) -> bytes:
        """Return a signed `refusal` document, with the catalogue's texts in both languages."""
        message = to_refusal(refusal, transaction_number)
        return self._sealer.seal(message, recipient=recipient, at=at, in_reply_to=in_reply_to).raw
