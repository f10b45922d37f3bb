"""Files written once, which must decode to the same samples for ever.

Only decoders whose output a standard or integer arithmetic fixes are here: the lossy forms of
JPEG 2000, JPEG XL and AVIF end in floating point, which may round otherwise on another machine.
"""

from pathlib import Path

import pytest

from recoup.codecs import CODECS, Avif, Htj2k, Jpeg, Jpeg2000, JpegLs, JpegXl, Png, Raw, WebP
from recoup.contracts import Codec

FOLDER = Path(__file__).with_name("golden")

# file, codec, (channels, bits), first half of the image's SHA-256
GOLDEN: tuple[tuple[str, Codec, tuple[int, int], str], ...] = (
    ("jpeg-420.jpg", Jpeg(), (3, 8), "c4a4e6e56666a3f3f82f61182ecd88fb"),
    ("jpeg-sequential-grey.jpg", Jpeg(), (1, 8), "161b85e03790b93ba6b937f12b04a34d"),
    ("jpeg-12-bits.jpg", Jpeg(), (3, 12), "b2dcb78dc690829a459f3161363183c4"),
    ("jpegli.jpg", Jpeg(), (3, 8), "a04d672929e8c4aa95c23fc48ef1d4db"),
    ("jpegli-444-progressive.jpg", Jpeg(), (3, 8), "02165392a3a6f6381604a1ea8a0aa7e5"),
    ("jpegli-grey.jpg", Jpeg(), (1, 8), "c30c02189a6c3967ec850319781c6bc0"),
    ("htj2k.jhc", Htj2k(), (3, 8), "2ae65853f48a9598b6bccad1d01a19a3"),
    ("htj2k-12-bits-grey.jhc", Htj2k(), (1, 12), "f400fbacb7e3386433d9390563c49c2a"),
    ("htj2k-16-bits.jhc", Htj2k(), (3, 16), "8b50d7c68ed0d9f877e01bb9797be7a3"),
    ("jpeg2000-lossless.jp2", Jpeg2000(), (3, 8), "6952713eea76bb4d5423b5d84f3dc8b1"),
    ("jpeg2000-lossless-12-bits.jp2", Jpeg2000(), (1, 12), "7113a070592a2b16f4f08b07e4daf73f"),
    ("png.png", Png(), (3, 8), "6cf91b10dab483639b53c2da7da4e16b"),
    ("png-10-bits.png", Png(), (3, 10), "7330059a0c7ab8b356ab09d8c94bca42"),
    ("png-16-bits-grey.png", Png(), (1, 16), "d8105f3adfe4c60eb2d5a87756f8d28a"),
    ("webp.webp", WebP(), (3, 8), "499dc99b835107423579033dd757d0f1"),
    ("webp-lossless.webp", WebP(), (3, 8), "3ec84743bd1e523f685775bb0f483333"),
    ("webp-lossless-grey.webp", WebP(), (1, 8), "182c53ccd291b22eaebe5f34aaa4637b"),
    ("avif-lossless.avif", Avif(), (3, 8), "e4a6a843a7c43f8070acba196a01c01c"),
    ("avif-lossless-10-bits-grey.avif", Avif(), (1, 10), "9efbe0843ad97e39886329d8089d9298"),
    ("avif-lossless-12-bits.avif", Avif(), (3, 12), "4ec782fe910f0987d088687cade72b71"),
    ("jpegxl-lossless.jxl", JpegXl(), (3, 8), "5a430f9711258b5d9e2cbcef4022ee56"),
    ("jpegxl-lossless-12-bits-grey.jxl", JpegXl(), (1, 12), "ab43777aee69bf15e34601eaa2148564"),
    ("jpegxl-lossless-16-bits.jxl", JpegXl(), (3, 16), "4a09d81ba65d89a4ec037917cdd37fe5"),
    ("jpegls.jls", JpegLs(), (3, 8), "08cda0a932d7631177dbfc54f8e6ed8c"),
    ("jpegls-near-12-bits.jls", JpegLs(), (3, 12), "f3ebe049ac08c80a361a0166ce68dd7e"),
    ("jpegls-16-bits-grey.jls", JpegLs(), (1, 16), "e4868170b45f483022a6368be889040d"),
    ("raw.pnm", Raw(), (3, 8), "3ba52ad0d64edff0952fc5c42abefdbb"),
    ("raw-10-bits-grey.pnm", Raw(), (1, 10), "4c8bf9c3794abaf3751b5bf1c4acd2b8"),
)


@pytest.mark.parametrize(("file", "codec", "kind", "digest"), GOLDEN, ids=[g[0] for g in GOLDEN])
def test_old_files_decode_as_ever(
    file: str, codec: Codec, kind: tuple[int, int], digest: str
) -> None:
    """Same shape, depth and samples."""
    image = codec.decode((FOLDER / file).read_bytes())
    assert (image.channels, image.bits) == kind
    assert (image.height, image.width) == (17, 23)
    assert image.sha256.startswith(digest)


def test_no_golden_file_and_no_codec_is_forgotten() -> None:
    """Each file has a line, each in-process codec of the table a file; learned: test_learned.py."""
    assert {path.name for path in FOLDER.iterdir()} == {golden[0] for golden in GOLDEN}
    assert {golden[1].name for golden in GOLDEN} == set(CODECS) - {"command", "learned"}
