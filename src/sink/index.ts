// The map of formats: its keys are the words of --format. Opens the sink of a run.
import { catchUp } from "../time/deadline.ts";
import { ValueError } from "../errors.ts";
import type { Paint } from "../ui/color.ts";
import type { Output } from "../ui/output.ts";
import { body } from "./body.ts";
import { hex } from "./hex.ts";
import { json } from "./json.ts";
import { none } from "./none.ts";
import { openPretty } from "./pretty.ts";
import { raw } from "./raw.ts";
import type { Format, Sink } from "./sink.ts";
import { isTemplate, template } from "./template.ts";
import { text } from "./text.ts";
import { verbose } from "./verbose.ts";

/** A format, or what loads one. */
interface Entry {
  readonly open: () => Format | Promise<Format>;
  /** --verbose adds its lines below. */
  readonly annotated: boolean;
  /** What it shows, for the details of --format. */
  readonly shows: string;
}

const plain = (format: Format, shows: string): Entry => ({
  open: () => format,
  annotated: true,
  shows,
});
const complete = (open: Entry["open"], shows: string): Entry => ({ open, annotated: false, shows });

export const formats: Readonly<Record<string, Entry>> = {
  text: plain(text, "`Received: BODY`"),
  body: plain(body, "the body and a newline"),
  raw: plain(raw, "the body's bytes, nothing else"),
  json: complete(() => json, "the record, which amqp-pub --json sends again byte for byte"),
  pretty: complete(
    openPretty,
    "everything about the message, with JSON and MessagePack bodies laid out",
  ),
  hex: plain(hex, "the body as a hex dump"),
  none: complete(() => none, "nothing"),
};

export interface SinkPlan {
  /** A key of `formats`, or a template. */
  readonly format: string;
  readonly verbose: boolean;
  /** Also keep each message in this folder. */
  readonly folder?: string | undefined;
}

/** What a sink needs of the world. */
export interface SinkWorld {
  readonly output: Output;
  /** Colours for standard output. */
  readonly painter: () => Promise<Paint>;
}

/** Checks a value of --format. @throws ValueError */
export function readFormat(word: string): string {
  if (Object.hasOwn(formats, word)) return word;
  if (!isTemplate(word))
    throw new ValueError(
      `expected one of ${Object.keys(formats).join(", ")}, or a template with % or \\`,
    );
  template(word);
  return word;
}

/** The sink of a plan. With a folder, a message is kept there before it is shown. */
export async function openSink(plan: SinkPlan, world: SinkWorld): Promise<Sink> {
  const show = await openShow(plan, world);
  if (plan.folder === undefined) return show;
  const { openSave } = await import("./save.ts");
  const save = await openSave(plan.folder);
  return async (batch) => {
    await save(batch);
    await show(batch);
  };
}

/** One write to standard output for each batch, but for very long messages. */
async function openShow(plan: SinkPlan, { output, painter }: SinkWorld): Promise<Sink> {
  const { isTerminal } = output;
  if (plan.format !== "none") output.watchReader();
  const format = await openFormat(plan);
  const look = { isTerminal, paint: await painter() };
  return async (batch) => {
    let parts: Buffer[] = [];
    let bytes = 0;
    const flush = async (): Promise<void> => {
      await output.write(Buffer.concat(parts));
      parts = [];
      bytes = 0;
    };
    for (const delivery of batch) {
      for (const part of format(delivery, look)) {
        const isLarge = part.length >= WRITE_BYTES;
        if (!isLarge) {
          parts.push(part);
          bytes += part.length;
          if (bytes < WRITE_BYTES) continue;
        }
        await flush();
        if (isLarge) await output.write(part);
        // A file takes each part at once, and a message may have many: heartbeats must go on.
        await catchUp();
      }
    }
    await flush();
  };
}

/** What is written at once. Larger parts are not joined: that would take twice the memory of their bodies. */
const WRITE_BYTES = 256 * 1024;

async function openFormat(plan: SinkPlan): Promise<Format> {
  const entry = Object.hasOwn(formats, plan.format) ? formats[plan.format] : undefined;
  if (!entry) return template(plan.format);
  const format = await entry.open();
  return plan.verbose && entry.annotated ? verbose(format) : format;
}
