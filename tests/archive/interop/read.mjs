// Prints every record of the files named: type, id and SHA-256 of the decoded payload.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { WARCParser } from "warcio";

const found = [];
for (const path of process.argv.slice(2)) {
  for await (const record of new WARCParser(createReadStream(path))) {
    const payload = await record.readFully(true);
    found.push({
      type: record.warcType,
      id: record.warcHeader("WARC-Record-ID"),
      sha256: createHash("sha256").update(payload ?? "").digest("hex"),
    });
  }
}
console.log(JSON.stringify(found));
