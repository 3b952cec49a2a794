"""Messages of the resident registry's basic items, asked by individual number (G5)."""

from dataclasses import dataclass, field

from wire.messages.scalars import Day, IndividualNumber, SexCode, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class BasicRequest:
    """基本4情報の照会: a gateway asks the registry."""

    individual_number: IndividualNumber = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BasicItems:
    """基本4情報: name, birth date, sex and address as registered; kana where registered."""

    name: Text = field(repr=False)
    name_kana: Text | None = field(repr=False)
    birth_date: Day = field(repr=False)
    sex_code: SexCode = field(repr=False)
    address: Text = field(repr=False)
