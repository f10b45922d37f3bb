"""What a picture file holds."""

from __future__ import annotations

from dataclasses import dataclass

from recoup.image import Image, Samples


@dataclass(frozen=True, eq=False)
class Picture:
    """An image and what its file carries beside it.

    Parameters
    ----------
    image
        The samples, upright (any orientation tag has been applied), grey or RGB.
    alpha
        Opacity, shape (height, width), same dtype and depth as the image, not premultiplied;
        None if the file has none.
    icc
        ICC profile that the samples are in; None means sRGB, or grey with the sRGB curve.
    exif
        EXIF as a TIFF block, without the ``Exif`` prefix of JPEG.
    xmp
        XMP packet, UTF-8.
    format
        Format of the file it came from: ``PNG``; empty for a picture made in memory.
    notes
        What was done on loading, in words.

    Raises
    ------
    ValueError
        If the alpha does not fit the image.

    Examples
    --------
    >>> import numpy as np
    >>> picture = Picture(Image(np.zeros((2, 3, 3), np.uint8)), alpha=np.ones((2, 3), np.uint8))
    >>> picture.image.channels, picture.alpha.shape, picture.icc
    (3, (2, 3), None)
    """

    image: Image
    alpha: Samples | None = None
    icc: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    format: str = ""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check that the alpha covers the image."""
        if self.alpha is None:
            return
        if self.alpha.shape != (self.image.height, self.image.width):
            raise ValueError(
                f"alpha is {self.alpha.shape}, the image ({self.image.height}, {self.image.width})"
            )
        if self.alpha.dtype != self.image.samples.dtype or int(self.alpha.max()) > self.image.peak:
            raise ValueError(f"alpha must have the image's dtype and {self.image.bits} bits")
