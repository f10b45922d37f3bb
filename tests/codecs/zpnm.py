"""A toy encoder and decoder for the command codec's tests: zlib around whatever file it gets."""

import pathlib
import sys
import time
import zlib

todo, given, made = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
if todo == "pack":
    made.write_bytes(zlib.compress(given.read_bytes()))
elif todo == "unpack":
    made.write_bytes(zlib.decompress(given.read_bytes()))
elif todo == "sleep":
    time.sleep(60)
elif todo == "fail":
    sys.stderr.write("first line\nno such tables\n")
    sys.exit(3)
