"""Instances that stand in the published description; the cast and all numbers are fictitious."""

from datetime import UTC, datetime
from typing import Final

from mocks.admin.schemas.common import Texts
from mocks.admin.schemas.journal import (
    BytesResource,
    ClearedResource,
    DigestResource,
    JournalPage,
    MissResource,
    RawResource,
    ReplayResource,
    RowResource,
    WhyResource,
)
from mocks.admin.schemas.people import MadeList, MadeResident, PersonList, PersonResource
from mocks.admin.schemas.scenarios import (
    ExpectationResource,
    FaultList,
    FaultResource,
    RuleResource,
    ScenarioList,
    ScenarioResource,
    ShippedList,
    ShippedResource,
    SightingList,
    SightingResource,
    VerdictList,
    VerdictResource,
)
from mocks.admin.schemas.spaces import (
    AboutResource,
    ClockResource,
    HoldList,
    HoldResource,
    LoadedResource,
    LoginResource,
    PartyList,
    PartyResource,
    SpaceList,
    SpaceResource,
)

_AT: Final = datetime(2027, 6, 4, 7, 50, tzinfo=UTC)
_SHA: Final = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_ID: Final = "S04-auto-response-prohibited"
_TITLE: Final = Texts(
    ja="自動応答不可(3開庁日後に手動回答)",
    en="auto-response prohibited, held for 3 business days",
)
_ASKED: Final = "8e9b0c52-6a7e-4d0e-9c5b-0d5b5a1c3f10"

ABOUT: Final = AboutResource(version="0.1.0", spaces=("demo",), scenarios=17)
LOGIN: Final = LoginResource(url="http://127.0.0.1:9401/login?code=…", seconds=300)
CLOCK: Final = ClockResource(now=_AT, mode="frozen", rate=0.0, offset_ms=16_588_800_000)
SPACE: Final = SpaceResource(
    name="demo",
    seed=42,
    clock=CLOCK,
    scenarios=(LoadedResource(id=_ID, sha256=_SHA, title=_TITLE),),
    journal_end=17,
    repeat="nakadachi mocks up --space demo --scenario S04 --seed 42",
)
SPACES: Final = SpaceList(spaces=(SPACE,))
PARTY: Final = PartyResource(
    name="prov",
    code="991031",
    kind="agency",
    title="見本市",
    url="https://127.0.0.1:24680",
    open=True,
    hours="08:30-17:15",
)
PARTIES: Final = PartyList(parties=(PARTY,))
HOLD: Final = HoldResource(
    id=3,
    party="prov",
    op="inquiry.receive",
    at=_AT,
    rule="moment-2",
    point="before_effect",
    row=17,
    correlation=_ASKED,
)
HOLDS: Final = HoldList(holds=(HOLD,))
SHIPPED: Final = ShippedList(
    scenarios=(
        ShippedResource(
            id=_ID,
            title=_TITLE,
            level="must",
            sha256=_SHA,
            parties={"gw": "sut", "core": "core", "prov": "agency"},
            rules=2,
            expect=4,
        ),
    )
)
RULE: Final = RuleResource(
    id="hold", party="prov", op="inquiry.receive", person="p1", seen=1, matched=1
)
SCENARIO: Final = ScenarioResource(
    id=_ID,
    title=_TITLE,
    level="must",
    seed=42,
    sha256=_SHA,
    rules=(RULE,),
    expect=(
        ExpectationResource(
            index=0,
            kind="eventually",
            words={"eventually": {"sut": {"inquiry": "answered"}, "within": "P4BD"}},
            why="a late answer is an answer",
        ),
    ),
    source='mocks: "1"\n…',
)
SCENARIOS: Final = ScenarioList(scenarios=(SCENARIO,))
FAULT: Final = FaultResource(
    id="moment-1",
    rule={
        "when": {"party": "core", "op": "permit.issue", "nth": 1},
        "fault": [{"at": "after_effect", "kind": "reset"}],
    },
    until=_AT,
)
FAULTS: Final = FaultList(faults=(FAULT,))
VERDICTS: Final = VerdictList(
    at=_AT,
    over=False,
    ok=True,
    digest=_SHA,
    verdicts=(
        VerdictResource(
            scenario=_ID,
            index=0,
            kind="eventually",
            outcome="open",
            said=Texts(ja="まだ見られていません", en="not seen yet"),
            why="a late answer is an answer",
        ),
    ),
)
SIGHTINGS: Final = SightingList(
    sightings=(SightingResource(at=_AT, subject="inquiry", what="answered", person="p1"),)
)
MISS: Final = MissResource(rule="poll", part="op", wanted="inquiry.status", found="inquiry.receive")
ROW: Final = RowResource(
    id=17,
    at=_AT,
    exchange=9,
    party="prov",
    peer="core",
    direction="in",
    op="inquiry.receive",
    person="p1",
    correlation=_ASKED,
    nth=1,
    rule="hold",
    matched=("hold",),
    why_not=(MISS,),
    before={"inquiry": "permitted"},
    after={"inquiry": "held"},
    outcome="held",
    decoded={"information": ["地方税関係情報"], "affair": "69-7"},
)
PAGE: Final = JournalPage(rows=(ROW,), next=17)
WHY: Final = WhyResource(
    row=17,
    rule="hold",
    matched=("hold",),
    why_not=(MISS,),
    nearest="poll",
    text_ja="規則 hold が当てはまりました。",
    text_en="Matched: hold.",
)
RAW: Final = RawResource(
    row=17,
    exchange=9,
    request=BytesResource(size=3, base64="YWJj", text="abc"),
    response=BytesResource(size=0),
    curl="printf %s YWJj | base64 -d | curl …",
)
DIGEST: Final = DigestResource(digest=_SHA, rows=17)
REPLAYED: Final = ReplayResource(exchange=10, rows=(18,), replies=1)
CLEARED: Final = ClearedResource(cleared="journal", count=17)
PEOPLE: Final = PersonList(
    people=(
        PersonResource(
            name="p1",
            individual_number="**********23",
            born_on="1988-04-12",
            sex_code="1",
            municipality="991015",
            tags=("auto_response_prohibited",),
        ),
    )
)
MADE: Final = MadeList(
    people=(
        MadeResident(
            individual_number="…",
            name="髙城　湊人",
            kana="タカシロ　ミナト",
            born_on="1988-04-12",
            sex_code="1",
            municipality="991015",
            address="中央1-5",
        ),
    )
)
