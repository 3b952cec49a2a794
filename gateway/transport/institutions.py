"""Institutions of the network with the classes they wear on a day."""

from datetime import date
from itertools import islice
from typing import Final

from gateway.transport.routes import Call, Operation, Reply, Sample
from gateway.transport.schemas.institutions import (
    InstitutionPage,
    InstitutionQuery,
    InstitutionResource,
)
from gateway.usecases.judging import day_of


async def list_institutions(call: Call[None, InstitutionQuery]) -> Reply:
    """Return a page of institutions by code; an unknown code gives an empty page."""
    asked = call.query
    on = asked.on or day_of(call.ports.clock.now())
    matching = (
        one
        for one in sorted(call.ports.institutions, key=lambda one: one.code)
        if asked.code in {None, one.code} and one.code > (asked.after or "")
    )
    found = list(islice(matching, asked.limit + 1))
    page = InstitutionPage(
        on=on,
        institutions=tuple(
            InstitutionResource(
                code=one.code,
                name_ja=one.name_ja,
                name_en=one.name_en,
                classes=tuple(sorted(one.classes_on(on))),
            )
            for one in found[: asked.limit]
        ),
        next=found[asked.limit - 1].code if len(found) > asked.limit else None,
    )
    return Reply(body=page)


OPERATIONS: Final = (
    Operation(
        name="list_institutions",
        method="GET",
        path="/v1/institutions",
        scope="institutions:list",
        handler=list_institutions,
        summary_ja="機関の一覧を見る",
        summary_en="List institutions with their classes of a day.",
        query=InstitutionQuery,
        replies={
            200: Sample(
                text="A page.",
                value=InstitutionPage(
                    on=date(2026, 11, 24),
                    institutions=(
                        InstitutionResource(
                            code="991015",
                            name_ja="仲立市",
                            name_en="Nakadachi City",
                            classes=("市町村長", "市長"),
                        ),
                    ),
                    next=None,
                ),
            )
        },
    ),
)
