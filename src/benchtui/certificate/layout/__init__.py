"""Typesetting on A4: the sheet, and what is set on it. Imports fpdf2, so it is imported when first needed."""
