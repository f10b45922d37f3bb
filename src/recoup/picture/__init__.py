"""Picture files in and out: what a file holds beside its samples, and how it is measured.

::

    load(path)      file -> Picture, or one clear line saying why not
    measured(p)     Picture -> the sRGB Image that metrics see, and what was done to get there
    save(p, path)   Picture -> PNG or TIFF, everything kept
    embed(data, p)  profile and metadata into the bytes that an encoder made
    unfit(p, name)  which of them a format cannot hold
    write(data, p)  bytes -> file, whole or not at all
    find(paths)     files, folders and globs -> the files to load

What is kept:

=========  ======  =====  ====  ====  ====  =====================
format     bits    alpha  ICC   EXIF  XMP   orientation
=========  ======  =====  ====  ====  ====  =====================
PNG        8-16    yes    yes   yes   yes   applied, from EXIF
JPEG       8-16    --     yes   yes   yes   applied, from EXIF
WebP       8       yes    yes   yes   yes   applied, from EXIF
AVIF       8-12    yes    yes   yes   yes   applied, from the file
JPEG 2000  8-16    yes    yes   yes   yes   none in the format
JPEG XL    8-16    yes    no    yes   yes   applied, from the file
JPEG-LS    8-16    --     --    --    --    none in the format
TIFF       8-16    yes    yes   yes   yes   applied, from the tag
BMP        8       yes    yes   --    --    applied
PNM        8-16    yes    --    --    --    none in the format
=========  ======  =====  ====  ====  ====  =====================

``embed`` writes into PNG, JPEG, WebP, AVIF, JPEG 2000 and JPEG XL what the table says that
``load`` reads of them, but for what ``unfit`` names: an ICC profile in JPEG XL, one with tables in
JPEG 2000, more than 64 kB of EXIF or XMP in JPEG.

TIFF's EXIF is its EXIF and GPS directories and the tags that describe the picture. A JPEG XL
file whose colours only an embedded ICC profile explains is refused, since no decoder here hands
the profile out; its named colour spaces are honoured. Whatever else a file held and recoup left
out (further extra channels, mask pages, further pictures, extended XMP) is named in
``Picture.notes``.
"""

from recoup.picture.colour import measured
from recoup.picture.embed import embed, unfit
from recoup.picture.find import Found, find
from recoup.picture.load import load
from recoup.picture.names import shown
from recoup.picture.picture import Picture
from recoup.picture.save import save
from recoup.picture.write import write

__all__ = [
    "Found",
    "Picture",
    "embed",
    "find",
    "load",
    "measured",
    "save",
    "shown",
    "unfit",
    "write",
]
