"""What stands on the pages of a calibration certificate, in which order (JJF 2009 clause 7 a to p)."""

from __future__ import annotations

from benchtui.certificate import labels
from benchtui.certificate.content import Bilingual, CalibrationItem, Certificate, ItemModule, ResultTable
from benchtui.certificate.layout.facts import Fact, facts
from benchtui.certificate.layout.figure import ROW_HEIGHT, figure
from benchtui.certificate.layout.grid import GridColumn, grid
from benchtui.certificate.layout.marks import end_mark, qr_code, signatures, signatures_height
from benchtui.certificate.layout.sheet import BLACK, BOTTOM, GLOSS, GREY, LEFT, RIGHT, Sheet, Style
from benchtui.certificate.wording import (
    clean,
    day,
    days,
    fill,
    interval,
    joined,
    mains,
    parts,
    percent,
)


def set_certificate(sheet: Sheet, content: Certificate, dcc_digest: str) -> None:
    """Set all pages of the certificate; *dcc_digest* is the SHA-256 of the digital certificate, for the QR code."""
    sheet.new_page()
    title_block(sheet, content, labels.CERTIFICATE, labels.CERTIFICATE_NUMBER, content.number, dcc_digest)
    customer_and_item(sheet, content)
    _dates(sheet, content)
    _signatures(sheet, content)
    _conditions(sheet, content)
    _results(sheet, content)
    _closing(sheet, content, dcc_digest)
    end_mark(sheet, labels.END_OF_CERTIFICATE)


def title_block(
    sheet: Sheet, content: Certificate, title: Bilingual, number_label: Bilingual, number: str, digest: str
) -> None:
    """Set the head of a title page: laboratory, title, number, and a QR code with number and *digest*."""
    laboratory = content.laboratory
    y = 20.0
    for position, name in enumerate(parts(laboratory.name, sheet.language)):
        style = Style(15 if position == 0 else 10.5, BLACK if position == 0 else GREY, "title")
        y = sheet.lines(LEFT, y, sheet.wrap(name, style, 130), style)
    y += 0.6
    for line in (*parts(laboratory.address, sheet.language), clean(laboratory.contact)):
        if line:
            y = sheet.lines(LEFT, y, sheet.wrap(line, GLOSS, 130), GLOSS)
    qr_code(sheet, RIGHT - 23, 20, 23, f"{clean(number)} sha256:{digest}")
    sheet.y = max(y, 43.0) + 3
    sheet.rule(LEFT, RIGHT, sheet.y, BLACK, 0.4)
    sheet.y += 8
    first, *second = parts(title, sheet.language)
    middle = (LEFT + RIGHT) / 2
    spaced = " ".join(first) if first == title.zh else first
    sheet.text(middle, sheet.y, spaced, Style(25, face="title"), "center")
    sheet.y += Style(25).leading
    for line in second:
        sheet.text(middle, sheet.y, line, Style(13, GREY, "title"), "center")
        sheet.y += Style(13).leading
    sheet.y += 2
    label = joined(number_label, sheet.language)
    sheet.text(middle, sheet.y, f"{label}  {clean(number)}", Style(10.5), "center")
    sheet.y += 11


def customer_and_item(sheet: Sheet, content: Certificate) -> None:
    """Set who ordered the work, and the item."""
    customer, item = content.customer, content.item
    rows = [
        Fact(labels.CUSTOMER_NAME, customer.name),
        Fact(labels.ADDRESS, customer.address),
        *([Fact(labels.CONTACT, customer.contact)] if customer.contact.strip() else []),
        Fact(labels.ITEM_NAME, item.name),
        Fact(labels.MANUFACTURER, item.manufacturer, half=True),
        Fact(labels.MODEL, item.model, half=True),
        Fact(labels.SERIAL, item.serial, half=True),
        Fact(labels.IDENTIFICATION, item.identification, half=True),
        *([Fact(labels.MODULES, _modules(item))] if item.modules else []),
        *([Fact(labels.CONDITION, item.condition)] if item.condition.strip() else []),
    ]
    sheet.rule(LEFT, RIGHT, sheet.y)
    facts(sheet, rows)


def _modules(item: CalibrationItem) -> str:
    def words(module: ItemModule) -> str:
        title = f", {module.title}" if module.title.strip() else ""
        return f"{module.name} ({module.model}{title})"

    return "; ".join(words(module) for module in item.modules)


def _dates(sheet: Sheet, content: Certificate) -> None:
    received = [Fact(labels.RECEIVED, day(content.received), half=True)] if content.received else []
    place: Bilingual | str = content.place if content.place.strip() else labels.AT_THE_LABORATORY
    facts(
        sheet,
        [
            *received,
            Fact(labels.CALIBRATED, days(content.calibrated_from, content.calibrated_to), half=True),
            Fact(labels.PLACE, place, half=not received),
            *(
                Fact(
                    labels.SPECIFICATION,
                    Bilingual(
                        f"{s.number} {s.title.zh or s.title.en}", f"{s.number} {s.title.en or s.title.zh}"
                    ),
                )
                for s in content.specifications
            ),
            Fact(labels.ISSUED, day(content.issued), half=True),
            Fact(labels.RECORD_NUMBER, content.record.number, half=True),
        ],
    )


