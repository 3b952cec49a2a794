"""The permit list beforehand: one decision with its reason, and all that may be asked for."""

import asyncio
from datetime import date
from typing import Any, Final

from gateway.domain.permits import Mandate
from gateway.transport.routes import Call, Operation, Reply, Sample
from gateway.transport.schemas.permits import (
    EditionResource,
    ExplainedDecision,
    ExplainQuery,
    MatchedRule,
    NearestRule,
    UsablePage,
    UsableQuery,
    UsableResource,
)
from gateway.usecases import judging, own_register
from permitlists import EditionKey, Explanation, Nearest, View, view_document
from permitlists.usable import Pairing, Usable, list_usable

STAFF_SCOPE: Final = "permits:review"


async def explain(call: Call[None, ExplainQuery]) -> Reply:
    """Return what the list in force here says; nothing is asked of anybody.

    Raises:
        InvalidError: the affair cannot be read.
        RequestError: the view of the staff needs a scope that the token lacks.
    """
    asked, ports = call.query, call.ports
    if asked.view == "staff":
        call.access.demand(STAFF_SCOPE)
    await own_register.catch_up(ports=ports)
    question = judging.question(
        judging.Asked(
            inquirer=asked.inquirer or ports.store.institution,
            provider=asked.provider,
            affair=asked.affair,
            information=(asked.information,),
            on=asked.on or judging.day_of(ports.clock.now()),
            instrument=asked.instrument,
            basis=asked.basis,
            mandate=Mandate(
                inquirer_delegator=asked.inquirer_delegator,
                provider_delegator=asked.provider_delegator,
                consent=asked.consent,
            ),
        ),
        ports=ports,
    )
    book = ports.book.permit_list or judging.NONE
    return Reply(body=_to_resource(book.explain(question), asked.view))


async def list_permitted(call: Call[None, UsableQuery]) -> Reply:
    """Return a page of what the caller's institution may ask of another one."""
    asked, ports = call.query, call.ports
    await own_register.catch_up(ports=ports)
    on = asked.on or judging.day_of(ports.clock.now())
    pairing = Pairing(on=on, inquirer=ports.store.institution, provider=asked.provider)
    book = ports.book.permit_list or judging.NONE
    found = await asyncio.to_thread(
        lambda: [
            one
            for one in list_usable(book, ports.institutions, pairing)
            if asked.information in {None, one.information}
        ]
    )
    start = int(asked.after or 0)
    page = found[start : start + asked.limit]
    more = start + len(page) < len(found)
    return Reply(
        body=UsablePage(
            on=on,
            provider=asked.provider,
            total=len(found),
            usable=tuple(map(_to_usable, page)),
            next=str(start + len(page)) if more else None,
        )
    )


def _to_usable(one: Usable) -> UsableResource:
    return UsableResource(
        instrument=one.instrument,
        affair=one.affair,
        label=one.label,
        information=one.information,
        items=one.items,
        basis=one.basis,
        consent=one.consent,
    )


def _to_resource(explained: Explanation, view: View | None) -> ExplainedDecision:
    """Return the decision; without a view it tells what it told before there were views."""
    decision = explained.decision
    told = view_document(explained, view or "caller")
    if view is None:
        told |= {"text_ja": explained.text_ja, "text_en": explained.text_en}
    near = {} if view == "caller" else told
    return ExplainedDecision(
        decision="allow" if decision.allowed else "deny",
        reason=decision.reason,
        edition=_edition(decision.edition),
        matched=tuple(
            MatchedRule(
                row=match.row,
                clause=match.clause,
                pair=match.pair,
                basis=match.basis,
                items=match.items,
            )
            for match in decision.matched
        ),
        failed=decision.failed,
        nearest=_list_nearest(decision.nearest, told, view),
        text_ja=told["text_ja"],
        text_en=told["text_en"],
        change_ja=told["change_ja"],
        change_en=told["change_en"],
        citation_ja=near.get("citation_ja"),
        citation_en=near.get("citation_en"),
        fix_ja=near.get("fix_ja"),
        fix_en=near.get("fix_en"),
    )


def _list_nearest(
    found: tuple[Nearest, ...], told: dict[str, Any], view: View | None
) -> tuple[NearestRule, ...]:
    """Return what is near: nothing for a caller's own view, in words for the staff."""
    if view == "caller":
        return ()
    texts = told.get("nearest") or [{}] * len(found)
    return tuple(
        NearestRule(
            row=near.row,
            clause=near.clause,
            pair=near.pair,
            information=near.information,
            differs=near.differs,
            text_ja=text.get("text_ja"),
            text_en=text.get("text_en"),
        )
        for near, text in zip(found, texts, strict=True)
    )


def _edition(key: EditionKey | None) -> EditionResource | None:
    if key is None:
        return None
    return EditionResource(
        instrument=key.instrument,
        valid_from=key.valid_from,
        valid_to=key.valid_to,
        sha256=key.sha256,
    )


_SAMPLE: Final = ExplainedDecision(
    decision="allow",
    reason="permits.allowed",
    edition=EditionResource(
        instrument="shourei-r6", valid_from=date(2024, 5, 27), valid_to=None, sha256="ef" * 32
    ),
    matched=(
        MatchedRule(
            row="69",
            clause="7",
            pair=3,
            basis="番号法第19条第8号 主務省令第2条の表69の項・第71条第7号",
            items=("total_income",),
        ),
    ),
    failed=None,
    nearest=(),
    text_ja="照会できます。",
    text_en="Allowed.",
    change_ja="",
    change_en="",
    citation_ja=None,
    citation_en=None,
    fix_ja=None,
    fix_en=None,
)
_USABLE: Final = UsablePage(
    on=date(2026, 11, 24),
    provider="991023",
    total=691,
    usable=(
        UsableResource(
            instrument="shourei-r6",
            affair="69-7",
            label="保険料の賦課・徴収の決定",
            information="地方税関係情報",
            items=("total_income",),
            basis="番号法第19条第8号 主務省令第2条の表69の項・第71条第7号",
            consent=False,
        ),
    ),
    next="1",
)

OPERATIONS: Final = (
    Operation(
        name="explain_permit",
        method="GET",
        path="/v1/permits/explain",
        scope="permits:explain",
        more_scopes=(STAFF_SCOPE,),
        handler=explain,
        summary_ja="照会できるかどうかと、その理由を調べる",
        summary_en="Say whether the permit list allows an inquiry, and why. The view of the staff"
        " needs the scope permits:review as well.",
        query=ExplainQuery,
        replies={200: Sample(text="The decision.", value=_SAMPLE)},
        may_refuse=(422,),
    ),
    Operation(
        name="list_usable_permits",
        method="GET",
        path="/v1/permits/usable",
        scope="permits:explain",
        handler=list_permitted,
        summary_ja="照会できる事務と特定個人情報を調べる",
        summary_en="List what the own institution may ask of another one on a day: affairs and"
        " information, page by page.",
        query=UsableQuery,
        replies={200: Sample(text="A page.", value=_USABLE)},
    ),
)
