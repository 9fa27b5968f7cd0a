// Durations, times to live and sizes as people write them.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readDuration, readSize, writeSize } from "../../src/cli/units.ts";
import { parseCon, parsePub, wrongUse } from "../support/plan.ts";

describe("durations", () => {
  it.each([
    ["0.5", 500],
    [".5", 500],
    ["5", 5000],
    ["250ms", 250],
    ["5s", 5000],
    ["1.5m", 90_000],
    ["2m", 120_000],
    ["1h", 3_600_000],
    ["1d", 86_400_000],
    ["0", 0],
  ])("%s is %d milliseconds", (text, ms) => {
    expect(readDuration(text, 1000)).toBe(ms);
  });

  it.each(["", "-1", "1e3", "5 s", "s", "1.5.2", "5M", "1m30s", "Infinity", "0x10", "５"])(
    "%j is no duration",
    (text) => {
      expect(() => readDuration(text, 1000)).toThrow("expected a duration such as 0.5, 250ms");
    },
  );

  it("mean the same in whatever unit they are written", () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), (seconds) => {
        const same = [`${seconds}`, `${seconds}s`, `${seconds * 1000}ms`];
        expect(same.map((text) => readDuration(text, 1000))).toEqual(
          same.map(() => seconds * 1000),
        );
      }),
    );
  });

  it("are plain milliseconds only for times to live", () => {
    const { options } = parsePub(["--message-ttl", "1500", "--queue-ttl", "2s", "--interval", "2"]);
    expect(options).toMatchObject({ messageTtl: 1500, queueTtl: 2000, interval: 2000 });
  });

  it("may be for ever only where that makes sense", () => {
    expect(parseCon(["--max-outage", "forever"]).options.maxOutage).toBe(Infinity);
    expect(wrongUse(() => parseCon(["--wait", "forever"]))).toContain('--wait "forever": expected');
  });

  it("of a message end where RabbitMQ's 32 bits end", () => {
    expect(parsePub(["--message-ttl", "4294967295"]).options.messageTtl).toBe(4_294_967_295);
    expect(wrongUse(() => parsePub(["--message-ttl", "50d"]))).toContain(
      '--message-ttl "50d": expected 0 to 4294967295 milliseconds',
    );
  });
});

describe("sizes", () => {
  it("are written so that they are read again, in the largest unit that is exact", () => {
    expect([0, 1, 1024, 1536, 67_108_864].map(writeSize)).toEqual([
      "0",
      "1",
      "1KiB",
      "1536",
      "64MiB",
    ]);
    fc.assert(fc.property(fc.nat(), (size) => readSize(writeSize(size)) === size));
  });

  it.each([
    ["100", 100],
    ["1B", 1],
    ["1kB", 1000],
    ["64KiB", 65_536],
    ["1.5kib", 1536],
    ["2.01KB", 2010],
    ["32.3kb", 32_300],
    ["1MB", 1_000_000],
    ["1MiB", 1_048_576],
    ["2GB", 2_000_000_000],
    ["0", 0],
  ])("%s is %d bytes", (text, bytes) => {
    expect(readSize(text)).toBe(bytes);
  });

  it.each(["", "-1", "1.5", "1 KB", "KB", "1K", "1TB", "1e3", "9007199254740993"])(
    "%j is no size",
    (text) => {
      expect(() => readSize(text)).toThrow("expected a size such as 100, 64KiB or 1MB");
    },
  );

  it("of a message end where the largest that RabbitMQ can take ends", () => {
    expect(parsePub(["--message-size", "512MiB"]).options.messageSize).toBe(536_870_912);
    expect(wrongUse(() => parsePub(["--message-size", "1GB"]))).toBe(
      '--message-size "1GB": expected at most 512MiB',
    );
  });
});
