"""What the tests of ordinance affairs share: filings in every state, and who asks under them."""

from dataclasses import replace
from datetime import date

import msgspec

from permitlists import (
    Base,
    CodedQuestion,
    Edition,
    Filing,
    PermitList,
    Supplement,
    Withholding,
    load_builtin,
)
from tests.unit.permitlists.permit_cases import LABEL, TODAY, packaged

TAX = "地方税関係情報"
RESIDENT = "住民票関係情報"
DISABLED = "障害者関係情報"
CITY, OTHER_CITY, PREFECTURE, ACCOUNTS = "991015", "991023", "990001", "999016"
BASE = Base(edition=LABEL, row="144", clause="6")
FILING = Filing(
    number="1",
    municipality=CITY,
    ordinance="模擬条例 第3条",
    label="模擬の医療費助成",
    base=BASE,
    providers=("市町村長", "都道府県知事"),
    information=(TAX, RESIDENT, DISABLED),
    reference="届出0001",
    notified_on=date(2024, 8, 1),
    valid_from=date(2024, 9, 1),
)
WITHHOLDING = Withholding(
    provider=OTHER_CITY,
    ordinance="模擬制限条例 第9条",
    rows=("144",),
    information=(RESIDENT,),
    valid_from=date(2024, 9, 1),
)


def changed(**fields: object) -> Filing:
    return msgspec.structs.replace(FILING, **fields)


def earlier_edition(**fields: object) -> Edition:
    """Return an edition that ends where the packaged one begins; `fields` change its row 144."""
    table = packaged().table
    rows = tuple(
        msgspec.structs.replace(row, **fields) if row.no == "144" else row for row in table.rows
    )
    return Edition(
        msgspec.structs.replace(
            table, valid_from=date(2024, 5, 1), valid_to=date(2024, 5, 27), rows=rows, overlays=()
        )
    )


EARLIER = "shourei-r6@2024-05-01"
FILINGS = (
    FILING,
    changed(number="2", valid_from=date(2027, 1, 1)),
    changed(number="3", valid_to=date(2025, 1, 1)),
    changed(number="4", notified_on=date(2027, 1, 1)),
    changed(number="5", base=Base(edition=LABEL, row="999", clause="1")),
    changed(number="6", base=Base(edition=LABEL, row="157")),
    changed(number="7", base=Base(edition=EARLIER, row="144", clause="6")),
    changed(number="8", base=Base(edition=LABEL, row="144")),
)
SUPPLEMENT = Supplement(filings=FILINGS, withholdings=(WITHHOLDING,))
ORDINANCES = PermitList([*load_builtin().editions, earlier_edition(label="別の事務")], SUPPLEMENT)
CODED = CodedQuestion(
    on=TODAY, affair="144-6", inquirer=CITY, provider=OTHER_CITY, information=(TAX,)
)
FILED = replace(CODED, affair="1", instrument="jorei-19-9", consent=True)
# One question for each reason that only ordinance affairs know.
FILED_REFUSALS = {
    "permits.inquirer.not_filed_by": replace(FILED, inquirer=OTHER_CITY, provider=CITY),
    "permits.affair.unknown_filing": replace(FILED, affair="99"),
    "permits.affair.filing_not_begun": replace(FILED, affair="2"),
    "permits.affair.filing_ended": replace(FILED, affair="3"),
    "permits.affair.not_notified": replace(FILED, affair="4"),
    "permits.affair.base_missing": replace(FILED, affair="5"),
    "permits.affair.base_deleted": replace(FILED, affair="6"),
    "permits.affair.base_changed": replace(FILED, affair="7"),
    "permits.provider.not_in_filing": replace(FILED, provider=ACCOUNTS),
    "permits.provider.withholds": replace(FILED, information=(RESIDENT,)),
    "permits.information.not_in_filing": replace(FILED, information=("生活保護関係情報",)),
    "permits.consent.tax": replace(FILED, consent=False),
}
