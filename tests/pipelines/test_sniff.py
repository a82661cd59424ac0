"""Bytes are what they are, whatever they are called."""

import io
import zipfile

import pytest

from pipelines.sniff import sniff


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("data", "form", "media_type"),
    [
        (b"<!DOCTYPE html><html></html>", "html", "text/html"),
        (b"<p style='text-align:center'>2020</p>", "html", "text/html"),
        (b"\xef\xbb\xbf\n<?xml version='1.0'?>\n<HTML >", "html", "text/html"),
        ("\ufeff<html>".encode("utf-16-le"), "html", "text/html"),
        ("一、总体情况\n\t规章\n".encode(), "text", "text/plain"),
        ("一、总体情况 1 < 2".encode("gbk"), "text", "text/plain"),
        (b"\n%PDF-1.7\n", "pdf", "application/pdf"),
        (b"\xff\xd8\xff\xe0", "image", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image", "image/png"),
        (b"BM" + bytes(40), "image", "image/bmp"),
        (b"BMW is not a bitmap", "text", "text/plain"),
        (OLE + "WordDocument".encode("utf-16-le"), "doc", "application/msword"),
        (OLE + "Workbook".encode("utf-16-le"), "xls", "application/vnd.ms-excel"),
        (zipped("OFD.xml", "Doc_0/Document.xml"), "ofd", "application/ofd"),
        (zipped("readme.txt"), "text", "application/zip"),
        (b"PK\x03\x04 not really", "text", "application/zip"),
        (bytes(range(256)) * 10, "text", "application/octet-stream"),
        (b"", "text", "text/plain"),
    ],
)
def test_form_is_told_from_content(data, form, media_type):
    found = sniff(data)
    assert (found.form, found.media_type) == (form, media_type)


@pytest.mark.parametrize(("member", "form"), [("word/", "docx"), ("xl/", "xlsx")])
def test_office_containers_are_told_apart_by_their_parts(member, form):
    assert sniff(zipped("[Content_Types].xml", f"{member}main.xml")).form == form
