"""Office documents made by the tests: the forms typeset as Word and others do."""

import io
import zipfile
from html import escape

from tests.pipelines import printed_2021, printed_form
from tests.pipelines.printed_form import CHAPTERS, Key, Row

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
YEARS = {"gk2019": 2020, "gk2021": 2023}
AGENCY = "莱州市教育局"

#: (text, first column, columns, '' | restart | continue)
Spread = list[list[tuple[str, int, int, str]]]


def values_of(generation: str) -> dict[Key, str]:
    forms = {"gk2019": printed_form, "gk2021": printed_2021}
    return forms[generation].invented()


def tables_of(generation: str, values: dict[Key, str]) -> list[list[Row]]:
    form = printed_form if generation == "gk2019" else printed_2021
    return [
        form.proactive(values),
        form.requests(values),
        printed_form.review(values),
    ]


def spread(rows: list[Row]) -> Spread:
    """Every cell of every row with its place; merged ones continue below."""
    open_: dict[int, tuple[int, int]] = {}  # start → (rows left, columns)
    found: Spread = []
    for row in rows:
        cells: list[tuple[str, int, int, str]] = []
        waiting = list(row)
        column = 0
        while waiting or column in open_:
            if column in open_:
                left, wide = open_.pop(column)
                cells.append(("", column, wide, "continue"))
                if left > 1:
                    open_[column] = (left - 1, wide)
                    # Rows below look it up again; this row has passed it.
                column += wide
                continue
            text, tall, wide = waiting.pop(0)
            cells.append((text, column, wide, "restart" if tall > 1 else ""))
            if tall > 1:
                open_[column] = (tall - 1, wide)
            column += wide
        found.append(cells)
    return found


def paragraph(text: str, properties: str = "") -> str:
    runs = "<w:br/>".join(
        f'<w:t xml:space="preserve">{escape(part)}</w:t>' for part in text.split("\n")
    )
    return f"<w:p>{properties}<w:r>{runs}</w:r></w:p>"


def word_table(rows: Spread, *, merges: bool = True) -> str:
    """A table of Word; without ``merges`` covered places are blank cells."""
    wide = max(start + span for row in rows for _, start, span, _ in row)
    grid = '<w:gridCol w:w="900"/>' * wide
    lines = []
    for row in rows:
        cells = []
        for text, _, span, merge in row:
            if not merges:
                cells.append(f"<w:tc>{paragraph(text)}</w:tc>")
                cells.extend(["<w:tc><w:p/></w:tc>"] * (span - 1))
                continue
            kind = {"restart": '<w:vMerge w:val="restart"/>', "continue": "<w:vMerge/>"}
            about = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
            about = f"<w:tcPr>{about}{kind.get(merge, '')}</w:tcPr>"
            cells.append(f"<w:tc>{about}{paragraph(text)}</w:tc>")
        lines.append(f"<w:tr>{''.join(cells)}</w:tr>")
    return f"<w:tbl><w:tblGrid>{grid}</w:tblGrid>{''.join(lines)}</w:tbl>"


def zipped(parts: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def package(
    body: str, *, namespace: str = W, parts: dict[str, str | bytes] | None = None
) -> bytes:
    """A DOCX around the content of a body."""
    office = "http://schemas.openxmlformats.org/package/2006"
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    document = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<w:document xmlns:w="{namespace}"><w:body>{body}</w:body></w:document>'
    )
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{office}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-'
            'package.relationships+xml"/><Default Extension="xml" '
            f'ContentType="application/xml"/><Override PartName="/word/document.xml" '
            f'ContentType="{main}.main+xml"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{office}/relationships">'
            '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/'
            'officeDocument/2006/relationships/officeDocument" '
            'Target="word/document.xml"/></Relationships>',
            "word/document.xml": document,
            **(parts or {}),
        }
    )


