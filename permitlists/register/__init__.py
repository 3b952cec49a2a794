"""許可照合リスト原簿, the permit register: a permit list that only two people together change."""

from permitlists.register.admission import find_before, list_dropped
from permitlists.register.errors import RegisterError, list_codes
from permitlists.register.events import (
    AnyContent,
    EditionContent,
    FilingContent,
    HoldContent,
    LiftContent,
    Listed,
    NumberingContent,
    Shown,
    WithdrawalContent,
    WithholdingContent,
)
from permitlists.register.folder import Folder
from permitlists.register.inspection import Glance, Inspection, glance, inspect
from permitlists.register.register import Contents, Register
from permitlists.register.state import PROPOSAL, Proposal, ProposalState, day_of
from permitlists.register.verification import check_folder

__all__ = [
    "PROPOSAL",
    "AnyContent",
    "Contents",
    "EditionContent",
    "FilingContent",
    "Folder",
    "Glance",
    "HoldContent",
    "Inspection",
    "LiftContent",
    "Listed",
    "NumberingContent",
    "Proposal",
    "ProposalState",
    "Register",
    "RegisterError",
    "Shown",
    "WithdrawalContent",
    "WithholdingContent",
    "check_folder",
    "day_of",
    "find_before",
    "glance",
    "inspect",
    "list_codes",
    "list_dropped",
]
