"""Which names are hosts, and which are this machine, by their form alone: no name server is asked (T19, T20)."""

import re
from ipaddress import IPv6Address, ip_address

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def is_this_machine(host: str | None) -> bool:
    """Tell whether a host is this machine: 127.0.0.0/8, ::1 (in brackets or not), localhost or a name below it (RFC 6761)."""
    name = (host or "").lower()
    if name.startswith("[") and name.endswith("]"):
        name = name[1:-1]
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ip_address(name)
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return False
        return (address.ipv4_mapped or address).is_loopback
    return address.is_loopback


def is_host(text: str) -> bool:
    """Tell whether a text is one whole host: a name as in an address, or an IP address that one machine can have (IPv6 in
    brackets). No port, pattern or user stands beside it, and no number that some programs read as an address."""
    name = text.lower()
    is_bracketed = name.startswith("[") and name.endswith("]")
    try:
        address = ip_address(name[1:-1] if is_bracketed else name)
    except ValueError:
        labels = name.split(".")
        is_number = labels[-1].isdigit() or labels[-1].startswith("0x")
        return len(name) <= 253 and all(map(_LABEL.fullmatch, labels)) and not is_number
    return is_bracketed == (address.version == 6) and not (address.is_unspecified or address.is_multicast)
