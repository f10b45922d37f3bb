"""A toy encoder and decoder for the command codec's tests: zlib around whatever file it gets."""

import sys
import time
import zlib
from pathlib import Path


def main(todo: str, given: Path, made: Path) -> None:
    """Pack or unpack a file, or misbehave."""
    if todo == "pack":
        made.write_bytes(zlib.compress(given.read_bytes()))
    elif todo == "unpack":
        made.write_bytes(zlib.decompress(given.read_bytes()))
    elif todo == "sleep":
        time.sleep(60)
    elif todo == "fail":
        sys.stderr.write("first line\nno such tables\n")
        sys.exit(3)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
