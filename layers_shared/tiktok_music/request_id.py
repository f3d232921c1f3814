"""Request ids: `req_` and a ULID (https://github.com/ulid/spec)."""

from collections.abc import Callable

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [first + second for first in _CROCKFORD for second in _CROCKFORD]


def ulid(milliseconds: int, randomness: bytes) -> str:
    """26 characters: 48 bits of Unix time in ms, then 80 random bits."""
    number = (milliseconds << 80) | int.from_bytes(randomness)
    return "".join([_PAIRS[number >> shift & 1023] for shift in range(120, -1, -10)])


def new_request_id(clock: Callable[[], float], randomness: Callable[[int], bytes]) -> str:
    """Makes an id from a clock in Unix seconds and a source of random bytes."""
    return "req_" + ulid(int(clock() * 1000), randomness(10))
