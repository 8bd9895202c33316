"""Which names and addresses are this machine, by their form alone: no name server is asked (T19)."""

from ipaddress import IPv6Address, ip_address


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
