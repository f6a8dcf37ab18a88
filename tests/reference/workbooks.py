"""Workbooks, written by hand: there is no need of a library that writes them."""

import io
import zipfile
from xml.sax.saxutils import escape

SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
STYLES = (  # style 1 is a date, style 2 percent
    '<fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/>'
    '<xf numFmtId="9"/></cellXfs>'
)


class Date(int):
    """Days since the last day of 1899."""


def column(j):
    """The letters of a column: A, B, ..., Z, AA, ..."""
    return column(j // 26 - 1) + chr(65 + j % 26) if j >= 26 else chr(65 + j)


def cell(i, j, value):
    at = f'r="{column(j)}{i + 1}"'
    if value is None:
        return ""
    if isinstance(value, bool):
        return f'<c {at} t="b"><v>{int(value)}</v></c>'
    if isinstance(value, Date):
        return f'<c {at} s="1"><v>{int(value)}</v></c>'
    if isinstance(value, str) and value.startswith("#") and value.endswith("!"):
        return f'<c {at} t="e"><v>{value}</v></c>'
    if isinstance(value, str):
        return f'<c {at} t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f"<c {at}><v>{value!r}</v></c>"


def sheet_xml(cells):
    """The cells are {(row, column): value}."""
    rows = {}
    for (i, j), value in sorted(cells.items()):
        rows.setdefault(i, []).append(cell(i, j, value))
    body = "".join(f'<row r="{i + 1}">{"".join(row)}</row>' for i, row in rows.items())
    return f'<worksheet xmlns="{SPREADSHEET}"><sheetData>{body}</sheetData></worksheet>'


def workbook(sheets, hidden=()):
    """An xlsx file with these sheets, by name: rows of values, or {(row, column): value}, or the XML itself."""
    names = list(sheets)
    states = ["hidden" if name in hidden else "visible" for name in names]
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{k}" state="{state}" r:id="s{k}"/>'
        for k, (name, state) in enumerate(zip(names, states, strict=True), 1)
    )
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{k}.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'spreadsheetml.worksheet+xml"/>'
        for k in range(1, len(names) + 1)
    )
    related = "".join(
        f'<Relationship Id="s{k}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{k}.xml"/>'
        for k in range(1, len(names) + 1)
    )
    files = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType='
        '"application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-'
        f'officedocument.spreadsheetml.sheet.main+xml"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="b" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{SPREADSHEET}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{related}<Relationship '
        f'Id="t" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{SPREADSHEET}">{STYLES}</styleSheet>',
    }
    for k, content in enumerate(sheets.values(), 1):
        if isinstance(content, list):
            content = {(i, j): value for i, row in enumerate(content) for j, value in enumerate(row)}
        files[f"xl/worksheets/sheet{k}.xml"] = content if isinstance(content, str) else sheet_xml(content)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text if text.startswith("<?") else f'<?xml version="1.0"?>{text}')
    return out.getvalue()