def body(tables: list[str], year: int, headings: list[str] | None = None) -> str:
    """The content of a report, given its three tables and headings as XML."""
    one, two, three, four, five, six = headings or map(paragraph, CHAPTERS)
    return "".join(
        [
            paragraph(f"{AGENCY}\n{year}年政府信息公开工作年度报告"),
            paragraph(f"统计期限为{year}年1月1日至{year}年12月31日。"),
            one, paragraph("全年公开信息12条。"), two, tables[0], three, tables[1],
            four, tables[2], five, paragraph("人手不足，今后改进。"),
            six, paragraph("无。"),
        ]
    )  # fmt: skip


def docx(generation: str, values: dict[Key, str], variant: str = "whole") -> bytes:
    """A report as DOCX: whole | split | unmerged | strict."""
    rows = tables_of(generation, values)
    merges = variant != "unmerged"
    tables = [word_table(spread(r), merges=merges) for r in rows]
    if variant == "split":
        # The table of requests goes on in a second one, its header repeated.
        whole = spread(rows[1])
        upper, lower = whole[:14], [*whole[:3], *whole[14:]]
        tables[1] = word_table(upper) + paragraph("") + word_table(lower)
    namespace = STRICT if variant == "strict" else W
    return package(body(tables, YEARS[generation]), namespace=namespace)


#: 一、二、三、… as Word numbers headings by itself.
NUMBERING = (
    f'<w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="7">'
    '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/>'
    '<w:lvlText w:val="%1、"/></w:lvl></w:abstractNum>'
    '<w:num w:numId="3"><w:abstractNumId w:val="7"/></w:num></w:numbering>'
)


def numbered(text: str) -> str:
    about = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="3"/></w:numPr></w:pPr>'
    return paragraph(text, about)


