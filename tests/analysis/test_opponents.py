"""Whom a line has to beat."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recoup.analysis import Difference, Line, Opponents, by_setting, lines, opponents, sentences
from recoup.results.row import Measurement, Scalar

PICTURES = "abcdefgh"


def curve(
    codec: str, factor: float, before: str = "", after: str = "", **settings: Scalar
) -> list[Measurement]:
    """Rows of a codec whose bytes double every 3 dB; pictures differ in how hard they are."""
    rows = []
    for q in range(1, 6):
        said = ",".join(f"{k}={v}" for k, v in {"quality": q, **settings}.items())
        chain = " | ".join(filter(None, (before, f"{codec}:{said}", after)))
        rows += [
            Measurement(
                image=picture,
                image_sha256=picture,
                chain=chain,
                codec=codec,
                settings=json.dumps({"quality": q, **settings}),
                encoded_bytes=round(1e6 * factor * 2**q * (1 + at / 10)),
                scores={"psnr": 27.0 + 3 * q},
            )
            for at, picture in enumerate(PICTURES)
        ]
    return rows


def one(several: tuple[Line, ...], **wanted: str) -> Line:
    """The line with these attributes."""
    (found,) = (line for line in several if all(getattr(line, k) == v for k, v in wanted.items()))
    return found


def ratios(found: Opponents) -> dict[str, float | None]:
    """Bytes over each opponent's, by role."""
    return {o.role: o.against.ratio if o.against else None for o in found.against}


def test_a_restored_codec_meets_all_three() -> None:
    """The same codec alone is the one with the same settings, however the lines are called."""
    rows = [
        *curve("jpeg", 1.0, encoder="turbo"),
        *curve("jpeg", 0.85, encoder="jpegli"),
        *curve("jpeg", 0.9, after="dncnn", encoder="turbo"),
        *curve("webp", 0.8, method=4),
        *curve("avif", 0.6, speed=6),
        *curve("avif", 0.5, speed=4),
    ]
    several = lines(by_setting(rows))
    found = opponents(one(several, after="dncnn"), several, "psnr", 34.0)
    assert found.n == len(PICTURES)
    assert [o.line and (o.line.codec, o.line.variant) for o in found.against] == [
        ("jpeg", "encoder=turbo"),
        ("jpeg", "encoder=jpegli"),
        ("avif", "speed=4"),
    ]
    assert ratios(found) == pytest.approx({"alone": 0.9, "encoder": 0.9 / 0.85, "codec": 1.8})
    assert [o.role for o in found.beaten_by] == ["encoder", "codec"]


def test_a_codec_alone_meets_its_best_other_encoder_and_the_best_other_codec() -> None:
    """It is not its own opponent; the best encoder finds the next best one."""
    rows = [
        *curve("jpeg", 1.0, encoder="turbo"),
        *curve("jpeg", 0.8, encoder="jpegli"),
        *curve("webp", 0.9, method=4),
    ]
    several = lines(by_setting(rows))
    plain = opponents(one(several, variant="encoder=turbo"), several, "psnr", 33.0)
    best = opponents(one(several, variant="encoder=jpegli"), several, "psnr", 33.0)
    assert ratios(plain) == pytest.approx({"encoder": 1.25, "codec": 1 / 0.9})
    assert ratios(best) == pytest.approx({"encoder": 0.8, "codec": 0.8 / 0.9})
    assert plain.by_role("alone") is None
    assert not best.beaten_by


def test_restored_lossless_and_control_lines_are_no_opponents() -> None:
    """They would be other experiments, or beat everything."""
    rows = [
        *curve("jpeg", 1.0),
        *curve("webp", 0.1, after="dncnn"),
        *curve("raw", 0.01),
        Measurement(image="a", image_sha256="a", chain="png", codec="png", encoded_bytes=1,
                    scores={"psnr": math.inf}),
    ]  # fmt: skip
    several = lines(by_setting(rows))
    found = opponents(one(several, codec="jpeg"), several, "psnr", 33.0)
    assert [(o.role, o.line, o.reason) for o in found.against] == [
        ("encoder", None, "none was measured"),
        ("codec", None, "none was measured"),
    ]


