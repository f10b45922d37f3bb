"""``python -m recoup`` and the ``recoup`` command: errors become one line and an exit code."""

from __future__ import annotations

import sys

from recoup.errors import RecoupError

MISUSED = 2


def main(arguments: list[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments
        Without the program's name; None takes ``sys.argv``.

    Returns
    -------
    int
        0; 1 if something failed (the rest was done); 2 if the command cannot be understood or
        carried out; 130 if it was interrupted.
    """
    from recoup.cli import app

    given = sys.argv[1:] if arguments is None else arguments
    try:
        app(given, prog_name="recoup")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except RecoupError as error:
        if "--debug" in given:
            raise
        _tell(str(error))
        return MISUSED
    return 0


def _tell(text: str) -> None:
    """One line on standard error, whatever its encoding can show."""
    line = " ".join(f"recoup: {text}".split())
    encoding = sys.stderr.encoding or "utf-8"
    sys.stderr.write(line.encode(encoding, "backslashreplace").decode(encoding) + "\n")


if __name__ == "__main__":
    sys.exit(main())
