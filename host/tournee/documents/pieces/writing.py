"""Pictures as one PDF/A-1b (ISO 19005-1), a page each: what is sent, and kept for years.

The same pages give the same bytes, whenever they are written. Nothing in it names a person or a day: its
title is made of the pages themselves.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from tournee.documents.pieces.profile import grey_profile

WIDTH, HEIGHT = 595.28, 841.89
"""Points of an A4 page."""

_TITLE_DIGITS = 16
_HEAD = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"


@dataclass(frozen=True)
class PageImage:
    """A page as it is written: pixels, and their bytes: a grey JPEG, or rows of one bit (1 is white)."""

    width: int
    height: int
    form: Literal["jpeg", "bits"]
    data: bytes = field(repr=False)


def title_of(pages: Sequence[PageImage]) -> str:
    """What a piece is called: by its pages alone, never by whose they are."""
    digest = hashlib.sha256()
    for page in pages:
        digest.update(b"%d %d " % (page.width, page.height) + hashlib.sha256(page.data).digest())
    return f"Piece {digest.hexdigest()[:_TITLE_DIGITS].upper()}"


def write_pdf(pages: Sequence[PageImage]) -> bytes:
    """The document of these pages."""
    title = title_of(pages)
    kids_at = 4 + 3 * len(pages)  # the objects before: catalog, metadata, profile
    objects = [
        b"<</Type/Catalog/Pages %d 0 R/Metadata 2 0 R/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1"
        b"/OutputConditionIdentifier(Gris)/Info(Gris, gamma 2,2)/DestOutputProfile 3 0 R>>]>>" % kids_at,
        _stream(b"/Type/Metadata/Subtype/XML", _xmp(title)),
        _stream(b"/N 1", grey_profile()),
    ]
    kids = []
    for page in pages:
        picture = len(objects) + 1
        width, height = _fitted(page)
        objects.append(_picture(page))
        objects.append(_stream(b"", b"q %.3f 0 0 %.3f 0 0 cm /I Do Q" % (width, height)))
        objects.append(
            b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %.3f %.3f]/Resources<</XObject<</I %d 0 R>>>>"
            b"/Contents %d 0 R>>" % (kids_at, width, height, picture, picture + 1)
        )
        kids.append(picture + 2)
    objects.append(
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(b"%d 0 R" % kid for kid in kids))
    )
    objects.append(b"<</Title(%s)>>" % title.encode())
    return _assembled(objects)


def dots_per_inch(width: int, height: int) -> float:
    """At how many dots an inch a picture stands on A4, as large as it fits, upright or level."""
    upright = max(width / WIDTH, height / HEIGHT)
    level = max(width / HEIGHT, height / WIDTH)
    return 72 * min(upright, level)


def _fitted(page: PageImage) -> tuple[float, float]:
    scale = 72 / dots_per_inch(page.width, page.height)
    return page.width * scale, page.height * scale


def _picture(page: PageImage) -> bytes:
    bits, form = (8, b"/DCTDecode") if page.form == "jpeg" else (1, b"/FlateDecode")
    data = page.data if page.form == "jpeg" else zlib.compress(page.data, 9)
    return _stream(
        b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent %d/Filter%s"
        % (page.width, page.height, bits, form),
        data,
    )


def _stream(keys: bytes, data: bytes) -> bytes:
    return b"<<" + keys + b"/Length %d>>\nstream\n" % len(data) + data + b"\nendstream"


def _xmp(title: str) -> bytes:
    about = (
        f'<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"><pdfaid:part>1'
        f"</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance></rdf:Description>"
        f'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title><rdf:Alt>'
        f'<rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title></rdf:Description>'
    )
    return (
        f'<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">{about}</rdf:RDF></x:xmpmeta>'
        f'<?xpacket end="w"?>'
    ).encode()


def _assembled(objects: Sequence[bytes]) -> bytes:
    out, offsets = bytearray(_HEAD), []
    for number, one in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + one + b"\nendobj\n"
    start, name = len(out), hashlib.sha256(out).hexdigest()[:32].encode()
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<</Size %d/Root 1 0 R/Info %d 0 R/ID[<%s><%s>]>>\nstartxref\n%d\n%%%%EOF\n" % (
        *(len(objects) + 1, len(objects), name, name, start),
    )
    return bytes(out)
