"""Whatever people do in whatever order: one alone changes nothing, and nothing is ever lost."""

import shutil
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from permitlists.register import (
    LiftContent,
    Proposal,
    ProposalState,
    Register,
    RegisterError,
    WithdrawalContent,
)
from tests.support.registers import NOON, REASON, TODAY, first, found, look, second, suspension

BACK = st.integers(0, 3)  # how many proposals ago, and once in a while one that never was
PEOPLE = st.runner().flatmap(lambda office: st.sampled_from(office.names))
DAYS = st.integers(0, 6)
ROWS = st.sampled_from([("1", "2"), ("1", "2", "3"), ("1",)])


class Office(RuleBasedStateMachine):
    """Three people with a register; every act is tried, most are refused."""

    names: tuple[str, ...] = ("ann", "bob", "eve", "ANN", "Bob")

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.register = found(self.folder / "register")
        self.at = NOON
        self.seen = self.register.contents()
        self.kept = {first().key.sha256}

    def teardown(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def nth(self, back: int) -> int:
        """Return the number of the proposal that many proposals ago; 0 is none's."""
        return max(len(self.register.proposals()) - back, 0)

    def attempt(self, act: Callable[[], Proposal]) -> None:
        """Try an act, and hold what it does to the list against who did what."""
        head = self.register.head
        try:
            proposal = act()
        except RegisterError:
            assert self.register.head == head
            return
        sequence, editions, supplement = self.register.contents()
        changed = (editions, supplement) != self.seen[1:]
        assert sequence - self.seen[0] in {0, 1}
        if changed:
            assert sequence == self.seen[0] + 1
        if sequence > self.seen[0]:
            self.check_people(proposal)
            self.check_lost(proposal)
        self.seen = (sequence, editions, supplement)
        self.kept |= {one.sha256 for one in self.register.state.editions}

    def check_people(self, proposal: Proposal) -> None:
        assert proposal.state is ProposalState.PUBLISHED
        agreed = {name.casefold() for name in (proposal.approved_by, proposal.published_by) if name}
        assert agreed
        assert proposal.proposed_by.casefold() not in agreed

    def check_lost(self, proposal: Proposal) -> None:
        lost = set(self.seen[1]) - set(self.register.contents()[1])
        if isinstance(proposal.content, WithdrawalContent):
            target = self.register.load_proposal(proposal.content.target)
            assert target.edition is not None
            assert target.edition.valid_from > TODAY
            assert len(lost) == 1
        else:
            assert not lost

    @rule(staff=PEOPLE, days=DAYS, rows=ROWS)
    def propose_edition(self, staff: str, days: int, rows: tuple[str, ...]) -> None:
        new = second(TODAY + timedelta(days=days), *rows)
        self.attempt(
            lambda: self.register.propose_edition(new, at=self.at, staff=staff, reason=REASON)
        )

    @rule(staff=PEOPLE, days=DAYS)
    def propose_suspension(self, staff: str, days: int) -> None:
        content = suspension(days)
        self.attempt(lambda: self.register.propose(content, at=self.at, staff=staff, reason=REASON))

    @rule(staff=PEOPLE, back=BACK, lift=st.booleans())
    def propose_end(self, staff: str, back: int, lift: bool) -> None:
        number = self.nth(back)
        content = LiftContent(target=number) if lift else WithdrawalContent(target=number)
        self.attempt(lambda: self.register.propose(content, at=self.at, staff=staff, reason=REASON))

    @rule(staff=PEOPLE, back=BACK)
    def review(self, staff: str, back: int) -> None:
        number = self.nth(back)
        if number and self.register.load_proposal(number).edition:
            proposal = self.register.load_proposal(number)
            self.attempt(lambda: look(self.register, proposal, staff, self.at))

    @rule(staff=PEOPLE, back=BACK)
    def approve(self, staff: str, back: int) -> None:
        number = self.nth(back)
        self.attempt(lambda: self.register.approve(number, at=self.at, staff=staff))

    @rule(staff=PEOPLE, back=BACK)
    def review_and_approve(self, staff: str, back: int) -> None:
        self.review(staff, back)
        self.approve(staff, back)

    @rule(staff=PEOPLE, back=BACK)
    def reject(self, staff: str, back: int) -> None:
        number = self.nth(back)
        self.attempt(lambda: self.register.reject(number, at=self.at, staff=staff, reason=REASON))

    @rule(staff=PEOPLE, back=BACK, dropped=st.sampled_from([(), (), ("2",), ("3",)]))
    def publish(self, staff: str, back: int, dropped: tuple[str, ...]) -> None:
        number = self.nth(back)
        self.attempt(
            lambda: self.register.publish(number, at=self.at, staff=staff, dropped=dropped)
        )

    @rule(proposer=PEOPLE, staff=PEOPLE, days=DAYS, rows=ROWS)
    def go_all_the_way(self, proposer: str, staff: str, days: int, rows: tuple[str, ...]) -> None:
        self.propose_edition(proposer, days, rows)
        self.review_and_approve(staff, 0)
        self.publish(staff, 0, ())

    @rule(days=st.integers(-1, 2))
    def time_passes(self, days: int) -> None:
        self.at += timedelta(days=days)

    @rule()
    def open_again(self) -> None:
        self.register = Register.open(self.folder / "register")

    @invariant()
    def nothing_is_lost(self) -> None:
        assert self.register.verify() is None
        assert self.register.sequence == self.seen[0]
        for sha256 in self.kept:
            assert self.register.load_edition(sha256).key.sha256 == sha256

    @invariant()
    def the_list_can_be_read(self) -> None:
        assert len(self.register.permit_list().editions) == len(self.register.state.editions)


class Alone(Office):
    """One person, under every spelling of the same name."""

    names = ("ann", "ANN", "Ann", "aNN")

    @invariant()
    def the_list_is_as_it_was_founded(self) -> None:
        assert self.register.sequence == 1
        assert self.register.contents()[1] == (first().to_bytes(),)


LIMITS = settings(max_examples=50, stateful_step_count=40, deadline=None)
TestOffice = Office.TestCase
TestOffice.settings = LIMITS
TestAlone = Alone.TestCase
TestAlone.settings = LIMITS
