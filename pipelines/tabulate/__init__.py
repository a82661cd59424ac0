"""Grids become cells, by labels: never by position, header column or year."""

from pipelines.tabulate.tables import Located, Tabulation, tabulate

__all__ = ["Located", "Tabulation", "tabulate"]
