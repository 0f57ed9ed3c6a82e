"""No secret of a configuration survives scrubbing; everything else does."""

from __future__ import annotations

import pytest

from srx_issu.domain.redaction.configuration import REMOVED, scrub
from tests.unit.domain.failure.growth import HARD_UNITS, growth

SECRETS = {
    "hierarchy": """\
system {
    host-name fw0;
    root-authentication {
        encrypted-password "$6$XyZ$SECRETroothash"; ## SECRET-DATA
        ssh-rsa "ssh-rsa AAAApublic ops@host";
    }
    radius-server {
        10.0.0.1 {
            port 1812;
            secret "$9$SECRETradius"; ## SECRET-DATA
        }
    }
    ntp {
        authentication-key 1 type md5 value "$9$SECRETntp";
        authentication-key 2 {
            type md5;
            value "SECRETntp2"; ## SECRET-DATA
        }
    }
    archival {
        configuration {
            archive-sites {
                "ftp://backup:SECRETurl@10.0.0.9/configs" password "$9$SECRETarchive"; ## SECRET-DATA
            }
        }
    }
}
snmp {
    community SECRETcommunity {
        authorization read-only;
    }
    community "SECRET two words" {
        authorization read-only;
    }
    v3 {
        usm {
            local-engine {
                user ops {
                    authentication-sha {
                        authentication-key "$9$SECRETsnmpv3"; ## SECRET-DATA
                    }
                }
            }
        }
    }
}
security {
    ike {
        policy to-branch {
            mode main;
            pre-shared-key ascii-text "$9$SECRETike"; ## SECRET-DATA
        }
        policy other {
            pre-shared-key hexadecimal "5ec2e7SECRET";
        }
    }
    pki {
        local-certificate {
            "-----BEGIN RSA PRIVATE KEY-----
SECRETpem1
SECRETpem2
-----END RSA PRIVATE KEY-----";
        }
    }
}
protocols {
    bgp {
        group up {
            authentication-key "$9$SECRETbgp"; ## SECRET-DATA
            community keep-me;
        }
    }
    ospf {
        area 0.0.0.0 {
            interface ge-0/0/1.0 {
                authentication {
                    md5 5 key "$9$SECRETospf"; ## SECRET-DATA
                }
            }
        }
    }
}
policy-options {
    community keep-this members 65000:1;
}
""",
    "set": """\
set system host-name fw0
set system root-authentication encrypted-password "$5$SECRETroot"
set system login user ops authentication encrypted-password "$1$SECRETuser"
set system radius-server 10.0.0.1 secret "$9$SECRETradius"
set system tacplus-server 10.0.0.2 secret SECRETplain
set system ntp authentication-key 1 type md5
set system ntp authentication-key 1 value "$9$SECRETntp"
set snmp community SECRETcommunity authorization read-only
set snmp community "SECRET two words" clients 10.0.0.0/8
set security ike policy to-branch pre-shared-key ascii-text "$9$SECRETike"
set security ike policy other pre-shared-key hexadecimal 5ec2e7SECRET
set protocols bgp group up authentication-key "$9$SECRETbgp"
set protocols ospf area 0 interface ge-0/0/1.0 authentication md5 5 key "$9$SECRETospf"
set protocols isis authentication-key "$8$aes256-gcm$SECRETisis"
set access profile p client c firewall-user password "$9$SECRETuser"
set policy-options community keep-this members 65000:1
set policy-options policy-statement x then community add keep-this
""",
}


@pytest.mark.parametrize("form", SECRETS)
def test_no_secret_is_left(form: str) -> None:
    scrubbed = scrub(SECRETS[form])
    left = [
        line
        for line in scrubbed.splitlines()
        if "SECRET" in line.replace(REMOVED, "").replace("SECRET-DATA", "")
    ]
    assert left == []


@pytest.mark.parametrize("form", SECRETS)
def test_statements_and_the_rest_stay(form: str) -> None:
    scrubbed = scrub(SECRETS[form])
    for kept in ("host-name fw0", "pre-shared-key ascii-text", "community keep-this members 65000:1"):
        assert kept in scrubbed
    if form == "hierarchy":
        for kept in (
            "port 1812;",
            "AAAApublic",
            "community keep-me;",
            "authorization read-only;",
            "ftp://backup:",
        ):
            assert kept in scrubbed
        assert scrubbed.count("{") == SECRETS[form].count("{")
    else:
        assert len(scrubbed.splitlines()) == len(SECRETS[form].splitlines())
        assert "then community add keep-this" in scrubbed


def test_scrubbing_twice_changes_nothing() -> None:
    for text in SECRETS.values():
        assert scrub(scrub(text)) == scrub(text)


def test_private_key_that_is_cut_off_is_removed_to_the_end() -> None:
    assert "abc" not in scrub("x\n-----BEGIN EC PRIVATE KEY-----\nabc\n")


def test_text_without_secrets_stays_as_it_is() -> None:
    text = "system {\n    services {\n        ssh;\n    }\n}\n"
    assert scrub(text) == text


@pytest.mark.parametrize("unit", HARD_UNITS)
def test_a_line_four_times_as_long_takes_about_four_times_as_long(unit: str) -> None:
    assert growth(scrub, unit) < 10, f"a line of {unit!r}"


@pytest.mark.parametrize("unit", ["x", "a.b://", 'secret "', "md5 1 ", '"\\""; ## SECRET-DATA'])
def test_a_line_of_a_megabyte_is_read_to_its_end(unit: str) -> None:
    """Hours, where time grows with the square."""
    line = unit * (1_000_000 // len(unit))
    assert scrub(f"{line} secret SEEDED").endswith(REMOVED)


def test_the_copy_shows_no_escape_and_an_escape_hides_no_secret() -> None:
    assert scrub("secr\x1b[0met SEEDED;\n\x1b]52;c;x\x07host-name fw\u202e0;\n") == (
        f"secret {REMOVED};\nhost-name fw0;\n"
    )


@pytest.mark.parametrize(
    ("line", "scrubbed"),
    [
        ('"$y$j9T$SEEDED$hash";', f'"{REMOVED}";'),
        ("scp://ops:SEE@DED/x@192.0.2.1/configs", f"scp://ops:{REMOVED}@192.0.2.1/configs"),
        ("a.b.c://u:SEEDED@h,ftp://v:SEEDED@h", f"a.b.c://u:{REMOVED}@h,ftp://v:{REMOVED}@h"),
        ("http://192.0.2.1:8080/path", "http://192.0.2.1:8080/path"),
    ],
)
def test_other_forms_of_secrets(line: str, scrubbed: str) -> None:
    assert scrub(line) == scrubbed


def test_a_key_that_ends_is_removed_alone() -> None:
    key = "-----BEGIN PRIVATE KEY-----\nSEEDED\n-----END PRIVATE KEY-----"
    assert scrub(f"a\n{key}\nb\n{key}\nc\n") == f"a\n{REMOVED}\nb\n{REMOVED}\nc\n"
