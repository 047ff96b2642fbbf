"""What pandoc leaves out of a Word file: the size of the page, page numbers, and references whose lines hang."""

from __future__ import annotations

import zipfile
from io import BytesIO

_FOOTER = "word/footer1.xml"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PAGES = (
    f'<?xml version="1.0" encoding="UTF-8"?><w:ftr xmlns:w="{_W}"><w:p><w:pPr><w:jc w:val="center"/></w:pPr>'
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    "</w:p></w:ftr>"
)
_ID = "rIdPageNumbers"
# A4 with margins of 2.4 cm, in twentieths of a point; the order of these parts is fixed.
_PAGE = (
    '<w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1361" w:right="1361" w:bottom="1361" w:left="1361" w:header="708" w:footer="708" w:gutter="0"/>'
)
# (part, what stands there, what is put there); a part in which it does not stand once is left as it is.
_CHANGES = (
    ("word/document.xml", "<w:sectPr>", f'<w:sectPr><w:footerReference w:type="default" r:id="{_ID}"/>'),
    ("word/document.xml", "</w:sectPr>", f"{_PAGE}</w:sectPr>"),
    (
        "word/_rels/document.xml.rels",
        "</Relationships>",
        f'<Relationship Id="{_ID}" Type="{_R}/footer" Target="footer1.xml"/></Relationships>',
    ),
    (
        "[Content_Types].xml",
        "</Types>",
        (
            '<Override PartName="/word/footer1.xml" ContentType="application/vnd.openxmlformats-officedocument.'
            'wordprocessingml.footer+xml"/></Types>'
        ),
    ),
    (
        "word/styles.xml",
        '<w:next w:val="Bibliography" />\n    <w:qFormat />\n    <w:pPr />',
        (
            '<w:next w:val="Bibliography" />\n    <w:qFormat />\n    <w:pPr><w:tabs><w:tab w:val="left" w:pos="454"/></w:tabs>'
            '<w:spacing w:after="80"/><w:ind w:left="454" w:hanging="454"/></w:pPr>'
        ),
    ),
)


def finished(data: bytes) -> bytes:
    """The Word file on A4 with page numbers; unchanged where it is not laid out as pandoc does."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    changed = dict(parts)
    for name, before, after in _CHANGES:
        if changed.get(name, b"").count(before.encode()) != 1:
            return data
        changed[name] = changed[name].replace(before.encode(), after.encode())
    changed[_FOOTER] = _PAGES.encode()
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in changed.items():
            archive.writestr(name, content)
    return made.getvalue()
