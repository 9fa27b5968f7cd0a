// MessagePack as JSON text, for showing it. The library is loaded only for the format that needs it.
import { MAX_DEPTH } from "./json-layout.ts";
import { checkClaims } from "./message-pack-claims.ts";

/** The library's reader, wrapped. */
export interface MessagePack {
  /** JSON text that shows what the bytes hold; undefined when they are no MessagePack. */
  read(bytes: Buffer): string | undefined;
}

/** Loads the library. */
export async function loadMessagePack(): Promise<MessagePack> {
  const { decode } = await import("@msgpack/msgpack");
  const options = { useBigInt64: true, mapKeyConverter: (key: unknown) => nameOf(key) };
  return {
    read: (bytes) => {
      try {
        checkClaims(bytes, MAX_DEPTH);
        return toJson(decode(bytes, options));
      } catch {
        return undefined;
      }
    },
  };
}

/** JSON has only texts for keys. @throws RangeError when maps or arrays stand within: their text could double with each level */
function nameOf(key: unknown): string {
  if (typeof key === "string") return key;
  const parts: readonly unknown[] = Array.isArray(key) ? key : [key];
  if (parts.some(isContainer)) throw new RangeError("a key that holds maps or arrays");
  return toJson(key);
}

function isContainer(value: unknown): boolean {
  const isScalar = value === null || value instanceof Uint8Array || value instanceof Date;
  return typeof value === "object" && !isScalar;
}

function toJson(value: unknown): string {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Uint8Array)
    return `{"bytes":${JSON.stringify(Buffer.from(value).toString("base64"))}}`;
  if (value instanceof Date) return JSON.stringify(value.toISOString());
  if (Array.isArray(value)) return `[${value.map(toJson).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value);
    return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${toJson(entry)}`).join(",")}}`;
  }
  return JSON.stringify(value) ?? "null";
}
