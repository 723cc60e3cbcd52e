"""The report as HTML, JSON and CSV: values in, bytes out."""
