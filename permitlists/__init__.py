"""The law as data: which body may ask which body for which information, and why."""

from permitlists.asking import CodedQuestion, explain_named, resolve
from permitlists.code_places import CodedPlace, check_operating_codes, locate
from permitlists.edition import Edition
from permitlists.explain import Explanation
from permitlists.faults import Fault
from permitlists.filing_check import check_filing
from permitlists.institution_list import load_institutions
from permitlists.institutions import (
    Delegation,
    HeldFile,
    Institution,
    Institutions,
    Membership,
    Review,
    has_check_digit,
    with_check_digit,
)
from permitlists.items import Item, items_of
from permitlists.model import (
    ORDINANCE,
    REFUSALS,
    Affair,
    Decision,
    EditionKey,
    FailedElement,
    Match,
    Nearest,
    PermitListError,
    Question,
)
from permitlists.operating_codes import (
    CodedAffair,
    CodedInformation,
    OperatingCodes,
    load_operating_codes,
    parse_operating_codes,
)
from permitlists.permit_list import INSTRUMENTS, PermitList, load_builtin
from permitlists.ruling import ruling_bytes
from permitlists.supplement import (
    EMPTY,
    Base,
    Filing,
    Hold,
    HoldKind,
    NumberingCheck,
    Supplement,
    Withholding,
    decode_supplement,
)
from permitlists.views import VIEWS, View, list_lines, view_document

__all__ = [
    "EMPTY",
    "INSTRUMENTS",
    "ORDINANCE",
    "REFUSALS",
    "VIEWS",
    "Affair",
    "Base",
    "CodedAffair",
    "CodedInformation",
    "CodedPlace",
    "CodedQuestion",
    "Decision",
    "Delegation",
    "Edition",
    "EditionKey",
    "Explanation",
    "FailedElement",
    "Fault",
    "Filing",
    "HeldFile",
    "Hold",
    "HoldKind",
    "Institution",
    "Institutions",
    "Item",
    "Match",
    "Membership",
    "Nearest",
    "NumberingCheck",
    "OperatingCodes",
    "PermitList",
    "PermitListError",
    "Question",
    "Review",
    "Supplement",
    "View",
    "Withholding",
    "check_filing",
    "check_operating_codes",
    "decode_supplement",
    "explain_named",
    "has_check_digit",
    "items_of",
    "list_lines",
    "load_builtin",
    "load_institutions",
    "load_operating_codes",
    "locate",
    "parse_operating_codes",
    "resolve",
    "ruling_bytes",
    "view_document",
    "with_check_digit",
]
