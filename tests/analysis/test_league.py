"""The lossless league."""

from __future__ import annotations

import math

import pytest

from recoup.analysis import by_setting, leagues
from recoup.results.row import Measurement


def exact(
    picture: str, codec: str, size: int, bits: int = 8, seconds: float | None = 0.5
) -> Measurement:
    """A row of a picture of a megapixel that came back exactly."""
    return Measurement(
        image=picture,
        image_sha256=picture,
        width=1000,
        height=1000,
        bits=bits,
        channels=3,
        chain=codec,
        codec=codec.partition(":")[0],
        encoded_bytes=size,
        encode_s_all=() if seconds is None else (seconds,),
        decode_s_all=(0.25,),
        scores={"psnr": math.inf},
    )


def test_fewest_bytes_lead_and_those_that_refuse_pictures_follow() -> None:
    """A format that leaves out the hard pictures does not win by it."""
    rows = [
        *(exact(p, "png", size) for p, size in (("a", 1000), ("b", 9000))),
        *(exact(p, "jpegxl", size) for p, size in (("a", 500), ("b", 8000))),
        exact("a", "webp", 400),
    ]
    (league,) = leagues(by_setting(rows))
    assert [place.setting.codec for place in league.places] == ["jpegxl", "png", "webp"]
    first, second, third = league.places
    assert first.against_first is None
    assert second.against_first is not None
    assert second.against_first.ratio == pytest.approx(math.sqrt(2 * 9 / 8))
    assert third.against_first is not None
    assert third.against_first.ratio == pytest.approx(0.8)
    assert (league.deep, league.pictures) == (False, 2)


def test_pictures_of_more_than_eight_bits_have_a_league_of_their_own() -> None:
    """A mean over both would compare formats on different pictures."""
    rows = [
        *(exact("a", codec, size) for codec, size in (("png", 10), ("webp", 8))),
        *(exact("b", codec, size, bits=16) for codec, size in (("png", 99), ("jpegls", 70))),
    ]
    shallow, deep = leagues(by_setting(rows))
    assert (shallow.deep, deep.deep) == (False, True)
    assert [place.setting.codec for place in deep.places] == ["jpegls", "png"]
    assert [place.setting.n for place in deep.places] == [1, 1]


def test_lossy_filtered_and_control_settings_do_not_play() -> None:
    """Nor is one setting alone a league."""
    lossy = Measurement(image="a", chain="jpeg", codec="jpeg", encoded_bytes=1, scores={"psnr": 40})
    rows = [exact("a", "png", 10), exact("a", "raw", 12), exact("a", "webp | median:3", 9), lossy]
    assert leagues(by_setting(rows)) == ()


def test_speed_is_of_all_pictures_together_and_absent_where_a_time_is() -> None:
    """A megapixel in half a second and one in a second and a half are one a second."""
    rows = [
        exact("a", "png", 10, seconds=0.5),
        exact("b", "png", 10, seconds=1.5),
        exact("a", "webp", 9, seconds=0.5),
        exact("b", "webp", 9, seconds=None),
    ]
    (league,) = leagues(by_setting(rows))
    speeds = {place.setting.codec: (place.encode, place.decode) for place in league.places}
    assert speeds == {"png": (1.0, 4.0), "webp": (None, 4.0)}
