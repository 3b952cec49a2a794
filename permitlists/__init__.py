"""The law as data: which body may ask which body for which information, and why."""

from permitlists.asking import NamedQuestion, explain_named
from permitlists.edition import Edition
from permitlists.explain import Explanation
from permitlists.institutions import (
    Institution,
    Institutions,
    Membership,
    has_check_digit,
    load_institutions,
    with_check_digit,
)
from permitlists.items import Item, items_of
from permitlists.model import (
    REFUSALS,
    Affair,
    Decision,
    EditionKey,
    FailedElement,
    Hold,
    HoldKind,
    Match,
    Nearest,
    PermitListError,
    Question,
)
from permitlists.operating_codes import (
    OperatingCodes,
    load_operating_codes,
    parse_operating_codes,
)
from permitlists.permit_list import INSTRUMENTS, PermitList, load_builtin

__all__ = [
    "INSTRUMENTS",
    "REFUSALS",
    "Affair",
    "Decision",
    "Edition",
    "EditionKey",
    "Explanation",
    "FailedElement",
    "Hold",
    "HoldKind",
    "Institution",
    "Institutions",
    "Item",
    "Match",
    "Membership",
    "NamedQuestion",
    "Nearest",
    "OperatingCodes",
    "PermitList",
    "PermitListError",
    "Question",
    "explain_named",
    "has_check_digit",
    "items_of",
    "load_builtin",
    "load_institutions",
    "load_operating_codes",
    "parse_operating_codes",
    "with_check_digit",
]
