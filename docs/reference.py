"""Write docs/reference.md: the help of every command, as the commands print it.

``python docs/reference.py`` writes it anew; a test compares.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

HEAD = """# Commands

Made by `python docs/reference.py` from what `recoup COMMAND --help` prints.
"""


def reference() -> str:
    """Return the page."""
    return "\n".join([HEAD, *_section()]) + "\n"


def _section(*command: str) -> list[str]:
    """Lines for a command, and for the commands under it."""
    text = _help(*command)
    lines = ["```text", text, "```"]
    for name in re.findall(r"^  (\w+) ", text.partition("Commands:")[2], re.MULTILINE):
        under = (*command, name)
        lines += ["", f"## recoup {' '.join(under)}", "", *_section(*under)]
    return lines


def _help(*command: str) -> str:
    """Return what ``recoup COMMAND --help`` prints."""
    printed = subprocess.run(  # noqa: S603  (our own command)
        [sys.executable, "-m", "recoup", *command, "--help"],
        check=True,
        capture_output=True,
        env=os.environ | {"COLUMNS": "92"},
    )
    return printed.stdout.decode().strip()


if __name__ == "__main__":
    page = Path(__file__).with_name("reference.md")
    page.write_text(reference(), encoding="utf-8")
    sys.stdout.write(f"{page}\n")
