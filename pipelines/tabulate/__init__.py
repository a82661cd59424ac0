"""Grids become cells, by the labels of rows and columns: never by position or year."""

from pipelines.tabulate.tables import Located, Tabulation, tabulate

__all__ = ["Located", "Tabulation", "tabulate"]
