"""Two hundred statements that nobody means well: none costs the site anything (S9)."""

from __future__ import annotations

import hashlib
import itertools
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from archive.site.sandbox import Interrupted, Sandbox

FOREVER = "with recursive n(i) as (select 1 union all select i + 1 from n)"
MILLION = (
    "with recursive n(i) as (select 1 union all select i + 1 from n limit 1000000)"
)
BIG = "printf('%.*c', 7000000, 'a')"
HALF = "printf('%.*c', 3000000, 'a')"

STATEMENTS = [
    # No end.
    f"{FOREVER} select count(*) from n",
    f"{FOREVER} select max(i) from n",
    f"{FOREVER} select i from n order by i desc",
    f"{FOREVER} select distinct i % 7 from n",
    f"{FOREVER} select group_concat(i) from n",
    f"{FOREVER} select json_group_array(i) from n",
    f"{FOREVER} select sum(i) over (order by i desc) from n",
    f"{FOREVER} select * from n a, n b where a.i + b.i < 0",
    f"{FOREVER} select i from n where i < 0",
    f"{FOREVER} select i from n limit -1 offset 100000000",
    f"{FOREVER} select exists (select 1 from n where i = -1)",
    f"{FOREVER} select a.i from n a join n b using (i) order by 1 desc",
    "with recursive a(x) as (select 1 union select x + 1 from a)"
    " select count(*) from a",
    "with recursive a(x) as (select 'a' union all select x || x from a)"
    " select length(x) from a",
    "with recursive a(x) as (select randomblob(1000) union all select randomblob(1000)"
    " from a) select x from a order by 1",
    "with recursive f(a, b) as (select 1, 1 union all select b, a + b from f)"
    " select avg(a) from f",
    # Products of tables.
    *[
        f"select {what} from {', '.join(f'cells c{i}' for i in range(n))}"
        for n in (3, 4, 5, 8)
        for what in ("count(*)", "max(c0.raw || c1.raw)", "sum(c0.value * c1.value)")
    ],
    "select count(*) from cells a join cells b on a.raw like '%' || b.raw || '%'"
    " join cells c on b.raw like '%' || c.raw || '%'",
    "select a.raw from cells a, cells b, cells c order by b.raw || c.raw, a.raw",
    "select count(distinct a.raw || b.raw || c.raw) from cells a, cells b, cells c",
    "select a.report_id from cells a, cells b, cells c"
    " group by a.raw, b.raw, c.locator",
    "select * from cells a, cells b, cells c, cells d",
    "select (select count(*) from cells b, cells c where b.raw > a.raw) from cells a",
    # Much memory at once.
    *[
        f"select {value}"
        for value in (
            "randomblob(2000000000)", "zeroblob(2000000000)",
            "hex(zeroblob(900000000))",
            "printf('%2000000000d', 1)", "printf('%.*c', 2000000000, 'x')",
            "printf('%*s', 2000000000, 'x')", "format('%1000000000s', 'x')",
            "replace(hex(zeroblob(4000000)), '0', '0000000000')",
            f"replace({BIG}, 'a', 'aaaaaaaaaa')", f"{BIG} || {BIG}",
            f"quote({BIG})", f"hex({BIG})", f"json_quote({BIG})",
            f"json_array({BIG}, {BIG})", f"upper({BIG}) || lower({BIG})",
            "char(" + ", ".join(["65"] * 101) + ")",
            "randomblob(9223372036854775807)", "zeroblob(-1)",
            "abs(-9223372036854775808)",
        )
    ],
    f"{MILLION} select {BIG} from n",
    f"{MILLION} select zeroblob(7000000) from n",
    f"{MILLION} select randomblob(7000000) from n order by 1",
    f"{MILLION} select group_concat({HALF}) from n",
    f"{MILLION} select group_concat(i, {HALF}) from n",
    f"{MILLION} select json_group_array({HALF}) from n",
    f"{MILLION} select json_group_object(i, {HALF}) from n",
    f"{MILLION} select count(distinct zeroblob(i)) from n",
    f"{MILLION} select count(distinct i || {HALF}) from n",
    f"{MILLION} select i || {HALF} as x from n group by x",
    f"{MILLION} select lag({HALF}, 100) over (order by i) from n",
    f"{MILLION} select group_concat({HALF}) over (order by i) from n",
    f"{MILLION} select array, i from (select i, json_array({HALF}) as array from n)"
    " order by array",
    f"with t as materialized ({MILLION} select i, randomblob(4000) b from n)"
    " select count(*) from t a join t b on a.b = b.b",
    f"{MILLION} select i from n union select -i from n union select i * 2 from n",
    f"{MILLION} select ntile(1000) over (order by random()) from n",
    # Single functions that work for long.
    f"select trim({HALF}, {HALF} || 'b')",
    f"select trim({HALF}, replace({HALF}, 'a', 'b') || 'a')",
    f"select ltrim({HALF}, replace({HALF}, 'a', 'b') || 'a')",
    f"select rtrim({HALF}, replace({HALF}, 'a', 'b') || 'a')",
    f"select instr({BIG}, {HALF} || 'b')",
    f"select replace({BIG}, {HALF} || 'b', '')",
    f"{MILLION} select sum(instr({BIG}, {HALF} || 'b')) from n",
    f"{MILLION} select sum(length(replace({BIG}, 'aa', 'b'))) from n",
    *[
        f"select {HALF} {op} '{pattern}'"
        for op, pattern in [
            ("like", "%a" * 200 + "b"), ("like", "%_" * 150 + "b"), ("like", "%" * 500),
            ("like", "_%" * 2500 + "b"), ("like", "%a%a%a%a%a%a%b"),
            ("glob", "*a" * 200 + "b"), ("glob", "*?" * 150 + "b"),
            ("glob", "*[a-z]" * 60 + "B"), ("glob", "*[^b]" * 60 + "b"),
            ("not like", "%a_" * 150 + "b"),
        ]
    ],
    f"{MILLION} select count(*) from n where {HALF} like '%a%a%a%a%a%b'",
    f"{MILLION} select count(*) from n where {HALF} glob '*a*a*a*a*a*b'",
    "select count(*) from chapters where text regexp '(a+)+$'",
    "select 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' regexp '^(a|aa)+$'",
    f"select json_valid('[' || {HALF} || ']')",
    f"select json_extract(replace({HALF}, 'a', '['), '$')",
    f"select count(*) from json_tree('[' || replace({HALF}, 'a', '1,') || '1]')",
    f"select count(*) from json_each('[' || replace({HALF}, 'a', '1,') || '1]') a,"
    f" json_each('[' || replace({HALF}, 'a', '1,') || '1]') b",
    f"select json_patch('[' || replace({HALF}, 'a', '1,') || '1]', '{{}}')",
    "select unicode(randomblob(7000000)), length(cast(randomblob(7000000) as text))",
    f"select strftime({HALF}, 'now')",
    f"select {HALF} collate nocase = upper({HALF})",
    f"{MILLION} select max(soundex({BIG})) from n",
    # Full text.
    "select * from chapters_fts where chapters_fts match ' OR '.join('a')",
    "select count(*) from chapters_fts where chapters_fts match 'a OR ' || 'b'",
    "select count(*) from chapters_fts a, chapters_fts b, chapters_fts c,"
    " chapters_fts d, chapters_fts e, chapters_fts f where a.rowid < f.rowid",
    f"select count(*) from chapters_fts where chapters_fts match replace({HALF}, 'a',"
    " 'a ')",
    "select count(*) from chapters_fts where chapters_fts match"
    f" '\"' || replace({HALF}, 'a', '(') || '\"'",
    f"select length(escape_fts(replace({BIG}, 'a', '\"')))",
    f"select length(escape_fts(replace({HALF}, 'a', '年')))",
    f"{MILLION} select max(escape_fts({HALF})) from n",
    "insert into chapters_fts (chapters_fts) values ('delete-all')",
    "select fts5(1), fts3_tokenizer('simple')",
    "select highlight(chapters_fts, 0, 'a', 'b') from chapters_fts",
    # Deep and wide.
    "select " + "(" * 3000 + "1" + ")" * 3000,
    "select " + " + ".join(["1"] * 9000),
    "select " + ", ".join(["1"] * 9000),
    "select " + "not " * 4000 + "1",
    "select " + "-" * 9000 + "1",
    " union all ".join(["select 1"] * 900),
    "select * from " + ", ".join(["reports"] * 70),
    "select 1 where 1 in (" + ", ".join(["1"] * 9000) + ")",
    "select case " + "when 0 then 1 " * 1400 + "end",
    "select '" + "a" * 30000 + "'",
    "with " + ", ".join(f"t{i} as (select 1)" for i in range(400)) + " select 1",
    "with a as (select 1 union all select 1), b as (select a.* from a, a x, a y, a z),"
    " c as (select b.* from b, b x, b y, b z), d as (select c.* from c, c x, c y)"
    " select count(*) from d, d x",
    # Writing, other files, the machine.
    "attach 'evil.db' as evil", "attach ':memory:' as m", "detach nianbao",
    "pragma journal_mode = wal", "pragma writable_schema = 1", "pragma query_only = 0",
    "pragma database_list", "pragma hard_heap_limit = 1", "pragma mmap_size = 1e12",
    "pragma temp_store_directory = '/tmp'", "pragma wal_checkpoint", "pragma optimize",
    "pragma cache_size = 100000000", "pragma integrity_check", "vacuum",
    "vacuum into '/tmp/evil.db'", "reindex", "analyze", "begin exclusive", "commit",
    "savepoint a", "delete from reports", "update cells set value = 1",
    "insert into reports (report_id) values ('x')", "drop table reports",
    "create table evil (a)", "create temp table evil (a)",
    "create temp table evil as select * from cells", "create view v as select 1",
    "create temp trigger t after insert on reports begin select 1; end",
    "create virtual table evil using fts5(a)", "alter table reports rename to x",
    "replace into reports (report_id) values ('x')",
    "with x as (select 1) delete from reports",
    "with x as (select 1) insert into reports (report_id) select * from x",
    "select load_extension('/tmp/evil.so')", "select load_extension('a', 'b')",
    "select readfile('/etc/passwd')", "select writefile('/tmp/evil', 'x')",
    "select edit('x')", "select sqlite_compileoption_get(1)",
    "select * from pragma_database_list", "select * from pragma_function_list",
    "select * from pragma_module_list", "select * from dbstat",
    "select * from sqlite_dbpage", "select * from sqlite_stmt",
    "select 1; select 2", "select 1; drop table reports", ";", "",
    "explain select 1", "explain query plan select * from cells", "\x00", "select \x00",
    "select :a, :b, ?, ?5", "values (1), (2)", "select * from nowhere",
    "select 1/0, 1e999, -1e999, 9223372036854775807 + 1",
    "select sum(9223372036854775807) from cells", "select likelihood(1, 0.5)",
    "select * from sqlite_master", "select sqlite_version()", "select random()",
    "select total_changes(), last_insert_rowid(), changes()",
    # The same tricks in other places of a statement.
    *[
        f"{FOREVER} select {part}"
        for part in (
            "avg(i) from n having count(*) < 0", "i from n group by i % 3, i % 5",
            "row_number() over (partition by i % 2 order by random()) from n",
            "i from n where i in (select i from n)", "total(i) from n",
            "i from n except select i from n", "i from n intersect select -i from n",
            "json_group_object(i, i) from n",
            "min(i), max(-i) from n order by random()",
            "first_value(i) over (order by -i) from n",
            "count(*) filter (where i < 0) from n", "i from n union select 1",
            "(select i from n order by -i)",
            "nth_value(i, 9) over (order by i) from n",
        )
    ],
]  # fmt: skip


