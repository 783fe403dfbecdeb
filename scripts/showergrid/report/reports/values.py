"""How well a value is told: bias and resolution of each place, over all test events and in bins of the true value."""

from showergrid.report.tables.value_tables import csv, layout
from showergrid.report.tables.values import ValueSettings as Parameters
from showergrid.report.tables.values import build, reads

__all__ = ["Parameters", "build", "csv", "layout", "reads"]
