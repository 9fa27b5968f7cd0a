// --decompress: what comes out, and what becomes of bombs and of what is broken.
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { openDecompress } from "../../src/select/decompress.ts";
import type { Delivery } from "../../src/message/message.ts";
import { delayed } from "../../src/work/retry.ts";
import { messageIn } from "../support/message-in.ts";
import { recordingLog } from "../support/recording-log.ts";

const encoded = (contentEncoding: string, body: Buffer): Delivery =>
  messageIn({ body, properties: { contentEncoding, type: "t" } });

describe("--decompress", () => {
  const content = Buffer.from("hello ".repeat(1000));

  it.each([
    ["gzip", gzipSync(content)],
    ["GZIP", gzipSync(content)],
    ["x-gzip", gzipSync(content)],
    ["deflate", deflateSync(content)],
    ["deflate", deflateRawSync(content)],
    ["br", brotliCompressSync(content)],
  ])("undoes %s, and the property that says so", async (encoding, body) => {
    const log = recordingLog();
    const decompress = await openDecompress(10_000, log);
    const [decoded] = await decompress([encoded(encoding, body)]);
    expect(decoded).toMatchObject({ body: content, properties: { type: "t" } });
    expect(decoded?.properties).not.toHaveProperty("contentEncoding");
    expect(log.lines).toEqual([]);
  });

  it.each(["identity", "utf-8", ""])("leaves the encoding %j alone", async (encoding) => {
    const log = recordingLog();
    const message = encoded(encoding, content);
    expect(await (await openDecompress(10_000, log))([message])).toEqual([message]);
    expect(log.lines).toEqual([]);
  });

  it.each(["zstd", "gzip, br"])("warns of %s, which it cannot undo", async (encoding) => {
    const log = recordingLog();
    const message = encoded(encoding, content);
    expect(await (await openDecompress(10_000, log))([message])).toEqual([message]);
    expect(log.lines).toEqual([
      `WARNING: message 1 is shown compressed: content-encoding "${encoding}" is neither gzip, deflate nor br`,
    ]);
  });

  it("keeps what came in, to be published again", async () => {
    const message = encoded("gzip", gzipSync(content));
    const [decoded] = await (await openDecompress(10_000, recordingLog()))([message]);
    expect(decoded?.compressed).toEqual({ body: message.body, properties: message.properties });
    expect(delayed({ ...message, ...decoded }, "q.retry-5ms")).toMatchObject({
      body: message.body,
      properties: { contentEncoding: "gzip" },
    });
  });

  it("gives a bomb as it came, and warns, without a look at its end", async () => {
    const log = recordingLog();
    const bytes = gzipSync(Buffer.alloc(50_000_000));
    // Whoever came as far as the checksum would find it wrong.
    const bomb = encoded("gzip", bytes.fill(0xff, bytes.length - 8));
    const shown = await (await openDecompress(1024 * 1024, log))([bomb, bomb, bomb]);
    expect(shown).toEqual([bomb, bomb, bomb]);
    expect(log.lines).toEqual(
      [1, 1, 1].map(
        (tag) =>
          `WARNING: message ${tag} is shown compressed: its body becomes larger than --decompress-limit, 1.0 MiB`,
      ),
    );
  });

  it.each([
    ["gzip", gzipSync],
    ["deflate", deflateSync],
    ["deflate", deflateRawSync],
    ["br", brotliCompressSync],
  ])("keeps to the limit with %s, too", async (encoding, compress) => {
    const log = recordingLog();
    const [fits, bomb] = [1000, 1001].map((size) =>
      encoded(encoding, compress(Buffer.alloc(size))),
    );
    const decompress = await openDecompress(1000, log);
    const shown = await decompress([fits, bomb].flatMap((message) => message ?? []));
    expect(shown.map(({ body }) => body.length)).toEqual([1000, bomb?.body.length]);
    expect(log.lines).toHaveLength(1);
  });

  it("goes no further when bodies have grown large", async () => {
    const large = encoded("gzip", gzipSync(Buffer.alloc(5 * 1024 * 1024)));
    const decompress = await openDecompress(10 * 1024 * 1024, recordingLog());
    expect(await decompress([large, large])).toHaveLength(1);
    const small = encoded("gzip", gzipSync(content));
    expect(await decompress([small, messageIn(), small, large, small])).toHaveLength(4);
  });

  it("gives what is broken as it came, and warns", async () => {
    const log = recordingLog();
    const broken = encoded("gzip", Buffer.from("no gzip"));
    expect(await (await openDecompress(1024, log))([broken])).toEqual([broken]);
    expect(log.lines).toEqual(["WARNING: message 1 is shown compressed: incorrect header check"]);
  });

  const first = Buffer.from("first ");
  const second = Buffer.from("second");
  it("reads gzip to its end, which may have several members", async () => {
    const decompress = await openDecompress(1024, recordingLog());
    const body = Buffer.concat([gzipSync(first), gzipSync(second)]);
    expect(await decompress([encoded("gzip", body)])).toMatchObject([
      { body: Buffer.from("first second") },
    ]);
  });

  it.each([
    ["two streams of zlib", "deflate", deflateSync(first), deflateSync(second)],
    ["two raw streams", "deflate", deflateRawSync(first), deflateRawSync(second)],
    ["two streams of brotli", "br", brotliCompressSync(first), brotliCompressSync(second)],
    ["more behind a stream", "deflate", deflateSync(content), Buffer.from("more")],
  ])("gives %s as they came, and warns: nothing is lost", async (_, encoding, stream, rest) => {
    const log = recordingLog();
    const message = encoded(encoding, Buffer.concat([stream, rest]));
    expect(await (await openDecompress(10_000, log))([message])).toEqual([message]);
    expect(log.lines).toEqual([
      `WARNING: message 1 is shown compressed: ${rest.length} more bytes follow what is compressed`,
    ]);
  });
});
