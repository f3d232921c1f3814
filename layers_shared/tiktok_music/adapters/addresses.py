"""Checks network addresses before a fetch: public ones only, except in the local run."""

import ipaddress
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future

from tiktok_music.errors import DownloadFailed

Resolver = Callable[[str, int], list[str]]

# Internal ranges that `is_global` does not know on every Python version:
# IPv4 in IPv6 (compatible, 6to4, Teredo, NAT64), site-local, and clouds' well-known addresses.
_NEVER = tuple(
    ipaddress.ip_network(text)
    for text in (
        "168.63.129.16/32",
        "192.88.99.0/24",
        "::/96",
        "::ffff:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/32",
        "2002::/16",
        "3fff::/20",
        "5f00::/16",
        "fec0::/10",
    )
)


def is_public(address: str) -> bool:
    """True for a globally routable unicast address."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if not ip.is_global or ip.is_multicast or ip.is_reserved:
        return False
    if ip.version == 6 and (int(ip) >> 32) & 0xFDFFFFFF == 0x5EFE:  # ISATAP
        return False
    return not any(ip.version == network.version and ip in network for network in _NEVER)


def resolve(host: str, port: int) -> list[str]:
    """The addresses of `host`, in the resolver's order."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def checked_address(
    host: str, port: int, resolver: Resolver, seconds: float, *, allow_private: bool
) -> str:
    """The address to connect to; raises DownloadFailed if any address of the host is not public.

    Resolved once, so that a second answer cannot differ (DNS rebinding). The system's resolver has
    no timeout: a lookup that takes longer than `seconds` is abandoned in its thread.
    """
    found: Future[list[str]] = Future()

    def look_up() -> None:
        try:
            found.set_result(resolver(host, port))
        except (OSError, UnicodeError) as exc:
            found.set_exception(exc)

    threading.Thread(target=look_up, daemon=True).start()
    try:
        addresses = found.result(timeout=max(seconds, 0.0))
    except (OSError, UnicodeError) as exc:  # TimeoutError is an OSError
        raise DownloadFailed(f"{host} does not resolve") from exc
    if not addresses:
        raise DownloadFailed(f"{host} does not resolve")
    if not allow_private and not all(is_public(address) for address in addresses):
        raise DownloadFailed(f"{host} is not a public address")
    return addresses[0]
