"""``python -m srx_issu.journal migrate``: an entry point, so it reads the URL from the environment.

Never from the command line: a process list would show the password.
"""

from __future__ import annotations

import os
import sys

from srx_issu.domain.errors import JournalError
from srx_issu.journal.schema import migrate

URL_VARIABLE = "SRX_ISSU_JOURNAL_URL"


def main(arguments: list[str]) -> int:
    """0 = the tables are current, 1 = the database said no, 2 = called wrongly."""
    url = os.environ.get(URL_VARIABLE, "")
    if arguments != ["migrate"] or not url:
        sys.stderr.write(f"usage: {URL_VARIABLE}=postgresql://... python -m srx_issu.journal migrate\n")
        return 2
    try:
        migrate(url)
    except JournalError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
