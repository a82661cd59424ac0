"""Bulk files for use elsewhere: one module per format, one selection for all."""

from archive.export.selection import Selection as Selection
