"""Somebody between a sender and the gateway wants both to agree upon what can be broken, and to know which build to break."""

import socket
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gateway import ABSENT, Gateway, serving

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.waits,
    pytest.mark.skipif(bool(ABSENT), reason=f"the gateway was not tried: {', '.join(ABSENT)} is not installed"),
]
# What RFC 9142 and OpenSSH's own defaults still think well of; the last two of the first are no algorithms.
KEY_EXCHANGES = {
    "curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521",
    "diffie-hellman-group16-sha512", "diffie-hellman-group14-sha256", "ext-info-s", "kex-strict-s-v00@openssh.com",
}  # fmt: skip
HOST_KEYS = {"ssh-ed25519", "rsa-sha2-512", "rsa-sha2-256"}
CIPHERS = {"aes256-ctr", "aes192-ctr", "aes128-ctr"}
DIGESTS = {"hmac-sha2-512-etm@openssh.com", "hmac-sha2-256-etm@openssh.com", "hmac-sha2-512", "hmac-sha2-256"}
OFFERED = [KEY_EXCHANGES, HOST_KEYS, CIPHERS, CIPHERS, DIGESTS, DIGESTS, {"none"}, {"none"}]


@pytest.fixture
def gateway(transactional_db: None, gateway_folder: Path) -> Iterator[Gateway]:
    with serving(gateway_folder) as running:
        yield running


def test_T23_nothing_weak_is_offered_and_no_version_told(gateway: Gateway) -> None:
    check_ssh(gateway)
    check_ftps(gateway)


def check_ssh(gateway: Gateway) -> None:
    with (
        socket.create_connection(("127.0.0.1", gateway.sftp_port), timeout=30) as connection,
        connection.makefile("rb") as said,
    ):
        assert said.readline() == b"SSH-2.0-mod_sftp\r\n"
        connection.sendall(b"SSH-2.0-test\r\n")
        (length,) = struct.unpack(">I", said.read(4))
        packet = said.read(length)
    place, offered = 1 + 1 + 16, []  # padding's length, the message's number, the cookie
    for _list in OFFERED:
        (length,) = struct.unpack_from(">I", packet, place)
        offered.append(set(packet[place + 4 : place + 4 + length].decode().split(",")))
        place += 4 + length
    assert offered == OFFERED


def check_ftps(gateway: Gateway) -> None:
    with socket.create_connection(("127.0.0.1", gateway.ftps_port), timeout=30) as connection:
        banner = connection.recv(1000)
    assert banner.startswith(b"220 ") and b"ProFTPD" not in banner and b"1.3" not in banner
    for wanted in (
        ["-tls1_2", "-cipher", "ECDHE+AESGCM"], ["-tls1_2", "-cipher", "ECDHE+CHACHA20"], ["-tls1_3"],
    ):  # fmt: skip
        assert agrees(gateway, wanted), wanted
    for weak in (
        ["-tls1", "-cipher", "ALL:@SECLEVEL=0"], ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
        ["-tls1_2", "-cipher", "ALL:!ECDHE:@SECLEVEL=0"], ["-tls1_2", "-cipher", "SHA1:@SECLEVEL=0"],
        ["-tls1_2", "-cipher", "AES:!AESGCM:@SECLEVEL=0"], ["-tls1_2", "-cipher", "aNULL:eNULL:@SECLEVEL=0"],
    ):  # fmt: skip
        assert not agrees(gateway, weak), weak


def agrees(gateway: Gateway, options: list[str]) -> bool:
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{gateway.ftps_port}", "-starttls", "ftp", *options]
    done = subprocess.run(command, input="QUIT\n", text=True, capture_output=True, check=False, timeout=60)
    return "Cipher is (NONE)" not in done.stdout and "New, TLSv1" in done.stdout
