"""The people, houses and banks that the demo bank deals with; all invented, some of them nasty on purpose."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from demobank import identity

_WORDS = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
FIRST_NAMES: list[str] = _WORDS["first_names"]
LAST_NAMES: list[str] = _WORDS["last_names"]
NASTY_NAMES: list[str] = _WORDS["nasty_names"]
STREETS: list[str] = _WORDS["streets"]
TOWNS: list[str] = _WORDS["towns"]
EMPLOYERS: list[str] = _WORDS["employers"]
HOUSES: list[str] = _WORDS["houses"]
NOTES: list[str] = _WORDS["notes"]
SHOPS: list[str] = _WORDS["shops"]
BILLS: list[str] = _WORDS["bills"]
SWEDISH_NAMES: list[str] = _WORDS["swedish_names"]
FOREIGN = ("SEK", "JPY", "SEK", "BHD")  # every fourth customer has an account in one of these


@dataclass(frozen=True, slots=True)
class OtherBank:
    """Another bank; `key` names its place in the books."""

    key: str
    name: str
    registration: str


BANKS = (
    OtherBank("nordea", "Nordea", "2191"),
    OtherBank("danske-bank", "Danske Bank", "3001"),
    OtherBank("jyske-bank", "Jyske Bank", "7170"),
    OtherBank("sydbank", "Sydbank", "8079"),
    OtherBank("spar-nord", "Spar Nord", "9001"),
)


SWEDISH_BANKS = (
    OtherBank("swedbank", "Swedbank", "800"),
    OtherBank("seb", "SEB", "500"),
    OtherBank("handelsbanken", "Handelsbanken", "600"),
)


@dataclass(frozen=True, slots=True)
class Shop:
    """Where people pay by card."""

    key: str
    name: str
    town: str
    category: str


@dataclass(frozen=True, slots=True)
class Person:
    """A customer with their accounts (keys), as they follow from the seed and a running number."""

    number: int
    customer: str
    name: str
    cpr: str
    street: str
    town: str
    phone: str
    email: str
    accounts: tuple[str, ...]
    foreign: tuple[str, str] | None  # an account in another currency, and which
    bills: str | None  # an account that pays bills and nothing else
    card: str  # the last four digits of the card

    @property
    def streams(self) -> tuple[str, ...]:
        """Their own and those of all their accounts."""
        others = (self.foreign[0] if self.foreign else None, self.bills)
        accounts = (*self.accounts, *(account for account in others if account is not None))
        return (f"customer-{self.customer}", *(f"account-{account}" for account in accounts))


@dataclass(frozen=True, slots=True)
class Party:
    """Who stands on one side of a transfer: a person or firm, its bank and account."""

    name: str
    bank: OtherBank | None  # None: this bank
    iban: str


def person(seed: str, number: int) -> Person:
    """The customer with this running number: every third has a savings account too."""
    lot = identity.digest(seed, "person", number)
    first, last = FIRST_NAMES[lot % len(FIRST_NAMES)], LAST_NAMES[lot // 64 % len(LAST_NAMES)]
    nasty = number % 97
    count = 2 if lot // 4_096 % 3 == 0 else 1
    return Person(
        number=number,
        customer=identity.customer_key(seed, number),
        name=NASTY_NAMES[nasty] if nasty < len(NASTY_NAMES) else f"{first} {last}",
        cpr=identity.cpr(seed, number),
        street=address(seed, number, 0),
        town=TOWNS[lot // 16_384 % len(TOWNS)],
        phone=f"+45 {20_000_000 + lot // 7 % 79_999_999}",
        email=f"kunde{number}@example.invalid",
        accounts=tuple(identity.account_key(seed, 2 * number + place) for place in range(count)),
        foreign=_foreign(seed, number),
        bills=identity.account_key(seed, identity.EXTRA + 2 * number + 1) if number % 40 == 2 else None,
        card=f"{identity.digest(seed, 'card', number) % 10_000:04d}",
    )


def _foreign(seed: str, number: int) -> tuple[str, str] | None:
    if number % 4 != 1:
        return None
    return identity.account_key(seed, identity.EXTRA + 2 * number), FOREIGN[number // 4 % len(FOREIGN)]


def address(seed: str, number: int, move: int) -> str:
    """Where a customer lives after having moved `move` times."""
    lot = identity.digest(seed, "address", number, move)
    return f"{STREETS[lot % len(STREETS)]} {1 + lot // 16 % 180}, {1 + lot // 4_096 % 5}. tv."


def own_iban(account: str) -> str:
    """The IBAN of one of the bank's own accounts."""
    return identity.iban(identity.REGISTRATION, identity.account_number(account))


@lru_cache(maxsize=4_096)
def stranger(seed: str, number: int) -> Party:
    """Somebody with an account at another bank; every third is a firm."""
    lot = identity.digest(seed, "stranger", number)
    bank = BANKS[lot % len(BANKS)]
    name = HOUSES[lot // 8 % len(HOUSES)]
    if number % 3:
        name = f"{FIRST_NAMES[lot // 64 % len(FIRST_NAMES)]} {LAST_NAMES[lot // 4_096 % len(LAST_NAMES)]}"
    return Party(name, bank, identity.iban(bank.registration, identity.account_number(f"stranger-{number}")))


@lru_cache(maxsize=1_024)
def swede(seed: str, number: int) -> Party:
    """Somebody with an account at a Swedish bank."""
    lot = identity.digest(seed, "swede", number)
    bank = SWEDISH_BANKS[lot % len(SWEDISH_BANKS)]
    number_text = f"{lot // 8 % 10**17:017d}"
    name = SWEDISH_NAMES[lot // 64 % len(SWEDISH_NAMES)]
    return Party(name, bank, identity.swedish_iban(bank.registration, number_text))


@lru_cache(maxsize=256)
def shop(number: int) -> Shop:
    """A shop that takes cards."""
    name, _, category = SHOPS[number % len(SHOPS)].partition("/")
    town = TOWNS[number // len(SHOPS) % len(TOWNS)].partition(" ")[2]
    return Shop(f"M-{4_000 + number}", name, town, category)


@lru_cache(maxsize=64)
def biller(number: int) -> Party:
    """Whom bills are paid to: a landlord, an insurer, a union."""
    bank = BANKS[number % len(BANKS)]
    account = identity.account_number(f"bill-{number}")
    return Party(BILLS[number % len(BILLS)], bank, identity.iban(bank.registration, account))


def employer(number: int) -> Party:
    """A firm that pays salaries."""
    bank = BANKS[number % len(BANKS)]
    round_, place = divmod(number, len(EMPLOYERS))
    name = f"{EMPLOYERS[place]}, afd. {round_}" if round_ else EMPLOYERS[place]
    return Party(name, bank, identity.iban(bank.registration, identity.account_number(f"employer-{number}")))
