// Writes records in the way of Browsertrix: digests in hexadecimal SHA-256, the
// request behind its response, HTTP/2 told as HTTP/1.1 with what was decoded kept under
// another name, pages and pictures as resources, fields of its own.
import { createWriteStream, readFileSync } from "node:fs";
import { WARCRecord, WARCSerializer } from "warcio";

const out = createWriteStream(process.argv[2]);
const options = {
  gzip: true,
  digest: { algo: "sha-256", prefix: "sha256:", base32: false },
};
const date = "2026-01-31T08:00:00.123Z";
const write = async (record) =>
  out.write(await WARCSerializer.serialize(record, options));
async function* content(data) {
  yield typeof data === "string" ? new TextEncoder().encode(data) : data;
}
const create = (fields, data) =>
  WARCRecord.create({ date, warcVersion: "WARC/1.1", ...fields }, content(data));

await write(
  WARCRecord.createWARCInfo(
    { filename: "made.warc.gz", warcVersion: "WARC/1.1" },
    { software: "Browsertrix-Crawler 1.14 (with warcio.js)", format: "WARC 1.1" },
  ),
);
const written = {};
for (const { url, status, body: base64, same_as } of JSON.parse(
  readFileSync(0, "utf8"),
)) {
  const body = Buffer.from(base64, "base64");
  const warcHeaders = {
    "WARC-Page-ID": "0b2f0c6e-2b4f-4a3e-9c55-1f7d6f2b8d01",
    "WARC-Resource-Type": "document",
    "WARC-JSON-Metadata": JSON.stringify({ ipType: "Public", cert: { issuer: "" } }),
    "WARC-Protocol": "h2, tls/1.3",
  };
  const httpHeaders = {
    "content-type": "text/html",
    "x-orig-content-encoding": "br",
    "x-orig-transfer-encoding": "chunked",
    "content-length": String(body.length),
  };
  const statusline = status === 200 ? "HTTP/1.1 200 OK" : `HTTP/1.1 ${status} Found`;
  const response = await create(
    same_as
      ? {
          url, statusline, httpHeaders, warcHeaders,
          type: "revisit", refersToUrl: same_as, refersToDate: date,
        }
      : { url, statusline, httpHeaders, warcHeaders, type: "response" },
    same_as ? "" : body,
  );
  if (same_as) {
    response.warcHeaders.headers.set("WARC-Payload-Digest", written[same_as]);
  }
  await write(response);
  written[url] = response.warcPayloadDigest;
  await write(
    await create({
      url,
      type: "request",
      statusline: "GET " + new URL(url).pathname + " HTTP/1.1",
      httpHeaders: { host: new URL(url).host, "user-agent": "Mozilla/5.0" },
      warcHeaders: {
        "WARC-Concurrent-To": response.warcHeader("WARC-Record-ID"),
        "WARC-Method": "GET",
      },
    }, ""),
  );
}
const page = Object.keys(written)[0];
await write(
  await create(
    {
      url: "urn:pageinfo:" + page,
      type: "resource",
      warcHeaders: { "Content-Type": "application/json" },
    },
    JSON.stringify({ urls: { [page]: { status: 200 } } }),
  ),
);
await write(
  await create(
    {
      url: "urn:thumbnail:" + page,
      type: "resource",
      warcHeaders: { "Content-Type": "image/jpeg" },
    },
    "\u0001\u0002",
  ),
);
out.end();
