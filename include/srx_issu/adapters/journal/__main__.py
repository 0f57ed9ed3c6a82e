"""``python -m srx_issu.adapters.journal migrate``, ``grant ROLE``, ``grant-reader ROLE``: the URL is the
owner's, from the environment. ``key FILE`` makes the key that signs the journal.

Never from the command line: a process list would show the password.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from srx_issu.adapters.journal.grants import grant_append_only, grant_read_only
from srx_issu.adapters.journal.schema import migrate
from srx_issu.adapters.journal.signing import make_key
from srx_issu.domain.errors import JournalError

URL_VARIABLE = "SRX_ISSU_JOURNAL_URL"


def main(arguments: list[str]) -> int:
    """0 = done, or nothing to do; 1 = the database said no; 2 = called wrongly."""
    url = os.environ.get(URL_VARIABLE, "")
    try:
        match arguments:
            case ["migrate"] if url:
                migrate(url)
            case ["key", file]:
                verifier = make_key(Path(file))
                sys.stdout.write(
                    f"{file}: for those who write the journal only, as SRX_ISSU_JOURNAL_KEY_FILE\n"
                    f"{file}.pub: for everybody who verifies it; key {verifier.key_id}\n"
                )
            case ["grant", role] if url:
                grant_append_only(url, role)
            case ["grant-reader", role] if url:
                grant_read_only(url, role)
            case _:
                usage = (
                    f"usage: {URL_VARIABLE}=postgresql://... python -m srx_issu.adapters.journal migrate "
                    "| grant ROLE | grant-reader ROLE | key FILE"
                )
                sys.stderr.write(f"{usage}\n")
                return 2
    except JournalError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
