"""Asking again: what is sent, what is remembered, and when the next visit is due. Pure.

Validators are sent back as they came (RFC 9110, 13.1), and every fourth visit asks for
the whole page all the same: some servers go on saying 304 whatever becomes of the page.
"""

from __future__ import annotations

from datetime import datetime

from archive.clock import iso
from archive.frontier import AHEAD, FrontierRow, Memory
from crawler import schedule
from crawler.posting import is_post
from crawler.visit import Answer

NOT_MODIFIED = 304


def conditions(row: FrontierRow | None) -> dict[str, str]:
    """The headers that make a request for a known page conditional."""
    if (
        row is None
        or is_post(row.url)  # RFC 9110, 13.1.3: conditions are for GET
        or row.good_capture_id is None
        or row.conditional_visits >= schedule.CONDITIONAL_IN_A_ROW
    ):
        return {}
    headers = {"If-None-Match": row.etag, "If-Modified-Since": row.last_modified}
    return {name: value for name, value in headers.items() if value}


def confirms(row: FrontierRow | None, status: int | None) -> bool:
    """Whether an answer says that the page is what it was at the last good visit."""
    return status == NOT_MODIFIED and bool(conditions(row))


def after_answer(
    row: FrontierRow, answer: Answer, now: datetime, *, changed: bool = False
) -> tuple[Memory, datetime]:
    """What to remember of a good answer, and when the page is due again.

    ``changed``: the document brought a new version. What a redirect or an empty answer
    leaves is only that it went well.
    """
    first = row.first_ok_at or iso(now)
    if first > iso(now + AHEAD):  # the clock was wrong then
        first = iso(now)
    plan = schedule.Plan(schedule.list_due(now))
    if row.role not in schedule.NAVIGATION:
        began = datetime.fromisoformat(first)
        plan = schedule.report_due(
            began,
            now,
            row.interval_days,
            changed=changed,
            share=schedule.share_of(row.url),
        )
    status = answer.response.status
    if status == NOT_MODIFIED:
        memory = Memory(
            first,
            row.good_capture_id,
            row.good_sha256,
            row.etag,
            row.last_modified,
            row.conditional_visits + 1,
            plan.interval,
        )
    elif status == 200:
        memory = Memory(
            first,
            answer.capture.capture_id,
            answer.capture.sha256,
            answer.etag,
            answer.last_modified,
            0,
            plan.interval,
        )
    else:
        memory = Memory(
            first, row.good_capture_id, row.good_sha256, interval_days=plan.interval
        )
    return memory, plan.due


def retry_due(row: FrontierRow, now: datetime) -> datetime:
    """When a page that failed just now is due again."""
    return schedule.retry_due(now, row.attempts + 1)


def is_missing(reason: str, status: int | None) -> bool:
    """Whether a failure says that the page is not there, rather than that we cannot
    get at it."""
    return reason.startswith("not_found") or status == 403
