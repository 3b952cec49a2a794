"""What a check of an operator's list finds: where it is wrong, and in which way."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """誤り, one thing that an entry of a list says and the permit list does not bear out.

    `place` names the entry and its field, as in `filing 1: information 2`; `code` is stable and
    dotted.
    """

    place: str
    code: str
    text_ja: str
    text_en: str
