"""The decision of the permit list beforehand, with its reason."""

from datetime import date
from typing import Final

from gateway.transport.routes import Call, Operation, Reply, Sample
from gateway.transport.schemas.permits import (
    EditionResource,
    ExplainedDecision,
    ExplainQuery,
    MatchedRule,
    NearestRule,
)
from gateway.usecases import judging, own_register
from permitlists import EditionKey, Explanation, PermitList


async def explain(call: Call[None, ExplainQuery]) -> Reply:
    """Return what the list in force here says; nothing is asked of anybody.

    Raises:
        InvalidError: the affair cannot be read.
    """
    asked, ports = call.query, call.ports
    await own_register.catch_up(ports=ports)
    question = judging.question(
        judging.Asked(
            inquirer=asked.inquirer or ports.store.institution,
            provider=asked.provider,
            affair=asked.affair,
            information=(asked.information,),
            on=asked.on or judging.day_of(ports.clock.now()),
            basis=asked.basis,
        ),
        ports=ports,
    )
    book = call.ports.book.permit_list or PermitList([])
    return Reply(body=_to_resource(book.explain(question)))


def _to_resource(explained: Explanation) -> ExplainedDecision:
    decision = explained.decision
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
        nearest=tuple(
            NearestRule(
                row=near.row,
                clause=near.clause,
                pair=near.pair,
                information=near.information,
                differs=near.differs,
            )
            for near in decision.nearest
        ),
        text_ja=explained.text_ja,
        text_en=explained.text_en,
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
)

OPERATIONS: Final = (
    Operation(
        name="explain_permit",
        method="GET",
        path="/v1/permits/explain",
        scope="permits:explain",
        handler=explain,
        summary_ja="照会できるかどうかと、その理由を調べる",
        summary_en="Say whether the permit list allows an inquiry, and why.",
        query=ExplainQuery,
        replies={200: Sample(text="The decision.", value=_SAMPLE)},
        may_refuse=(422,),
    ),
)
