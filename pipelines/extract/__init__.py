"""Extractors, one module per form: text in, text and grids with locators out."""
