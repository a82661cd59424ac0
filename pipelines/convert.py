"""LibreOffice as a last resort: Word files that our own readers refuse become DOCX.

Used only where ``soffice`` is on the PATH. It works in a process of its own, with an
empty profile that forbids macros and links, limits on time, memory and disk, and a
group that is ended as a whole. The original stays what is archived; what was read from
a conversion says so.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from archive.errors import DocumentError
from archive.records import Extraction

PROGRAM = "soffice"
HINT = "install LibreOffice (soffice) to have it converted"
#: Forms that are converted when their reader refuses them.
FORMS = ("doc", "wps")
#: Reasons that no other program changes.
FINAL = (
    "encrypted", "cut off", "holds no text", "a scan", "nested", "took more than",
    "the file is empty", "needs more than", "white space only",
)  # fmt: skip
#: Seconds, bytes of address space, bytes of a written file.
WALL, MEMORY, FILE = 90.0, 4 * 1024**3, 200 * 1024**2
#: The shell sets limits in the new process; units are those of POSIX ulimit.
LIMITS = (
    f"ulimit -c 0; ulimit -v {MEMORY // 1024}; ulimit -f {FILE // 512};"
    f' ulimit -t {WALL:.0f}; exec "$@"'
)
#: The type that is asked for, as the filters of LibreOffice are called.
FILTER = "docx:MS Word 2007 XML"
SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">\
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop>\
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop>\
<prop oor:name="DisableActiveContent" oor:op="fuse"><value>true</value></prop>\
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop>\
</item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update">\
<prop oor:name="Link" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


def is_refused(extraction: Extraction) -> bool:
    """Whether a document is a Word file that another program might read."""
    error = extraction.error
    return bool(
        error
        and extraction.form in FORMS
        and extraction.report is None
        and not any(reason in error for reason in FINAL)
    )


def available() -> str | None:
    """Path of the program, None when it is not installed."""
    return shutil.which(PROGRAM)


def without(extraction: Extraction) -> Extraction:
    """A refused document where there is nothing to convert it with."""
    return replace(extraction, error=f"{extraction.error}; {HINT}")


def marked(extraction: Extraction, original: Extraction) -> Extraction:
    """A reading of a conversion, as the reading of what was converted."""
    name = converter()
    trace = {**extraction.trace, "converter": name, "refused": original.error}
    error = extraction.error
    if error:
        error = f"{original.error}; converted by {name}: {error}"
    report = extraction.report
    if report:
        note = f"converted by {name}, because {original.error}"
        report = replace(report, notes=(*report.notes, note))
    return replace(
        extraction, sha256=original.sha256, form=original.form,
        media_type=original.media_type, error=error, report=report, trace=trace,
        extractor=f"{original.extractor} via {name}",
    )  # fmt: skip


@lru_cache(maxsize=1)
def converter() -> str:
    """Name and version of the program."""
    with tempfile.TemporaryDirectory(prefix="nianbao-") as folder:
        done = _run(["--version"], Path(folder))
    words = done.decode("utf-8", "replace").split()
    return " ".join(words[:2]) or PROGRAM


def docx(data: bytes) -> bytes:
    """A Word file as DOCX. Raises DocumentError with the reason."""
    with tempfile.TemporaryDirectory(prefix="nianbao-") as name:
        folder = Path(name)
        source = folder / "document.doc"
        source.write_bytes(data)
        said = _run(["--convert-to", FILTER, "--outdir", name, str(source)], folder)
        made = folder / "document.docx"
        if not made.exists():
            reason = said.decode("utf-8", "replace").strip().split("\n")[-1]
            raise DocumentError(f"LibreOffice made no DOCX of it: {reason[:200]}")
        return made.read_bytes()


def _run(arguments: list[str], folder: Path) -> bytes:
    program = available()
    if program is None:
        raise DocumentError(HINT)
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(SETTINGS, "utf-8")
    command = [
        "/bin/sh", "-c", LIMITS, "sh", program,
        f"-env:UserInstallation={profile.as_uri()}", "--headless",
        "--norestore", "--nologo", "--nodefault", "--nolockcheck", *arguments,
    ]  # fmt: skip
    process = subprocess.Popen(
        command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, start_new_session=True,
        env={"HOME": str(folder), "PATH": os.environ.get("PATH", os.defpath),
             "LANG": "C.UTF-8"},
    )  # fmt: skip
    try:
        said, _ = process.communicate(timeout=WALL)
    except subprocess.TimeoutExpired as error:
        raise DocumentError(
            f"LibreOffice took more than {WALL:g} seconds to convert it"
        ) from error
    finally:
        _end(process)
    return said


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the program with everything it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        process.wait()
