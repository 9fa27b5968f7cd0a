// One message for each JSON line of stdin or files: our records (record.ts), or what rabtap writes.
import { isUtf8 } from "node:buffer";
import { ValueError } from "../errors.ts";
import { parseTagged, parseUntagged } from "../message/exact-json.ts";
import type { Message } from "../message/message.ts";
import { readRecord, type PublishRecord } from "../message/record.ts";
import { batches } from "./lines.ts";
import { toOrigin } from "./to-origin.ts";
import { Pace } from "../time/pace.ts";
import { gaps } from "./pace.ts";
import { expectBytes } from "./pieces.ts";
import { isRabtap, readRabtap } from "./rabtap.ts";
import type { Envelope, InputPlan, Source } from "./source.ts";

/** How records become messages, wherever they come from. */
export interface ReplayPlan {
  /** Back to where a dead letter first died. */
  readonly toOrigin: boolean;
  /** The recorded gaps are this many times as short; 0: no gaps. */
  readonly speed: number;
}

export type RecordsPlan = InputPlan & ReplayPlan;

const newline = Buffer.from("\n");

/** The records of all inputs. Lines without anything are passed over. */
export function records({ flag, paths, toOrigin: isOrigin, speed }: RecordsPlan): Source {
  return async function* messages(envelope, world) {
    await expectBytes(paths, 1, world.progress);
    const pace = new Pace(world.stop);
    const gap = gaps(speed);
    let receivedAt: number | undefined;
    const read = (line: Buffer): Message | undefined => {
      const record = parseRecord(line);
      receivedAt = record?.receivedAt;
      return record && toMessage(record, envelope, isOrigin);
    };
    for (const path of paths)
      for await (const batch of batches(path, flag, newline, world, read)) {
        if (speed === 0) yield batch;
        else
          for (const message of batch) {
            await pace.next(gap(receivedAt));
            yield [message];
          }
      }
  };
}

/** Undefined for a line without anything. @throws ValueError */
export function parseRecord(line: Buffer): PublishRecord | undefined {
  if (!isUtf8(line)) throw new ValueError("expected UTF-8");
  const text = toText(line).replace(/^\ufeff/, "");
  if (text.trim() === "") return undefined;
  const record = parseTagged(text, "expected JSON, one record a line (jq -c)");
  // rabtap has no tags.
  const exact = isRabtap(record) ? parseUntagged(text) : record;
  return isRabtap(exact) ? readRabtap(exact) : readRecord(exact);
}

function toText(line: Buffer): string {
  try {
    return line.toString("utf8");
  } catch {
    throw new ValueError("longer than any text this program can hold");
  }
}

/** The flags say what the record does not. @throws ValueError */
export function toMessage(record: PublishRecord, flags: Envelope, isOrigin: boolean): Message {
  const { exchange = flags.exchange, routingKey = flags.routingKey, body } = record;
  const headers = { ...flags.properties.headers, ...record.properties.headers };
  const properties = {
    ...flags.properties,
    ...record.properties,
    ...((flags.properties.headers || record.properties.headers) && { headers }),
  };
  const message = { exchange, routingKey, properties, body: body ?? Buffer.alloc(0) };
  return isOrigin ? toOrigin(message) : message;
}
