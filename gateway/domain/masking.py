"""Masking (不開示): of an answer that must not tell where somebody lives, that is not kept."""

from dataclasses import replace
from typing import Final

from gateway.domain.inquiry import Answer, AnsweredItem

MASKED: Final = "nondisclosure"
LOCATING: Final = frozenset({"address", "municipality_code", "phone"})
"""Items that tell where somebody lives or can be reached."""


def mask(answer: Answer) -> Answer:
    """Return an answer without what must not be told; one that may be told stays as it is.

    A place is masked in every answer that its provider marked, whoever asked for it: one copy
    that shows it is enough to find somebody.
    """
    if not answer.nondisclosure:
        return answer
    parts = tuple(
        replace(part, items=tuple(_mask_item(item) for item in part.items))
        for part in answer.information
    )
    return replace(answer, information=parts)


def _mask_item(item: AnsweredItem) -> AnsweredItem:
    if item.item not in LOCATING or item.value is None:
        return item
    return AnsweredItem(item=item.item, value=None, reason=MASKED)