def test_opponents_are_degraded_alike_or_not_at_all() -> None:
    """After noise, those after noise; where pictures are coded smaller, those coded as they are."""
    rows = [
        *curve("jpeg", 1.0),
        *curve("webp", 0.7),
        *curve("jpeg", 2.0, before="noise:sigma=9"),
        *curve("jpeg", 1.5, before="noise:sigma=9", after="dncnn"),
        *curve("jpeg", 0.9, before="bicubic:factor=1/2", after="bicubic:factor=2"),
    ]
    several = lines(by_setting(rows))
    noisy = opponents(one(several, before="noise:sigma=9", after="dncnn"), several, "psnr", 33.0)
    small = opponents(one(several, before="bicubic:factor=1/2"), several, "psnr", 33.0)
    assert ratios(noisy) == pytest.approx({"alone": 0.75, "encoder": None, "codec": None})
    assert ratios(small) == pytest.approx({"alone": 0.9, "encoder": None, "codec": 0.9 / 0.7})


def test_an_opponent_of_few_pictures_does_not_stand_in() -> None:
    """Fewest bytes on two pictures is no reason to leave out the six others."""
    few = [row for row in curve("avif", 0.1) if row.image in "ab"]
    several = lines(by_setting([*curve("jpeg", 1.0), *curve("webp", 0.9), *few]))
    found = opponents(one(several, codec="jpeg"), several, "psnr", 33.0).by_role("codec")
    assert found is not None
    assert found.line is not None
    assert found.line.codec == "webp"


def test_a_level_nobody_brackets_is_said() -> None:
    """Nothing is extrapolated."""
    high = [
        Measurement(**{**vars(row), "scores": {"psnr": 60.0 + row.scores["psnr"]}})  # type: ignore[operator]  # all have one
        for row in curve("webp", 1.0)
    ]
    several = lines(by_setting([*curve("jpeg", 1.0), *high]))
    jpeg = one(several, codec="jpeg")
    reasons = [o.reason for o in opponents(jpeg, several, "psnr", 33.0).against]
    assert reasons == ["none was measured", "none brackets that on the same pictures"]
    found = opponents(jpeg, several, "psnr", 90.0)
    assert (found.n, found.against[1].reason) == (
        0, "its own settings do not bracket that on any picture",
    )  # fmt: skip
    assert sentences(found)[1] == (
        "At psnr 90 jpeg cannot be set against the best other codec alone: its own settings do "
        "not bracket that on any picture."
    )


@given(st.floats(0.3, 3), st.floats(0.3, 3), st.floats(30.5, 41.5))
def test_two_codecs_see_each_other_turned(ours: float, theirs: float, level: float) -> None:
    """What one needs more, the other needs less; the level does not matter on parallel curves."""
    several = lines(by_setting([*curve("jpeg", ours), *curve("webp", theirs)]))
    there, back = (
        opponents(one(several, codec=codec), several, "psnr", level).by_role("codec")
        for codec in ("jpeg", "webp")
    )
    assert there is not None
    assert back is not None
    assert there.against is not None
    assert back.against is not None
    assert there.against.ratio * back.against.ratio == pytest.approx(1)
    assert there.against.ratio == pytest.approx(ours / theirs, rel=1e-4)


@pytest.mark.parametrize(
    ("gap", "said"),
    [
        (
            Difference(0.81, 0.79, 0.836, 24),
            "19 % fewer bytes (95 % interval \N{MINUS SIGN}21 to \N{MINUS SIGN}16 %)",
        ),
        (
            Difference(1.04, 0.99, 1.09, 24),
            "4.0 % more bytes (95 % interval \N{MINUS SIGN}1.0 to +9.0 %: a tie)",
        ),
        (Difference(0.5, 0.5, 0.5, 1), "50 % fewer bytes (too few pictures for an interval)"),
    ],
)
def test_sentences_have_the_interval_and_own_up_to_ties(gap: Difference, said: str) -> None:
    """In words."""
    several = lines(by_setting([*curve("jpeg", 1.0), *curve("webp", 1.0)]))
    found = opponents(one(several, codec="jpeg"), several, "psnr", 33.0)
    told = Opponents(
        found.line, "psnr", 33.0, 24, (type(found.against[1])("codec", several[1], gap),)
    )
    (text,) = sentences(told, "PSNR", lambda line: line.codec.upper())
    on = "1 picture." if gap.n == 1 else f"{gap.n} pictures."
    assert text == f"At PSNR 33 JPEG needs {said} than the best other codec alone, WEBP, on {on}"
