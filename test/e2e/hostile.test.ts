// Forty hostile texts through a real broker to a real terminal: as body, key, exchange, header and property, in every format;
// from the broker's errors, from handlers, and in a pipe, which gets the very bytes.
import { describe, expect, test } from "vitest";
import { formats } from "../../src/sink/index.ts";
import { con } from "../support/binaries.ts";
import { ACTS_ON_TERMINAL, HOSTILE } from "../support/hostile.ts";
import { pty } from "../support/run.ts";
import { sharedBroker } from "../support/shared-broker.ts";
import { createExchange, createQueue, withChannel } from "../support/witness.ts";

const env = { AMQP_URL: sharedBroker().url };
const TEMPLATE = "%s|%k|%e|%q|%h|%h{h}|%p{message-id}|%p{content-type}|%p{reply-to}\\n";

/** What the program itself writes: colours, and the redrawing of its last lines. */
// oxlint-disable-next-line no-control-regex -- sequences of our own
const OURS = /\u001b\[(?:\d*m|K|J|\d+A|\?2026[hl])/g;

/** Texts as brokers take them in names, each of 255 bytes at most. */
const texts = HOSTILE.map((content) => content.toString("utf8"));

/** A queue with each text everywhere in one message, but for those that are no text, which are bodies only. */
async function hostileQueue(): Promise<string> {
  const queue = await createQueue();
  const exchange = await createExchange("fanout");
  await withChannel(async (channel) => {
    await channel.bindQueue(queue, exchange, "");
    for (const [i, body] of HOSTILE.entries()) {
      const text = texts[i] ?? "";
      const headers = { h: text, [text]: "name", list: [text], table: { [text]: text } };
      const names = {
        messageId: text,
        correlationId: text,
        replyTo: text,
        type: text,
        appId: text,
      };
      const content = { contentType: text, contentEncoding: text };
      channel.publish(exchange, text, body, { ...names, ...content, headers });
    }
    await channel.checkQueue(queue);
  });
  return queue;
}

/** What a terminal was sent, without the line ends that it makes itself and without our own sequences. */
function plain(shown: string): string {
  return shown.replaceAll("\r\n", "\n").replaceAll(OURS, "").replaceAll("\r", "");
}

describe("on a terminal nothing acts", () => {
  test.each([
    ...Object.keys(formats).map((format) => [format, ["--format", format, "--verbose"]] as const),
    ["a template", ["--format", TEMPLATE]] as const,
    ["--stats", ["--stats", "0.1", "--summary", "text", "--work", "0.02"]] as const,
    ["--get", ["--get", "--verbose"]] as const,
    ["--where", ["--where", "headers.h.size() / 0 == 1 || body.size() > 0"]] as const,
    ["--decompress", ["--decompress"]] as const,
    ["--debug", ["--debug"]] as const,
    ["handlers", ["--shell", "tee /dev/stderr; cat /dev/fd/3 >&2; env | tee /dev/stderr"]] as const,
    ["handlers that fail", ["--shell", "tee /dev/stderr; exit 1"]] as const,
  ])("with %s", async (_name, flags) => {
    const queue = await hostileQueue();
    const args = ["-q", queue, "-n", `${HOSTILE.length}`, ...flags];
    const { stdout } = await pty("amqp-con", args, { env, columns: 200 }).ended();
    expect(stdout).toContain(`Stopping: --count ${HOSTILE.length} reached`);
    expect(plain(stdout)).not.toMatch(ACTS_ON_TERMINAL);
  });

  test("when the broker repeats a name that is not there", async () => {
    for (let at = 0; at < texts.length; at += 8) {
      // No program is given a NUL.
      const name = texts
        .slice(at, at + 8)
        .join(" ")
        .replaceAll("\0", "")
        .slice(0, 120);
      for (const flags of [
        ["-q", name],
        ["-Q", "-e", name, "--bind-queue"],
        ["-q", "x", "--get"],
      ]) {
        const { stdout } = await pty("amqp-con", flags, { env }).ended();
        expect(stdout).toContain("ERROR:");
        expect(plain(stdout)).not.toMatch(ACTS_ON_TERMINAL);
      }
    }
  });
});

describe("in a pipe the bytes are the very same", () => {
  const all = Buffer.concat(HOSTILE);
  test.each([
    ["--format raw", ["--format", "raw"]],
    ["--get", ["--get", "--format", "raw"]],
    ["a handler", ["--", "cat"]],
  ])("with %s", async (_name, flags) => {
    const queue = await hostileQueue();
    const { code, stdoutBytes } = await con(["-q", queue, "-n", `${HOSTILE.length}`, ...flags]);
    expect(code).toBe(0);
    expect(stdoutBytes).toEqual(all);
  });
});
