"""The own register of an institution as a folder that its operators change by command."""

from collections.abc import Iterator
from pathlib import Path

from gateway.domain.errors import RegisterBrokenError
from gateway.domain.permit_book import OwnList, select_own
from gateway.settings import Settings, SettingsError
from permitlists import PermitListError, decode_supplement
from permitlists.register import (
    HoldContent,
    LiftContent,
    Proposal,
    Register,
    RegisterError,
    WithholdingContent,
)
from permitlists.register.standing import supplement_of


class FolderRegister:
    """The `OwnRegister` port on a register folder; of what it says, one institution's part."""

    def __init__(self, folder: Path, institution: str) -> None:
        self._folder, self._institution = folder, institution
        self._accepted: Register | None = None
        self._pending: tuple[OwnList, Register] | None = None

    def changed(self) -> bool:
        """Tell, at the cost of one look, whether it may say more than what was accepted."""
        try:
            return self._accepted is None or self._accepted.changed()
        except (RegisterError, OSError):
            return True  # reading it will say what is wrong

    def read(self) -> OwnList:
        """Return what it says now.

        Raises:
            RegisterBrokenError: it cannot be read, or its history was changed.
        """
        try:
            found = Register.open(self._folder)
        except PermitListError as error:
            raise RegisterBrokenError(reason=error.code) from error
        except OSError as error:
            raise RegisterBrokenError(reason=error.strerror) from error
        own = OwnList(
            sequence=found.sequence,
            supplement=select_own(supplement_of(found.state), self._institution),
            staff=_find_staff(found),
        )
        self._pending = (own, found)
        return own

    def recall(self, sequence: int) -> OwnList:
        """Return what it said under an earlier number, by the history that was read last.

        Raises:
            RegisterBrokenError: that history has no such number.
        """
        register = self._pending[1] if self._pending else Register.open(self._folder)
        try:
            _, _, content = register.contents(sequence)
        except PermitListError as error:
            raise RegisterBrokenError(reason=error.code, sequence=sequence) from error
        supplement = select_own(decode_supplement(content), self._institution)
        return OwnList(sequence=sequence, supplement=supplement)

    def accept(self, own: OwnList) -> None:
        """Compare with this reading from now on; a reading that another overtook counts not."""
        if self._pending is not None and self._pending[0] is own:
            self._accepted = self._pending[1]


def _find_staff(register: Register) -> str:
    """Return who made the last change of what is in force, empty where nobody did yet."""
    changes = [
        (at, staff)
        for one in register.proposals()
        for at, staff in (
            (one.published_at, one.published_by),
            (one.approved_at, one.approved_by),
        )
        if at is not None and staff is not None
    ]
    return max(changes, default=(None, ""))[1]


def check_register(settings: Settings) -> None:
    """See that the own register can be read and says only what one institution may say.

    Raises:
        SettingsError: it cannot, or holds what has no effect at a gateway.
    """
    path, folder = "permits.register", settings.permits.register
    if folder is None:
        return
    try:
        register = Register.open(folder)
        fault = register.verify()
    except PermitListError as error:
        raise SettingsError(path=path, problem=str(error)) from error
    if fault is not None:
        raise SettingsError(path=path, problem=fault)
    codes = {one.code for one in settings.institutions}
    for number, problem in _list_strangers(register, codes):
        raise SettingsError(path=path, problem=f"proposal {number} {problem}")


def _list_strangers(register: Register, codes: set[str]) -> Iterator[tuple[int, str]]:
    """Yield the proposals that have no effect here, with what is wrong with each."""
    for proposal in register.proposals():
        problem = _find_problem(proposal, codes)
        if problem:
            yield proposal.number, problem


def _find_problem(proposal: Proposal, codes: set[str]) -> str:
    match proposal.content:
        case LiftContent():
            return ""
        case HoldContent(hold=hold):
            known = hold.institution is None or hold.institution in codes
            return "" if known else f"holds back {hold.institution}, which is not served here"
        case WithholdingContent(withholding=withholding):
            known = withholding.provider in codes
            return "" if known else f"withholds for {withholding.provider}, not served here"
        case _:
            return "has no effect: an own register only holds back, the core's list permits"
