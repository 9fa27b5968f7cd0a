// MessagePack as JSON text, for showing it. The library is loaded only for the format that needs it.
import { MAX_DEPTH } from "./json-layout.ts";
import { checkClaims } from "./message-pack-claims.ts";

/** The library's reader, wrapped. */
export interface MessagePack {
  /** JSON text that shows what the bytes hold; undefined when they are no MessagePack, or when JSON cannot show it exactly. */
  read(bytes: Buffer): string | undefined;
}

/** Loads the library. */
export async function loadMessagePack(): Promise<MessagePack> {
  const library = await import("@msgpack/msgpack");
  const { decode, decodeTimestampToTimeSpec, EXT_TIMESTAMP, ExtensionCodec } = library;
  const extensionCodec = new ExtensionCodec();
  extensionCodec.register({
    type: EXT_TIMESTAMP,
    encode: () => null,
    decode: (bytes) => formatTime(decodeTimestampToTimeSpec(bytes)),
  });
  let keys = 0;
  const mapKeyConverter = (key: unknown): string => {
    keys++;
    return nameOf(key);
  };
  const options = { useBigInt64: true, mapKeyConverter, extensionCodec };
  return {
    read: (bytes) => {
      try {
        checkClaims(bytes, MAX_DEPTH);
        keys = 0;
        const value = decode(bytes, options);
        // Of two keys with the same name, as 1 and "1", only the later one is left.
        return countNames(value) === keys ? toJson(value) : undefined;
      } catch {
        return undefined;
      }
    },
  };
}

/** To the nanosecond, which a Date cannot hold: in groups of three digits, one at least. @throws RangeError for what is no time */
function formatTime({ sec, nsec }: { readonly sec: number; readonly nsec: number }): string {
  if (nsec >= 1e9) throw new RangeError("a second of more than 1e9 nanoseconds");
  const fraction = String(nsec)
    .padStart(9, "0")
    .replace(/(?:000){1,2}$/, "");
  return new Date(sec * 1000).toISOString().replace(/\d{3}(?=Z$)/, fraction);
}

/** JSON has only texts for keys. @throws RangeError when maps or arrays stand within: their text could double with each level */
function nameOf(key: unknown): string {
  if (typeof key === "string") return key;
  const parts: readonly unknown[] = Array.isArray(key) ? key : [key];
  if (parts.some(isContainer)) throw new RangeError("a key that holds maps or arrays");
  return toJson(key);
}

function isContainer(value: unknown): boolean {
  return typeof value === "object" && value !== null && !(value instanceof Uint8Array);
}

/** The names in all maps. */
function countNames(value: unknown): number {
  const count = (values: readonly unknown[]): number =>
    values.reduce((sum: number, each) => sum + countNames(each), 0);
  if (Array.isArray(value)) return count(value);
  if (!isMap(value)) return 0;
  const values = Object.values(value);
  return values.length + count(values);
}

/** Not the library's own objects, for what it does not know. */
function isMap(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  return Object.getPrototypeOf(value) === Object.prototype;
}

/** @throws RangeError when JSON cannot show it */
function toJson(value: unknown): string {
  if (typeof value === "number") return numberToJson(value);
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Uint8Array)
    return `{"bytes":${JSON.stringify(Buffer.from(value).toString("base64"))}}`;
  if (Array.isArray(value)) return `[${value.map(toJson).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value);
    return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${toJson(entry)}`).join(",")}}`;
  }
  return JSON.stringify(value) ?? "null";
}

function numberToJson(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`JSON has no ${value}`);
  return Object.is(value, -0) ? "-0.0" : String(value);
}
