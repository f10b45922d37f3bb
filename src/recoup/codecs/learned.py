"""The learned codec: a variational autoencoder with a bitstream of its own (docs/rcp.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from recoup.codecs.latents import BLOCK, CHANNELS, HYPER, STEPS
from recoup.codecs.library import failing, side_refusal
from recoup.codecs.rcp import (
    LONGEST,
    MOST_PIXELS,
    Coded,
    Header,
    pack,
    unpack,
)
from recoup.codecs.settings import validate
from recoup.contracts import Timed
from recoup.image import Image
from recoup.models.autoencoder import Autoencoder, find_autoencoder, identified
from recoup.models.engine import Engine, engine_version, open_model
from recoup.models.tiles import Span, spans, stream

if TYPE_CHECKING:
    from recoup.codecs.prior import Prior
    from recoup.codecs.rans import Encoder

Floats = NDArray[np.float32]

_CONTEXT = 128  # pixels around a slice that its analysis is shown
_MARGIN = 8  # latent positions around an output that the synthesis may look at
_TILE = 128
_UNIT = BLOCK * HYPER


@dataclass(frozen=True)
class Learned:
    """A net's symbols, coded by nets of whole numbers: any machine reads the same.

    8 to 16 bits, grey (as three equal channels) and RGB. Pictures are coded in squares of 1024
    pixels, and decoded in tiles that overlap by what the net sees, so that memory is bounded and
    no seam shows. The samples may differ by 1/255 from one machine to another, the symbols never.

    Parameters
    ----------
    quality
        1 (smallest) to 8 (best), continuous in steps of 1/36; each is worth a fixed ratio of
        squared error to bits: ``lambda`` of 0.0018 to 0.18, as CompressAI's models have.
    model
        Name of the model that encodes. Decoding takes the one that the file names.

    Raises
    ------
    ChainError
        If a setting is out of range.

    Examples
    --------
    >>> import numpy as np
    >>> image = Image(np.full((8, 16, 3), 128, np.uint8))
    >>> decoded = Learned(8).decode(Learned(8).encode(image))
    >>> bool(np.abs(decoded.samples.astype(int) - 128).max() <= 4)
    True
    """

    name: ClassVar[str] = "learned"
    title: ClassVar[str] = "recoup's VAE"
    suffix: ClassVar[str] = ".rcp"
    media_type: ClassVar[str] = "application/octet-stream"
    timed: ClassVar[Timed] = "in-process"
    lossless: ClassVar[bool] = False

    quality: float = 4.0
    model: str = "vae"

    def __post_init__(self) -> None:
        """Check the settings."""
        validate(self, quality=(1, 8))

    def refusal(self, image: Image) -> str | None:
        """Sides up to 65535, 2**28 pixels in all."""
        if image.pixels > MOST_PIXELS:
            return f"{self.title} takes up to {MOST_PIXELS} pixels"
        return side_refusal(self.title, image, LONGEST)

    def encode(self, image: Image) -> bytes:
        """Encode to an .rcp file. Raises CodecError."""
        return pack(self.coded(image))

    def coded(self, image: Image, *, threads: int = 1, engine: Engine = "auto") -> Coded:
        """Encode, and return the parts of the file.

        Parameters
        ----------
        image
            What to encode.
        threads, engine
            Of the net; they may change the bytes, but not how they decode.
        """
        with failing("learned codec encode"):
            header = header_of(image, self.quality, find_autoencoder(self.model))
            chosen = self.chosen(image, threads=threads, engine=engine)
            return Coded(header, tuple((check, coder.done()) for check, coder in chosen))

    def chosen(
        self, image: Image, *, threads: int = 1, engine: Engine = "auto"
    ) -> Iterator[tuple[int, Encoder]]:
        """Each slice's symbols as the encoder chose them: their CRC-32, and what codes them."""
        from recoup.codecs.slices import encode_slice

        model = find_autoencoder(self.model)
        prior, header = _prior(model), header_of(image, self.quality, model)
        for values, side in latents_of(image, header, model, threads=threads, engine=engine):
            yield encode_slice(prior, values, side, header.quality)

    def decode(self, data: bytes) -> Image:
        """Decode an .rcp file. Raises CodecError."""
        with failing("learned codec decode"):
            return decoded(unpack(data))

    def version(self) -> str:
        """The model's identity and the engine's version."""
        with failing("learned codec"):
            return (
                f"{self.model} {find_autoencoder(self.model).card.sha256[:16]}, {engine_version()}"
            )


