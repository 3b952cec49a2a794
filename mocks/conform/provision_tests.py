"""Tests of a provider: right and wrong permits, notices and inquiries, and what it says to them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from mocks.conform.asking import UNLISTED, Question, Said, ask, make_question, send
from mocks.conform.bench import Bench, SharedBench
from mocks.conform.profiles import TestSpec
from mocks.conform.running import CouldNotRunError, Finding, Findings, Outcome, judge_findings
from mocks.engine.clock import JST
from mocks.parties.refusals import RefusedError

LEEWAY: Final = timedelta(seconds=60)
SHORT: Final = timedelta(seconds=30)
OTHER_INQUIRER: Final = "991023"
_TAKEN: Final = frozenset({"answered", "not_provided", "receipt"})
_UNUSABLE: Final = frozenset({"silent", "stray", "unsigned"})  # nobody knows what it would say


Case = Callable[[Bench], Awaitable[Findings]]


@dataclass(slots=True, kw_only=True)
class ProvisionTests:
    """Carries out the cases of a provider, all on one bench."""

    bench: SharedBench
    known: Mapping[str, Case] = field(default_factory=lambda: CASES)

    async def execute(self, test: TestSpec) -> Outcome:
        """Return what a provider says to the case of a test.

        Raises:
            CouldNotRunError: the bench does not open, or there is no such case.
        """
        case = self.known.get(test.case or "")
        if case is None:
            raise CouldNotRunError("このような試験はありません", test.id)
        bench = await self.bench.load()
        seen = len(bench.space.journal.rows())
        try:
            found = await case(bench)
        except RefusedError as error:
            raise CouldNotRunError(error.code) from error
        rows = bench.space.journal.rows()[seen:]
        facts = {"case": test.case, "at": bench.now.astimezone(JST).isoformat(timespec="seconds")}
        return Outcome(
            checks=judge_findings(test, found),
            facts={**facts, "journal_rows": len(rows)},
        )


def _answered(said: Said) -> Finding:
    met = None if said.kind == "receipt" else said.kind == "answered"
    return Finding(met=met, expected="回答（answered）", received=said.ja)


def _refused(said: Said, code: str) -> Findings:
    return {
        "refused": Finding(
            met=said.kind == "refused", expected="断る（署名した refusal）", received=said.ja
        ),
        "code": Finding(met=said.code == code, expected=code, received=said.code or said.ja),
    }


def _permitted(said: Said, permitted: Sequence[str]) -> Finding:
    beyond = sorted(set(said.items) - set(permitted))
    return Finding(
        met=not beyond and said.kind not in _UNUSABLE,
        expected=f"項目は {'、'.join(permitted)} のうち",
        received=f"許可の外の項目 {'、'.join(beyond)}" if beyond else said.ja,
    )


async def _right(bench: Bench) -> Findings:
    said = await ask(bench, make_question(bench))
    return {"answered": _answered(said), "items_permitted": _permitted(said, [bench.topic.item])}


def _spoiled(spoil: Callable[[Question], Question], code: str) -> Case:
    """Return the case of a question in which one thing is wrong."""

    async def case(bench: Bench) -> Findings:
        return _refused(await ask(bench, spoil(make_question(bench))), code)

    return case


def _with_claims(**changes: object) -> Callable[[Question], Question]:
    return lambda one: replace(one, claims=replace(one.claims, **changes))  # type: ignore[arg-type]  # fields of claims


def _expire(one: Question) -> Question:
    claims = one.claims
    issued = one.at - timedelta(minutes=5)
    terms = replace(claims, issued_at=issued, not_before=issued, expires_at=one.at)
    return replace(one, claims=terms)


def _begin_later(later: timedelta) -> Callable[[Question], Question]:
    return lambda one: replace(
        one,
        claims=replace(
            one.claims, not_before=one.at + later, expires_at=one.at + later + timedelta(minutes=5)
        ),
    )


def _notify_otherwise(one: Question) -> Question:
    return replace(one, notice=replace(one.notice, inquiry_message_id=one.other_id))


async def _changed(bench: Bench) -> Findings:
    said = await ask(bench, replace(make_question(bench), changed=True))
    met = None if said.kind in _UNUSABLE else said.kind not in _TAKEN
    return {"not_taken": Finding(met=met, expected="回答も受付もしない", received=said.ja)}


async def _leeway(bench: Bench) -> Findings:
    said = await ask(bench, _begin_later(SHORT)(make_question(bench)))
    return {"answered": _answered(said)}


async def _repeat(bench: Bench) -> Findings:
    stream = make_question(bench).write(bench)
    first, second = await send(bench, stream), await send(bench, stream)
    both = first.kind == second.kind == "answered"
    said = f"一度目 {first.ja}、二度目 {second.ja}"
    same = first.body == second.body if both else None
    told = {True: "同じ", False: "違う", None: said}[same]
    return {
        "answered": Finding(met=both, expected="二度とも回答", received=said),
        "same_answer": Finding(met=same, expected="同じ内容", received=told),
    }


async def _conflict(bench: Bench) -> Findings:
    question = make_question(bench)
    await ask(bench, question)
    later = question.inquiry.requested_at + timedelta(seconds=1)
    other = replace(question, inquiry=replace(question.inquiry, requested_at=later))
    return _refused(await ask(bench, other), "message.conflict")


async def _used(bench: Bench) -> Findings:
    question = make_question(bench)
    await ask(bench, question)
    again = replace(
        question,
        inquiry_id=question.other_id,
        notice=replace(question.notice, inquiry_message_id=question.other_id),
    )
    return _refused(await ask(bench, again), "permit.used")


async def _unlisted_item(bench: Bench) -> Findings:
    asked = bench.topic
    said = await ask(bench, make_question(bench, wanted=(asked.item, asked.beyond)))
    return {"not_provided": _permitted(said, [asked.item])}


async def _unlisted_information(bench: Bench) -> Findings:
    said = await ask(bench, make_question(bench, affair=UNLISTED))
    return _refused(said, "inquiry.denied.information")


async def _closed(bench: Bench) -> Findings:
    open_again = await bench.close_office()
    try:
        await bench.wait_for_evening()
        said = await ask(bench, make_question(bench))
    finally:
        await open_again()
    at = said.retry_at
    told = at.astimezone(JST).isoformat(sep=" ", timespec="minutes") if at else "示していません"
    says = Finding(met=at is not None and at > bench.now, expected="次の開庁の時刻", received=told)
    return {**_refused(said, "provider.closed"), "says_when": says}


CASES: Final[Mapping[str, Case]] = {
    "right": _right,
    "permit_forged": _spoiled(lambda one: replace(one, forged=("permit",)), "permit.signature"),
    "permit_missing": _spoiled(lambda one: replace(one, without=("permit",)), "permit.mismatch"),
    "permit_audience": _spoiled(_with_claims(audience="991023"), "permit.audience"),
    "permit_other": _spoiled(_with_claims(inquirer=OTHER_INQUIRER), "permit.mismatch"),
    "permit_expired": _spoiled(_expire, "permit.expired"),
    "permit_early": _spoiled(_begin_later(LEEWAY + timedelta(seconds=1)), "permit.not_yet_valid"),
    "permit_leeway": _leeway,
    "notice_missing": _spoiled(lambda one: replace(one, without=("notice",)), "notice.mismatch"),
    "notice_forged": _spoiled(lambda one: replace(one, forged=("notice",)), "message.signature"),
    "notice_other": _spoiled(_notify_otherwise, "notice.mismatch"),
    "inquiry_forged": _spoiled(lambda one: replace(one, forged=("inquiry",)), "message.signature"),
    "inquiry_changed": _changed,
    "repeat": _repeat,
    "conflict": _conflict,
    "permit_used": _used,
    "unlisted_item": _unlisted_item,
    "unlisted_information": _unlisted_information,
    "closed": _closed,
}
