"""許可照合リスト原簿, the permit register: a folder in which two people change a permit list."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from permitlists.edition import Edition
from permitlists.permit_list import PermitList
from permitlists.register.admission import admit, admit_edition
from permitlists.register.compose import compose, list_states, step
from permitlists.register.errors import RegisterError
from permitlists.register.events import (
    AnyContent,
    Approved,
    EditionContent,
    Founded,
    Listed,
    OnProposal,
    Proposed,
    Published,
    Rejected,
    Reviewed,
    Shown,
)
from permitlists.register.folder import Folder
from permitlists.register.rules import check_content, find_proposal
from permitlists.register.standing import contents_of, supplement_of
from permitlists.register.state import Proposal, State, day_of
from permitlists.register.verification import check_folder

Contents = tuple[int, tuple[bytes, ...], bytes]


class Register:
    """A register as it was last read; every act reads it anew, decides and appends.

    All instants are aware. An act is never dated before the act before it, even if a clock is set
    back. Whatever an act is refused for, nothing is written.
    """

    __slots__ = ("_chain", "_folder", "_stamp", "state")

    def __init__(self, folder: Path) -> None:
        """Read a folder; `open` and `found` say it better.

        Raises:
            RegisterError: there is no register, or it is broken.
        """
        self._folder = Folder(folder)
        self._read()

    def _read(self) -> None:
        self._stamp = self._folder.stamp()  # before reading: what comes between is seen later
        self._chain = self._folder.read()
        self.state = compose(self._chain.events)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Return the register of a folder.

        Raises:
            RegisterError: there is none, a line of it was changed, or the rules refuse an event.
        """
        return cls(folder)

    @classmethod
    def found(cls, folder: Path, permit_list: PermitList, *, at: datetime, staff: str) -> Self:
        """Return a new register that begins with a permit list.

        Raises:
            RegisterError: the folder holds a register already, or the staff id is none.
        """
        kept = Folder(folder)
        kept.create()
        with kept.lock() as log:
            chain = log.read()
            if chain.events:
                raise RegisterError("permits.register_exists", folder=folder)
            editions = tuple(_identify(edition) for edition in permit_list.editions)
            standing = contents_of(permit_list.supplement)
            event = Founded(at=at.astimezone(UTC), by=staff, editions=editions, standing=standing)
            step(State(), event)
            for edition in permit_list.editions:
                kept.write_edition(edition.to_bytes())
            log.append(event, chain)
        return cls(folder)

    @property
    def sequence(self) -> int:
        """The number of the list: it grows by one with every event that changes the list."""
        return self.state.sequence

    @property
    def head(self) -> str:
        """The SHA-256 of the last line; who notes it can later prove that nothing was cut off."""
        return self._chain.head

    def changed(self) -> bool:
        """Tell whether somebody has written since this register was read; reads no file.

        Raises:
            RegisterError: the register is gone.
        """
        return self._folder.stamp() != self._stamp

    def proposals(self) -> tuple[Proposal, ...]:
        """Return all proposals, by number."""
        return tuple(self.state.proposals.values())

    def load_proposal(self, number: int) -> Proposal:
        """Return the proposal of a number.

        Raises:
            RegisterError: there is none.
        """
        return find_proposal(self.state, number)

    def load_edition(self, sha256: str) -> Edition:
        """Return an edition that was listed or proposed.

        Raises:
            RegisterError: its file is missing or was changed.
        """
        return Edition.from_bytes(self._folder.read_edition(sha256))

    def contents(self, sequence: int | None = None) -> Contents:
        """Return what is distributed: number of the list, editions and supplement as bytes.

        Without `sequence` it is the list of now, otherwise the list as it was under that number.

        Raises:
            RegisterError: there never was that number, or an edition file is missing or changed.
        """
        state = self.state if sequence is None else self._state_at(sequence)
        editions = tuple(self._folder.read_edition(one.sha256) for one in state.editions)
        return state.sequence, editions, supplement_of(state).to_bytes()

    def permit_list(self, sequence: int | None = None) -> PermitList:
        """Return the permit list of now, or as it was under a number.

        Raises:
            RegisterError: there never was that number, or an edition file is missing or changed.
        """
        _, editions, supplement = self.contents(sequence)
        return PermitList.from_contents(editions, supplement)

    def verify(self, head: str | None = None) -> str | None:
        """Return what is wrong with the folder as it is on the disk now, None if nothing is.

        `head` is the SHA-256 of a last line noted before, which must still stand in the log.
        """
        try:
            check_folder(self._folder, *filter(None, (self.head, head)))
        except RegisterError as error:
            return f"{error.code}: {error}"
        return None

    def propose(self, content: AnyContent, *, at: datetime, staff: str, reason: str) -> Proposal:
        """Return the new proposal of a change; the list does not change by it.

        Raises:
            RegisterError: the content could not enter the list, or waits already.
        """

        def build(state: State, time: datetime) -> Proposed:
            number = len(state.proposals) + 1
            return Proposed(at=time, by=staff, proposal=number, content=content, reason=reason)

        return self._commit(at, build, lambda state: admit(content, self._list_of(state)))

    def propose_edition(
        self, edition: Edition, *, at: datetime, staff: str, reason: str
    ) -> Proposal:
        """Return the new proposal of an edition, whose content is kept under its hash.

        Raises:
            RegisterError: it could not enter the list, or waits already.
        """
        content = EditionContent(edition=_identify(edition))
        check_content(self.state, content, day_of(at))  # no file of what has no chance
        self._folder.write_edition(edition.to_bytes())
        return self.propose(content, at=at, staff=staff, reason=reason)

    def review(self, number: int, shown: Shown, *, at: datetime, staff: str) -> Proposal:
        """Return the proposal after a person was shown `shown` of it.

        Raises:
            RegisterError: the proposal waits for nobody.
        """
        return self._commit(
            at, lambda _, time: Reviewed(at=time, by=staff, proposal=number, shown=shown)
        )

    def approve(self, number: int, *, at: datetime, staff: str) -> Proposal:
        """Return the proposal after another person than its proposer agreed.

        An edition still waits to be published; anything else is in the list from now on.

        Raises:
            RegisterError: the same person proposed it, has not looked at it, or it has no place.
        """

        def judge(state: State) -> None:
            admit(find_proposal(state, number).content, self._list_of(state))

        return self._commit(at, lambda _, time: Approved(at=time, by=staff, proposal=number), judge)

    def reject(self, number: int, *, at: datetime, staff: str, reason: str) -> Proposal:
        """Return the proposal after it was turned down, or taken back by its proposer.

        Raises:
            RegisterError: it no longer waits.
        """
        return self._commit(
            at, lambda _, time: Rejected(at=time, by=staff, proposal=number, reason=reason)
        )

    def publish(
        self, number: int, *, at: datetime, staff: str, dropped: Iterable[str] = ()
    ) -> Proposal:
        """Return the proposal after its edition entered the list.

        `dropped` are the rows of its predecessor that it may lack, by their numbers.

        Raises:
            RegisterError: nobody approved it, the proposer asks, or the edition has an error.
        """
        accepted = tuple(dropped)

        def judge(state: State) -> None:
            for listed in filter(None, (find_proposal(state, number).edition,)):
                admit_edition(self.load_edition(listed.sha256), self._list_of(state), accepted)

        return self._commit(
            at,
            lambda _, time: Published(at=time, by=staff, proposal=number, dropped=accepted),
            judge,
        )

    def _commit(
        self,
        at: datetime,
        build: Callable[[State, datetime], Proposed | OnProposal],
        judge: Callable[[State], None] | None = None,
    ) -> Proposal:
        """Append the event that `build` makes of the state; `judge` looks at the editions too."""
        with self._folder.lock() as log:
            chain = log.read()
            chain.check_grown(self.head)
            state = compose(chain.events)
            event = build(state, max(filter(None, (state.at, at.astimezone(UTC)))))
            step(state, event)
            if judge is not None:
                judge(state)
            log.append(event, chain)
        self._read()
        return self.state.proposals[event.proposal]

    def _list_of(self, state: State) -> PermitList:
        editions = [self._folder.read_edition(one.sha256) for one in state.editions]
        return PermitList.from_contents(editions, supplement_of(state).to_bytes())

    def _state_at(self, sequence: int) -> State:
        states = list_states(self._chain.events)
        found = [state for state in states if state.sequence == sequence]
        if not found or not sequence:
            raise RegisterError("permits.sequence_unknown", sequence=sequence)
        return found[-1]


def _identify(edition: Edition) -> Listed:
    key = edition.key
    return Listed(sha256=key.sha256, instrument=key.instrument, valid_from=key.valid_from)