def decoded(coded: Coded, *, threads: int = 1, engine: Engine = "auto") -> Image:
    """Decode the parts of a file.

    All symbols are read and checked before any sample is made.

    Parameters
    ----------
    coded
        From :func:`recoup.codecs.rcp.unpack`.
    threads, engine
        Of the net; samples may differ by 1/255.

    Raises
    ------
    CodecError
        If the symbols are not those that were encoded.
    ModelError
        If the model is not on this machine.

    Examples
    --------
    >>> image = Image(np.full((8, 16, 1), 128, np.uint8))
    >>> decoded(Learned().coded(image), threads=2).channels
    1
    """
    from recoup.codecs.slices import read_slice

    header = coded.header
    model = identified(header.model)
    prior = _prior(model)
    latents = np.empty((CHANNELS, 0, 0), np.float32)
    for (rows, columns), (check, content) in zip(header.slices(), coded.slices, strict=True):
        height, width = rows.stop - rows.start, columns.stop - columns.start
        part = read_slice(prior, content, check, height, width, header.quality)[1]
        if not latents.size:  # not before a first slice is sound: the size may be a lie
            latents = np.empty((CHANNELS, header.rows, header.columns), np.float32)
        latents[:, rows, columns] = part
    return _picture(latents, header, model, threads, engine)


def header_of(image: Image, quality: float, model: Autoencoder) -> Header:
    """What a file says of a picture."""
    stored = round((quality - 1) * STEPS)
    return Header(image.width, image.height, image.channels, image.bits, stored, model.identity)


def latents_of(
    image: Image,
    header: Header,
    model: Autoencoder,
    *,
    threads: int = 1,
    engine: Engine = "auto",
) -> Iterator[tuple[Floats, Floats]]:
    """Latents in quantiser steps and the hyper-latent of each slice."""
    session = open_model(model.part("analysis.onnx"), threads=threads, engine=engine, outputs=2)
    told = _told(header)
    down, across = (
        np.minimum(np.arange(-(-side // _UNIT) * _UNIT), side - 1)
        for side in (image.height, image.width)
    )
    for rows, columns in header.slices():
        (top, first), (left, start) = (_around(one) for one in (rows, columns))
        bottom, right = (one.stop * BLOCK + _CONTEXT for one in (rows, columns))
        part = image.samples[down[top:bottom]][:, across[left:right]]
        planes = np.ascontiguousarray(part.transpose(2, 0, 1), np.float32) / np.float32(image.peak)
        if len(planes) == 1:
            planes = np.repeat(planes, 3, axis=0)
        values, side = session.run_all(planes[np.newaxis], told)
        height, width = rows.stop - rows.start, columns.stop - columns.start
        high, wide = (-(-one // HYPER) for one in (height, width))
        yield (
            values[0, :, first : first + height, start : start + width],
            side[0, :, first // HYPER :, start // HYPER :][:, :high, :wide],
        )


def _around(part: slice) -> tuple[int, int]:
    """First pixel of what the analysis of a slice is shown, and where in it the slice begins."""
    before = min(part.start * BLOCK, _CONTEXT)
    return part.start * BLOCK - before, before // BLOCK


def _picture(
    latents: Floats, header: Header, model: Autoencoder, threads: int, engine: Engine
) -> Image:
    """The synthesis, tile by tile."""
    session = open_model(
        model.part("synthesis.onnx"), threads=threads, engine=engine, channels=(CHANNELS,)
    )
    told = _told(header)
    out = np.empty(
        (header.height, header.width, header.channels), np.uint8 if header.bits == 8 else np.uint16
    )
    peak = (1 << header.bits) - 1

    def result(row: Span, column: Span) -> Floats:
        tile = latents[np.newaxis, :, row.start : row.stop, column.start : column.stop]
        planes: Floats = session.run(np.ascontiguousarray(tile), told)[0]
        return (
            planes if header.channels == 3 else planes.mean(axis=0, keepdims=True, dtype=np.float32)
        )

    def emit(top: int, strip: Floats) -> None:
        strip = strip[:, : header.height - top, : header.width]
        strip *= peak
        np.clip(np.rint(strip, out=strip), 0, peak, out=strip)
        out[top : top + strip.shape[1]] = strip.transpose(1, 2, 0)

    rows, columns = (spans(side, _TILE, _MARGIN, _MARGIN) for side in (header.rows, header.columns))
    if len(rows) == len(columns) == 1:  # nothing to blend
        emit(0, result(rows[0], columns[0]))
    else:
        stream(rows, columns, result, emit)
    return Image(out, header.bits)


def _told(header: Header) -> Floats:
    """The quality as the nets are told it."""
    return np.array([[1 + header.quality / STEPS]], np.float32)


def _prior(model: Autoencoder) -> Prior:
    """The integer nets of a model, read once."""
    return _read(model.part("prior.npz").as_posix(), model.card.sha256)


@lru_cache(maxsize=4)
def _read(path: str, _sha256: str) -> Prior:
    from pathlib import Path

    from recoup.codecs.prior import Prior

    return Prior.read(Path(path).read_bytes())