def _signatures(sheet: Sheet, content: Certificate) -> None:
    height = signatures_height(content.signatories) + 8
    if not sheet.need(height + 6):
        # They stand at the foot of the title page, however little stands above them.
        sheet.y = BOTTOM - height
    signatures(sheet, content.signatories)
    digest = f"{joined(labels.DIGEST, sheet.language)}  {content.digest}"
    sheet.text(LEFT, sheet.y + 2, digest, Style(6.5, GREY))
    sheet.y += 8


def _conditions(sheet: Sheet, content: Certificate) -> None:
    sheet.section(labels.STANDARDS)
    standards_table(sheet, content)
    sheet.section(labels.ENVIRONMENT)
    environment_facts(sheet, content)
    sheet.section(labels.REMARKS)
    for statement in content.statements:
        sheet.need(10)
        sheet.bilingual(statement.words)
        sheet.y += 1.4


def standards_table(sheet: Sheet, content: Certificate) -> None:
    """Set the table of the measurement standards."""
    columns = (
        GridColumn(labels.STANDARD_NAME),
        GridColumn(labels.MAKER_MODEL),
        GridColumn(labels.STANDARD_SERIAL),
        GridColumn(labels.ACCURACY),
        GridColumn(labels.STANDARD_CERTIFICATE),
        GridColumn(labels.DUE),
    )
    rows = [
        (
            joined(s.name, sheet.language),
            f"{s.manufacturer} {s.model}",
            s.serial,
            s.accuracy,
            f"{s.certificate}, {s.issuer}",
            day(s.due),
        )
        for s in content.standards
    ]
    grid(sheet, columns, rows, size=8)


def environment_facts(sheet: Sheet, content: Certificate) -> None:
    """Set ambient conditions, sampling and deviations."""
    environment = content.environment
    supply = mains(environment)
    facts(
        sheet,
        [
            Fact(labels.TEMPERATURE, interval(environment.temperature, "°C"), half=True),
            Fact(labels.HUMIDITY, interval(environment.humidity, "%"), half=True),
            *([Fact(labels.MAINS, supply, half=True)] if supply else []),
            Fact(
                labels.SAMPLING,
                content.sampling if content.sampling.strip() else labels.NOT_APPLICABLE,
                half=bool(supply),
            ),
            Fact(
                labels.DEVIATIONS, content.deviations if content.deviations.strip() else labels.NO_DEVIATIONS
            ),
        ],
    )


def _results(sheet: Sheet, content: Certificate) -> None:
    sheet.section(labels.RESULTS, keep=40)
    for table in content.results:
        result_table(sheet, table)
    drawn = 0
    for table in content.results:
        if not table.series:
            continue
        drawn += 1
        sheet.need(ROW_HEIGHT + 10)
        sheet.y += 3
        sheet.heading(
            Bilingual(
                f"{labels.FIGURE.zh} {drawn} {table.table.zh}：{labels.ERROR_FIGURE.zh}",
                f"{labels.FIGURE.en} {drawn} {table.table.en}: {labels.ERROR_FIGURE.en}",
            ),
            Style(9.5, face="title"),
        )
        sheet.y += 2
        figure(sheet, table.series)
        sheet.bilingual(labels.FIGURE_NOTE, Style(7.5, GREY))


def result_table(sheet: Sheet, results: ResultTable) -> None:
    """Set a table of results with its coverage sentence and remarks."""
    table = results.table
    columns = [GridColumn(Bilingual(column.zh, column.en), column.align) for column in table.columns]
    rows = [[row[column.key] for column in table.columns] for row in results.rows]
    keys = [column.key for column in table.columns]
    grouped = (
        2 if keys[:2] == ["module", "range"] and all(c.align == "left" for c in table.columns[:2]) else 0
    )
    title = Bilingual(f"{labels.TABLE.zh} {table.id} {table.zh}", f"{labels.TABLE.en} {table.id} {table.en}")
    sheet.y += 1
    grid(sheet, columns, rows, title=title, grouped=grouped)
    coverage = (
        (fill(labels.COVERAGE, k=results.k, percent=percent(results.probability)),)
        if results.uncertain
        else ()
    )
    for words in (*coverage, *results.remarks):
        sheet.need(9)
        sheet.bilingual(words, Style(8))
    sheet.y += 2


def _closing(sheet: Sheet, content: Certificate, dcc_digest: str) -> None:
    sheet.section(labels.PROVENANCE, keep=50)
    provenance_facts(sheet, content, fill(labels.DCC_ATTACHED, digest=dcc_digest), labels.READINGS_ATTACHED)


def provenance_facts(sheet: Sheet, content: Certificate, *attached: Bilingual) -> None:
    """Set where the results come from, and what is attached."""
    origin = content.provenance
    methods = "; ".join(f"{m.item} {m.version}" for m in origin.methods)
    facts(
        sheet,
        [
            Fact(labels.RECORD_DATABASE, origin.database),
            Fact(labels.CHAIN_HEAD, origin.chain_head),
            Fact(labels.PROGRAM, origin.program, half=True),
            Fact(labels.METHODS, methods, half=True),
            *(Fact(labels.ATTACHMENTS, words) for words in attached),
        ],
    )