@pytest.fixture(scope="module")
def sandbox(sample: Any) -> Any:
    box = Sandbox(sample.data.published, workers=1)
    yield box
    box.close()


def resident(pid: int) -> int:
    """Memory in use at most, in bytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(row for row in status.splitlines() if row.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def test_there_are_two_hundred_statements() -> None:
    assert len(set(STATEMENTS)) >= 200


@pytest.mark.parametrize("part", range(8))
async def test_no_statement_costs_much_or_changes_anything(
    sandbox: Sandbox, sample: Any, part: int
) -> None:
    before = hashlib.sha256(sample.data.published.read_bytes()).hexdigest()
    files = sorted(path.name for path in sample.data.public.iterdir())
    for sql in itertools.islice(STATEMENTS, part, None, 8):
        await sandbox.run("select 1", {}, 1)  # a worker is there and idle
        worker = sandbox.idle.get()
        sandbox.idle.put(worker)
        started = resident(worker.process.pid)
        clock = time.monotonic()
        outcome = "rows"
        try:
            _, rows, _ = await sandbox.run(sql, {}, 1000)
            assert len(rows) <= 1000
        except Interrupted:
            outcome = "interrupted"
        except sqlite3.Error:
            outcome = "refused"
        took = time.monotonic() - clock
        # Killing and starting processes are the machine's time, not the statement's.
        assert took < 1.0 + 2.0, (sql[:200], outcome, took)
        if worker.process.poll() is None:
            grown = resident(worker.process.pid) - started
            assert grown < 200_000_000, (sql[:200], outcome, grown)
    after = hashlib.sha256(sample.data.published.read_bytes()).hexdigest()
    assert after == before
    assert sorted(path.name for path in sample.data.public.iterdir()) == files


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("attach 'evil.db' as evil", "not authorized"),
        ("delete from reports", "not authorized"),
        ("create temp table evil (a)", "not authorized"),
        ("pragma query_only = 0", "not authorized"),
        ("select load_extension('a')", "not authorized"),
        ("select * from pragma_database_list", "not authorized"),
        ("select zeroblob(2000000000)", "too big"),
        (f"{MILLION} select {HALF} from n", "larger than 16,000,000 bytes"),
        (f"with t as materialized ({MILLION} select randomblob(4000) b from n)"
         " select count(*) from t a join t b on a.b = b.b", "memory"),
    ],
)  # fmt: skip
async def test_what_is_refused_is_refused_for_its_reason(
    sandbox: Sandbox, sql: str, message: str
) -> None:
    with pytest.raises(sqlite3.OperationalError, match=message):
        await sandbox.run(sql, {}, 1000, 5000)


async def test_after_a_killed_statement_the_next_one_is_answered(
    sandbox: Sandbox,
) -> None:
    long = "printf('%.*c', 600000, 'a')"  # one instruction, no end in sight
    with pytest.raises(Interrupted):
        await sandbox.run(
            f"select trim({long}, replace({long}, 'a', 'b') || 'a')", {}, 10
        )
    columns, rows, more = await sandbox.run("select 41 + 1 as n", {}, 10)
    assert (columns, rows, more) == (["n"], [(42,)], False)


async def test_over_http_a_runaway_statement_is_said_to_take_too_long(
    site: Any,
) -> None:
    found = await site.get(
        "/nianbao.json", params={"sql": f"{FOREVER} select count(*) from n"}
    )
    assert found.status_code == 400
    assert found.json()["title"] == "SQL Interrupted"
