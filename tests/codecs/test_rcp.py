"""The container: what goes in comes out, and nothing else does."""

import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recoup.codecs.rcp import MAGIC, Coded, Header, pack, unpack
from recoup.errors import CodecError


def sealed(head: bytes) -> bytes:
    """A head with the CRC-32 that it should have."""
    return head + struct.pack("<I", zlib.crc32(head))


def head(width: int = 8, height: int = 8, *, version: int = 1, bits: int = 8, b: int = 0) -> bytes:
    """A head as docs/rcp.md lays it out."""
    return sealed(
        MAGIC + bytes([version, 0, bits, b]) + bytes(8) + struct.pack("<II", width, height)
    )


SLICE = struct.pack("<BII", 0, 8, 5) + b"symbols."


@settings(max_examples=60, deadline=None)
@given(
    width=st.integers(1, 3000),
    height=st.integers(1, 3000),
    grey=st.booleans(),
    bits=st.integers(8, 16),
    quality=st.integers(0, 252),
    beside=st.lists(st.binary(max_size=20), min_size=4, max_size=4),
)
def test_round_trip(
    *, width: int, height: int, grey: bool, bits: int, quality: int, beside: list[bytes]
) -> None:
    """Every field."""
    header = Header(width, height, 1 if grey else 3, bits, quality, b"model id")
    slices = tuple((n, bytes([n % 256]) * (n + 8)) for n, _ in enumerate(header.slices()))
    coded = Coded(header, slices, *beside)
    assert unpack(pack(coded)) == coded


def test_the_page_describes_the_file() -> None:
    """Bytes laid out by hand are read."""
    icc = b"profile"
    data = head(9, 8) + struct.pack("<BII", 2, len(icc), zlib.crc32(icc)) + icc + SLICE
    coded = unpack(data)
    assert (coded.header.width, coded.header.rows, coded.header.columns) == (9, 1, 2)
    assert (coded.icc, coded.slices) == (icc, ((5, b"symbols."),))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no such file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "no such file"),
        (head()[:20], "cut short"),
        (head(version=2) + SLICE, "version 2"),
        (head(width=0) + SLICE, "damaged"),
        (head(65536, 1) + SLICE, "damaged"),
        (head(65535, 65535) + SLICE, "more than"),
        (head(bits=7) + SLICE, "damaged"),
        (head(b=253) + SLICE, "damaged"),
        (head()[:-1] + b"\0" + SLICE, "damaged"),
        (head(), "cut short"),
        (head() + SLICE[:5], "cut short"),
        (head() + SLICE[:-1], "cut short"),
        (head() + SLICE + SLICE, "2 of 1"),
        (head() + struct.pack("<BII", 9, 0, 0) + SLICE, "damaged"),
        (head() + struct.pack("<BII", 4, 1, 0) + b"x" + SLICE, "damaged"),
        (head() + SLICE + struct.pack("<BII", 4, 1, zlib.crc32(b"x")) + b"x", "damaged"),
        (head() + struct.pack("<BII", 0, 1 << 31, 0), "cut short"),
    ],
)
def test_what_is_refused(data: bytes, why: str) -> None:
    """Each with its reason, in one line."""
    with pytest.raises(CodecError, match=why) as caught:
        unpack(data)
    assert "\n" not in str(caught.value)
