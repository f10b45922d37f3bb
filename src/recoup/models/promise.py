"""What a file says of how it is to be restored, in a few dozen bytes of XMP."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from recoup.models.card import Card

NAMESPACE = "recoup:"
STEPS = 16
"""A strength is a whole number of these parts."""
STRONGEST = 2 * STEPS - 1
_DIGITS = 7
_RDF = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
_END = "</rdf:RDF>"
_TEXT = re.compile(rb"([a-z0-9][a-z0-9._-]{0,99}) ([0-9a-f]{7}) (\d{1,2}) (\d{1,2}\.\d\d)")
_OWN = rb'<rdf:Description rdf:about="" xmlns:r="recoup:" r:by="[^"<>]*"/>'
_BOUND = re.compile(rb"""xmlns:([\w.-]+)\s*=\s*["']recoup:["']""")


@dataclass(frozen=True)
class Promise:
    """A restorer, how strongly it is applied, and what that gained on the original.

    The note is one element of an XMP packet (ISO 16684-1:2019), whose own description of the
    picture, if it has one, stays as it is. Tools that write XMP anew may make an element of the
    attribute, or name the namespace otherwise; it is read all the same.

    Attributes
    ----------
    model
        Its name.
    sha256
        First seven digits of the hash of its ONNX file: another model of that name is not it.
    strength
        In sixteenths of what the model adds: 0 to 31. With 0 the picture is to be left as it is,
        since its encoder found no strength that helps.
    gain
        PSNR-RGB of the restored picture less that of the decoded one, dB, 0 and up.

    Examples
    --------
    >>> promise = Promise("deblock", "3d8682d", 15, 1.26)
    >>> note = promise.xmp()
    >>> len(note), Promise.read(note) == promise, Promise.read(b"<x:xmpmeta/>")
    (155, True, None)
    """

    model: str
    sha256: str
    strength: int
    gain: float

    @classmethod
    def of(cls, card: Card, strength: int, gain: float) -> Self:
        """A promise to apply a model.

        Examples
        --------
        >>> Promise.of(Card(name="a", architecture="b", sha256="0123456789"), 16, 0.5).sha256
        '0123456'
        """
        return cls(card.name, card.sha256[:_DIGITS], strength, round(gain, 2))

    @classmethod
    def read(cls, xmp: bytes | None) -> Self | None:
        """Find the note in an XMP packet; None if there is none, or none that means anything."""
        for text in _texts(xmp or b""):
            found = _TEXT.fullmatch(text.strip())
            if found and int(found[3]) <= STRONGEST:
                name, digits, strength, gain = (part.decode() for part in found.groups())
                return cls(name, digits, int(strength), float(gain))
        return None

    def xmp(self, packet: bytes | None = None) -> bytes:
        """Return an XMP packet with the note in it, and no other note of its kind.

        Parameters
        ----------
        packet
            What the picture carried; one that is not UTF-8 RDF is replaced.
        """
        note = (
            f'<rdf:Description rdf:about="" xmlns:r="{NAMESPACE}" '
            f'r:by="{self.model} {self.sha256} {self.strength} {self.gain:.2f}"/>'
        )
        kept = without(packet)
        head, end, tail = (kept or b"").rpartition(_END.encode())
        if end:
            return head + note.encode() + end + tail
        return f"{_RDF}{note}{_END}".encode()


def noted(packet: bytes | None) -> bool:
    """Whether an XMP packet has a note of this kind, even one that means nothing.

    Examples
    --------
    >>> noted(b"<rdf:Description xmlns:q='recoup:'><q:by>what?</q:by>"), noted(b"<x:xmpmeta/>")
    (True, False)
    """
    return bool(_texts(packet or b""))


def without(packet: bytes | None) -> bytes | None:
    """An XMP packet without any note; None if nothing else is in it.

    Examples
    --------
    >>> note = Promise("deblock", "3d8682d", 15, 1.26).xmp(b"<rdf:RDF>other</rdf:RDF>")
    >>> without(note), without(Promise("deblock", "3d8682d", 15, 1.26).xmp())
    (b'<rdf:RDF>other</rdf:RDF>', None)
    """
    if not packet:
        return None
    kept = re.sub(_OWN, b"", packet)
    for form in _forms(kept):
        kept = form.sub(b"", kept)
    return None if kept == f"{_RDF}{_END}".encode() else kept


def _forms(packet: bytes) -> list[re.Pattern[bytes]]:
    """What a note looks like here: an attribute or an element, by whatever prefix is bound."""
    found = []
    for prefix in sorted(set(_BOUND.findall(packet))):
        by = re.escape(prefix) + rb":by"
        found.append(re.compile(rb"\s" + by + rb"""\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)')"""))
        found.append(re.compile(rb"<" + by + rb">([^<>]*)()</" + by + rb"\s*>"))
    return found


def _texts(packet: bytes) -> list[bytes]:
    """What notes say."""
    return [one or two for form in _forms(packet) for one, two in form.findall(packet)]