def odd_docx() -> bytes:
    """A report of 2023 with what Word can do to a text.

    Headings numbered by a list, a frame table around the table of requests, a deleted
    number before a new one, a hidden number, a field, a line break in a label.
    """
    values = values_of("gk2021")
    rows = [spread(r) for r in tables_of("gk2021", values)]
    tables = [word_table(r) for r in rows]
    frame = (
        "<w:tbl><w:tblGrid><w:gridCol w:w='9000'/></w:tblGrid><w:tr><w:tc>"
        f"{paragraph('单位：件')}{tables[1]}{paragraph('')}</w:tc></w:tr></w:tbl>"
    )
    first = values["proactive", "admin_license", "decisions"]
    author = 'w:id="1" w:author="a" w:date="2024-01-01T00:00:00Z"'
    edited = (
        f"<w:p><w:del {author}><w:r><w:delText>99</w:delText></w:r></w:del>"
        f"<w:ins {author}><w:r><w:t>{first[:2]}</w:t></w:r></w:ins>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>77</w:t></w:r>"
        f"<w:r><w:t>{first[2:]}</w:t></w:r></w:p>"
    )
    tables[0] = tables[0].replace(paragraph(first), edited)
    tables[0] = tables[0].replace(
        paragraph("行政事业性收费"), paragraph("行政事业\n性收费")
    )
    field = (
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        '<w:r><w:instrText> HYPERLINK "http://a.example/" </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>查看网站</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    )
    tables[0] = field + tables[0]
    headings = [numbered(text.partition("、")[2]) for text in CHAPTERS]
    office = "http://schemas.openxmlformats.org"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    base = zipfile.ZipFile(io.BytesIO(package("")))
    types = (
        base.read("[Content_Types].xml")
        .decode()
        .replace(
            "</Types>",
            '<Override PartName="/word/numbering.xml" '
            f'ContentType="{kind}.numbering+xml"/></Types>',
        )
    )
    relations = (
        f'<Relationships xmlns="{office}/package/2006/relationships">'
        f'<Relationship Id="r2" Type="{office}/officeDocument/2006/relationships/'
        'numbering" Target="numbering.xml"/></Relationships>'
    )
    return package(
        body([tables[0], frame, tables[2]], 2023, headings),
        parts={
            "[Content_Types].xml": types,
            "word/numbering.xml": NUMBERING,
            "word/_rels/document.xml.rels": relations,
        },
    )


def workbook(generation: str, values: dict[Key, str]) -> bytes:
    """A report as XLSX: title and chapters in rows of their own, real merges."""
    from openpyxl import Workbook
    from openpyxl.styles import Border, Side

    book = Workbook()
    sheet = book.active
    tables = tables_of(generation, values)
    one, two, three, four, five, six = CHAPTERS
    year = YEARS[generation]
    boxed = Border(*[Side(style="thin")] * 4)
    parts = [
        f"{AGENCY}{year}年政府信息公开工作年度报告",
        f"统计期限为{year}年1月1日至{year}年12月31日。",
        one, "全年公开信息12条。", two, tables[0], three, tables[1], four, tables[2],
        five, "人手不足，今后改进。", six, "无。",
    ]  # fmt: skip
    y = 1
    for part in parts:
        if isinstance(part, str):
            sheet.cell(y, 1, part)
            y += 1
            continue
        for i, cells in enumerate(spread(part)):
            for j, (text, start, wide, merge) in enumerate(cells):
                for x in range(start, start + wide):
                    sheet.cell(y + i, x + 1).border = boxed
                if merge == "continue":
                    continue
                tall = 1
                while any(
                    c[1] == start and c[3] == "continue"
                    for c in (spread(part)[i + tall] if i + tall < len(part) else [])
                ):
                    tall += 1
                cell = sheet.cell(y + i, start + 1)
                cell.value = float(text) if is_number(text) else text or None
                if is_number(text) and "." in text:
                    cell.number_format = "0." + "0" * len(text.split(".")[1])
                if tall * wide > 1:
                    sheet.merge_cells(
                        None, y + i, start + 1, y + i + tall - 1, start + wide
                    )
                del j
        y += len(part)
    hidden = book.create_sheet("旧表")
    hidden.sheet_state = "hidden"
    hidden["A1"], hidden["B1"] = "规章", 9
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit()


OFD = "http://www.ofdspec.org/2016"
WIDE, TALL, LEFT, TOP, BOTTOM = 210.0, 297.0, 20.0, 20.0, 277.0
ROW, TYPE = 7.0, 3.0


def ofd(generation: str, values: dict[Key, str]) -> bytes:  # noqa: PLR0915
    """A report as OFD: characters with places, rules as paths, page after page."""
    pages: list[list[str]] = [[]]
    y = TOP

    def text(x: float, y: float, line: str) -> None:
        # One object with repeated distances, as office programs write it.
        steps = " ".join(f"{TYPE if ord(c) > 0x2E7F else TYPE / 2}" for c in line[:-1])
        delta = f' DeltaX="{steps}"' if steps else ""
        if len(line) > 1 and len(set(steps.split())) == 1:
            delta = f' DeltaX="g {len(line) - 1} {steps.split()[0]}"'
        pages[-1].append(
            f'<ofd:TextObject ID="1" Boundary="{x} {y} 190 {TYPE}" Font="3" '
            f'Size="{TYPE * 2}" CTM="0.5 0 0 0.5 0 0"><ofd:TextCode X="0" '
            f'Y="{TYPE * 1.76}"{doubled(delta)}>{escape(line)}</ofd:TextCode>'
            "</ofd:TextObject>"
        )

    def rule(x0: float, y0: float, x1: float, y1: float) -> None:
        pages[-1].append(
            f'<ofd:PathObject ID="2" Boundary="{min(x0, x1)} {min(y0, y1)} '
            f'{abs(x1 - x0) + 0.1} {abs(y1 - y0) + 0.1}" LineWidth="0.2">'
            f"<ofd:AbbreviatedData>M 0 0 L {x1 - x0} {y1 - y0}</ofd:AbbreviatedData>"
            "</ofd:PathObject>"
        )

    def table(rows: Spread) -> None:
        nonlocal y
        count = max(c[1] + c[2] for row in rows for c in row)
        wide = 170.0 / count
        for i, row in enumerate(rows):
            words = [c for c in row if c[3] != "continue"]
            longest = max(
                (-(-len(t) // max(int(wide * s / TYPE), 1)) for t, _, s, _ in words),
                default=1,
            )
            tall = max(ROW, (longest if not any(c[3] for c in words) else 2) * 4.0)
            if y + tall > BOTTOM:
                pages.append([])
                y = TOP
                for _, start, span, merge in row:
                    if merge == "continue":
                        x = LEFT + start * wide
                        rule(x, y, x + span * wide, y)
            below = {c[1]: c[3] for c in rows[i + 1]} if i + 1 < len(rows) else {}
            for line, start, span, merge in row:
                x, end = LEFT + start * wide, LEFT + (start + span) * wide
                rule(x, y, x, y + tall)
                rule(end, y, end, y + tall)
                if merge != "continue":
                    rule(x, y, end, y)
                    fits = 99 if is_number(line) else max(int(wide * span / TYPE), 1)
                    for k in range(0, len(line), fits):
                        part = line[k : k + fits]
                        text(x + 0.3, y + 0.5 + 3.5 * (k // fits), part)
                if below.get(start) != "continue" or y + tall + ROW > BOTTOM:
                    rule(x, y + tall, end, y + tall)
            y += tall
        y += 3

    def line(words: str) -> None:
        nonlocal y
        if y + ROW > BOTTOM:
            pages.append([])
            y = TOP
        text(LEFT, y, words)
        y += ROW

    year = YEARS[generation]
    tables = [spread(r) for r in tables_of(generation, values)]
    one, two, three, four, five, six = CHAPTERS
    for part in [
        f"{AGENCY}{year}年政府信息公开工作年度报告", one, "全年公开信息12条。", two,
        tables[0], three, tables[1], four, tables[2], five, "人手不足，今后改进。", six,
        "无。",
    ]:  # fmt: skip
        if isinstance(part, str):
            line(part)
        else:
            table(part)
    return ofd_package(["".join(p) for p in pages])


def doubled(delta: str) -> str:
    """Distances before a transformation to half the size."""
    name, mark, rest = delta.partition('="')
    if not mark:
        return delta
    parts = rest.rstrip('"').split()
    skip = 2 if parts[0] == "g" else 0
    scaled = [*parts[:skip], *(str(float(p) * 2) for p in parts[skip:])]
    return f'{name}="{" ".join(scaled)}"'


def ofd_package(pages: list[str], template: str = "") -> bytes:
    """An OFD around the objects of its pages; a template stands behind each."""
    head = f'<?xml version="1.0" encoding="UTF-8"?><ofd:{{}} xmlns:ofd="{OFD}">{{}}'

    def root(name: str, content: str) -> str:
        return head.format(name, content) + f"</ofd:{name}>"

    listed = "".join(
        f'<ofd:Page ID="{10 + i}" BaseLoc="Pages/Page_{i}/Content.xml"/>'
        for i in range(len(pages))
    )
    behind = '<ofd:TemplatePage ID="5" BaseLoc="Tpls/Tpl_0/Content.xml"/>'
    document = (
        f"<ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 {WIDE} {TALL}"
        f"</ofd:PhysicalBox></ofd:PageArea>{behind if template else ''}"
        f"</ofd:CommonData><ofd:Pages>{listed}</ofd:Pages>"
    )
    use = '<ofd:Template TemplateID="5"/>' if template else ""
    parts: dict[str, str | bytes] = {
        "OFD.xml": root(
            "OFD", "<ofd:DocBody><ofd:DocRoot>/Doc_0/Document.xml</ofd:DocRoot>"
            "</ofd:DocBody>"
        ),
        "Doc_0/Document.xml": root("Document", document),
    }  # fmt: skip
    layer = "<ofd:Content><ofd:Layer ID='9'>{}</ofd:Layer></ofd:Content>"
    for i, content in enumerate(pages):
        path = f"Doc_0/Pages/Page_{i}/Content.xml"
        parts[path] = root("Page", use + layer.format(content))
    if template:
        parts["Doc_0/Tpls/Tpl_0/Content.xml"] = root("Page", layer.format(template))
    return zipped(parts)
