"""Which host keys count for an address."""

from __future__ import annotations

import pytest
from paramiko.hostkeys import HostKeys

from srx_issu.adapters.devices.credentials import Credentials
from srx_issu.adapters.devices.hostkeys import TrustedKeys
from srx_issu.domain.cluster.model import Address
from srx_issu.domain.errors import HostKeyRejected
from tests.fakes.node import host_key

NODE = Address(host="198.51.100.7", port=22)
OTHER_PORT = Address(host="198.51.100.7", port=2222)
ED, RSA = "ssh-ed25519", "ssh-rsa"


def line(name: str, kind: str = ED, marker: str = "") -> str:
    return f"{marker}{name} {host_key(kind).export_public_key().decode().strip()}\n"


def trusted(known_hosts: str, address: Address = NODE, *, verify: bool = True) -> TrustedKeys:
    account = Credentials(username="ops", known_hosts=known_hosts, verify_host_keys=verify)
    return TrustedKeys.of("node0", address, account)


@pytest.mark.parametrize(
    "known_hosts",
    [
        "",
        "# " + line("198.51.100.7"),
        line("198.51.100.8"),
        line("[198.51.100.7]:2222"),
        line("198.51.100.7", marker="@cert-authority "),
        line("198.51.100.7") + line("*", marker="@revoked "),
        "198.51.100.7 ssh-ed25519 not-base64!\n",
        "198.51.100.7 ssh-new AAAA\n",
        "nonsense\n",
    ],
    ids=range(9),  # the keys are new each time, and no id
)
def test_no_key_for_the_address_is_rejected_with_the_remedy(known_hosts: str) -> None:
    with pytest.raises(HostKeyRejected, match=r"ssh-keyscan -p 22 198\.51\.100\.7"):
        trusted(known_hosts)


def test_key_of_port_22_does_not_count_for_another_port() -> None:
    with pytest.raises(HostKeyRejected, match=r"no host key of \[198\.51\.100\.7\]:2222"):
        trusted(line("198.51.100.7"), OTHER_PORT)
    trusted(line("[198.51.100.7]:2222"), OTHER_PORT)


def test_all_kinds_known_are_asked_for_and_rsa_by_its_modern_names() -> None:
    assert trusted(line("198.51.100.7") + line("198.51.100.7", RSA)).algorithms == (
        ED,
        "rsa-sha2-512",
        "rsa-sha2-256",
    )


def test_names_may_be_listed_and_hashed() -> None:
    assert trusted(line("fw0,198.51.100.7")).algorithms == (ED,)
    assert trusted(line(HostKeys.hash_host("198.51.100.7"))).algorithms == (ED,)


def test_nothing_is_verified_only_when_asked_for() -> None:
    assert trusted("", verify=False).algorithms == ()


def test_credentials_show_no_secret() -> None:
    account = Credentials(username="ops", password="hunter2", private_key="PEM", passphrase="open sesame")
    shown = repr(account) + str(account)
    assert "ops" in shown
    assert not any(secret in shown for secret in ("hunter2", "PEM", "sesame"))
