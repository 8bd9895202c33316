"""Somebody opens connections and says nothing, so that nobody else gets into the gateway."""

import socket
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from senders.enums import ChannelKind
from tests.gateway import ABSENT, serving
from tests.messages import new_signer
from tests.senders import add_ssh_key, register

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.waits,
    pytest.mark.skipif(bool(ABSENT), reason=f"the gateway was not tried: {', '.join(ABSENT)} is not installed"),
]
SFTP = ChannelKind.SFTP


def test_T23_silent_connections_of_one_address_leave_room_for_another(
    transactional_db: None, gateway_folder: Path, tmp_path: Path
) -> None:
    sender = register(SFTP, signer=new_signer())
    key = add_ssh_key(sender.channels[SFTP], tmp_path)
    limits = {"GATEWAY_MAX_SESSIONS": "20", "GATEWAY_MAX_SESSIONS_PER_HOST": "5"}
    with serving(gateway_folder, **limits) as gateway, ExitStack() as stack:
        silent = []
        for _number in range(60):
            one = stack.enter_context(socket.create_connection(("127.0.0.1", gateway.sftp_port), timeout=30))
            silent.append(one)
            time.sleep(0.02)  # one after the other: the attacker has all the time in the world
        command = ["sftp", "-q", "-b", "-", *gateway.ssh_options(key), "-o", "BindAddress=127.0.0.2"]
        for _try in range(20):
            done = subprocess.run(
                [*command, f"{sender.user(SFTP)}@127.0.0.1"], input="ls\n", text=True, capture_output=True, check=False
            )
            if done.returncode == 0:
                break
        assert done.returncode == 0, done.stderr
        own = gateway.sftp(sender.user(SFTP), key, "ls")
        assert own.returncode == 255, "the address itself is full"


def test_T23_a_program_with_six_keys_gets_in_with_the_last(
    transactional_db: None, gateway_folder: Path, tmp_path: Path
) -> None:
    sender = register(SFTP, signer=new_signer())
    key = add_ssh_key(sender.channels[SFTP], tmp_path)
    others = []
    for number in range(5):
        others += ["-i", str(tmp_path / f"key{number}")]
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", others[-1]], check=True)
    with serving(gateway_folder) as gateway:
        options = gateway.ssh_options(key)
        at = options.index("-i")
        command = ["sftp", "-q", "-b", "-", *options[:at], *others, *options[at:], f"{sender.user(SFTP)}@127.0.0.1"]
        done = subprocess.run(command, input="ls\n", text=True, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
