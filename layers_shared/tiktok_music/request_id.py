"""Request ids: `req_` and a ULID (https://github.com/ulid/spec)."""

from collections.abc import Callable

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def ulid(milliseconds: int, randomness: bytes) -> str:
    """26 characters: 48 bits of Unix time in ms, then 80 random bits."""
    number = (milliseconds << 80) | int.from_bytes(randomness)
    return "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))


def new_request_id(clock: Callable[[], float], randomness: Callable[[int], bytes]) -> str:
    """Makes an id from a clock in Unix seconds and a source of random bytes."""
    return "req_" + ulid(int(clock() * 1000), randomness(10))
