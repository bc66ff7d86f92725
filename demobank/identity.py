"""Identifiers and check digits: they follow from a seed and a running number; no clock and no run changes them."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

_MASK = 0xFFFFFFFF
EXTRA = 999_000  # from here on account keys have seven digits: accounts in other currencies and for bills
REGISTRATION = "6695"  # the demo bank's own registration number


def digest(*parts: object) -> int:
    """A 64-bit number that follows from `parts` alone."""
    text = "/".join(map(str, parts))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest())


def event_id(seed: str, stream: str, version: int) -> str:
    """A UUID-shaped identifier; unique, as a stream has each version once."""
    name = blake2b(f"{seed}/{stream}/{version}".encode(), digest_size=16).hexdigest()
    return f"{name[:8]}-{name[8:12]}-{name[12:16]}-{name[16:20]}-{name[20:]}"


@lru_cache(maxsize=8)
def _offset(seed: str, kind: str) -> int:
    return digest(seed, kind) & _MASK


def transfer_key(seed: str, number: int) -> str:
    """`T-7f3c1e0a`-like."""
    return f"T-{_mixed(seed, 'transfer', number)}"


def payment_key(seed: str, number: int) -> str:
    """`P-0b91c2d4`-like: a card payment."""
    return f"P-{_mixed(seed, 'payment', number)}"


def deal_key(seed: str, number: int) -> str:
    """`X-51e07a3c`-like: a currency exchange."""
    return f"X-{_mixed(seed, 'deal', number)}"


def standing_order_key(seed: str, account: str, number: int) -> str:
    """`SO-5c1e09d2-1`-like: the account's standing order of this number."""
    return f"SO-{digest(seed, 'standing order', account) & _MASK:08x}-{number}"


def run_key(seed: str, standing_order: str, run: int) -> str:
    """`T-1f0c8d77a310`-like: the transfer that a standing order's run is; longer than others', so never one of them."""
    return f"T-{digest(seed, standing_order, run) >> 16:012x}"


def _mixed(seed: str, kind: str, number: int) -> str:
    """Eight hexadecimal digits. Each step is a bijection of 32 bits: no two of four thousand million are equal."""
    mixed = (number * 0x9E3779B1 + _offset(seed, kind)) & _MASK
    mixed ^= mixed >> 16
    mixed = (mixed * 0x85EBCA6B) & _MASK
    return f"{mixed ^ (mixed >> 13):08x}"


def customer_key(seed: str, number: int) -> str:
    """`C-20418`-like: five digits for the first 90,000 customers."""
    return f"C-{_scattered(number + 9_000, 7_919, _offset(seed, 'customer'))}"


def account_key(seed: str, number: int) -> str:
    """`A-3391`-like: four digits for the first 9,000 accounts, then five, then six."""
    return f"A-{_scattered(number, 1_013, _offset(seed, 'account'))}"


def _scattered(number: int, stride: int, offset: int) -> int:
    """`number` within its decade's range, in an order that looks like none; strides share no factor with 9 * 10^n."""
    first, size = 1_000, 9_000
    while number >= size:
        number, first, size = number - size, first * 10, size * 10
    return first + (number * stride + offset) % size


def account_number(key: str) -> str:
    """The ten digits of an account within its bank."""
    return f"{digest('number', key) % 10**10:010d}"


def swedish_iban(clearing: str, number: str) -> str:
    """A Swedish IBAN with valid check digits; S is 28 and E is 14."""
    return f"SE{98 - int(f'{clearing}{number}281400') % 97:02d}{clearing}{number}"


def iban(registration: str, number: str) -> str:
    """A Danish IBAN with valid check digits (ISO 7064, mod 97-10); D is 13 and K is 20."""
    return f"DK{98 - int(f'{registration}{number}132000') % 97:02d}{registration}{number}"


def cpr(seed: str, number: int) -> str:
    """A number of the shape of a Danish personal number that nobody can have: the day is raised by sixty."""
    lot = digest(seed, "cpr", number)
    day, month, year = 61 + lot % 28, 1 + lot // 28 % 12, lot // 336 % 100
    return f"{day:02d}{month:02d}{year:02d}-{lot // 33_600 % 10_000:04d}"
