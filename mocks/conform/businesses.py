"""Businesses (業務) whose systems are tested: what each asks for, and what others ask of it.

That the permit list of 2024 allows every one of these questions is tested.
"""

from dataclasses import dataclass
from typing import Final

from mocks.runs.topic import TAX, Topic

NO_RESIDENCE: Final = (
    "この業務の事務では、住所を含む情報を照会できません（照合リストにありません）。"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Business:
    """A business: `inquirer` is what its systems ask for, `provider` what they are asked for."""

    id: str
    ja: str
    inquirer: Topic
    provider: Topic

    def find_topic(self, role: str) -> Topic | None:
        """Return what tests of a role are about; those of files are about none."""
        return {"inquirer": self.inquirer, "provider": self.provider}.get(role)

    def list_words(self, topic: Topic) -> dict[str, str]:
        """Return what profiles say of a topic of this business, by placeholder."""
        return {
            "business": self.id,
            "business_ja": self.ja,
            "affair": topic.affair,
            "information": topic.information,
            "item": topic.name_ja(topic.item),
            "beyond": topic.name_ja(topic.beyond),
            "residence": topic.residence or "",
            "no_residence": "" if topic.residence else NO_RESIDENCE,
        }


_WELFARE: Final = Topic(
    affair="42-1",
    information="生活保護関係情報",
    item="self_support_benefit_amount",
    beyond="assistance_kinds",
    example="welfare",
)
_DISABILITY: Final = Topic(
    affair="144-1",
    information="障害者自立支援給付関係情報",
    item="benefit_amount",
    beyond="support_level",
    example="disability",
    residence="144-1",
)
BUSINESSES: Final = (
    Business(id="tax", ja="地方税", inquirer=TAX, provider=TAX),
    Business(
        id="child-allowance",
        ja="児童手当",
        inquirer=Topic(
            affair="106-1",
            information=TAX.information,
            item=TAX.item,
            beyond=TAX.beyond,
            example=TAX.example,
            residence="106-1",
        ),
        provider=Topic(
            affair="42-1",
            information="児童手当関係情報",
            item="allowance_monthly_amount",
            beyond="allowance_started_on",
            example="child_allowance",
        ),
    ),
    Business(id="welfare", ja="生活保護", inquirer=_WELFARE, provider=_WELFARE),
    Business(id="disability", ja="障害福祉", inquirer=_DISABILITY, provider=_DISABILITY),
)
