"""The report: one HTML file that needs nothing else, a CSV file and a table for the terminal."""

from recoup.report.figures import write_figures
from recoup.report.grid import terminal_table as table
from recoup.report.grid import terminal_tables as tables
from recoup.report.page import write_report

__all__ = ["table", "tables", "write_figures", "write_report"]
