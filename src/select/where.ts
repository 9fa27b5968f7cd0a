// --where: which messages are wanted. The language is CEL (cel.dev), which cannot reach into the program or change anything;
// why this library: docs/adr/0020-where-is-cel.md. It is loaded only when it is used. What takes too long is ended.
import { setImmediate } from "node:timers/promises";
import { messageOf, UsageError } from "../errors.ts";
import { largeDigits, parseUntagged } from "../message/exact-json.ts";
import { isList, isTable, typed, type Field, type Table } from "../message/fields.ts";
import type { Delivery } from "../message/message.ts";
import { asFirstSeen } from "../message/retry-marks.ts";
import { limitTime, TooLong } from "./time-limit.ts";
import type { Log } from "../ui/log.ts";
import { variables } from "./variables.ts";

/** Is a message wanted? "late" means neither: that was not decided in time. */
export type Answer = boolean | "late";

/** Which messages of a batch are wanted? Never rejects. */
export type Where = (batch: readonly Delivery[]) => Promise<readonly Answer[]>;

/** Between two such calculations, heartbeats go on. */
const LIMIT_MS = 1000;

/** How many times as long a message may take by the clock while other programs have the processor. */
const PATIENCE = 4;

/** A calculation that had less than this share of the time has waited for the processor. */
const BUSY = 0.9;

/**
 * What CEL calculates with: bigint is its int, number its double, Date its timestamp, Map its map. (An object would be judged
 * by its `constructor`, which a message could bring along.)
 */
type Value =
  | string
  | number
  | bigint
  | boolean
  | null
  | Date
  | Uint8Array
  | readonly Value[]
  | ReadonlyMap<string, Value>;

/**
 * Reads an expression. A message about which it says nothing (a header that is not there, a body that is not JSON) is not
 * wanted; other mistakes are reported once, as is what was not decided in time. @throws UsageError with what is wrong with it
 */
export async function openWhere(expression: string, log: Log, limitMs = LIMIT_MS): Promise<Where> {
  const { Environment, EvaluationError } = await import("@marcbachmann/cel-js");
  const environment = new Environment({ enableOptionalTypes: true });
  for (const [name, { type }] of Object.entries(variables))
    environment.registerVariable(name, type);
  const evaluate = orUsageError(expression, () => environment.parse(expression));
  const checked = orUsageError(expression, () => evaluate.check());
  if (!checked.valid) throw wrong(expression, checked.error);
  if (checked.type !== "bool" && checked.type !== "dyn")
    throw wrong(expression, new TypeError(`it is of type ${checked.type}, not yes or no`));
  const tell = tellOnce(log);
  const decide = (delivery: Delivery): boolean => {
    try {
      const answer: unknown = evaluate(toContext(asFirstSeen(delivery)));
      if (typeof answer !== "boolean")
        tell("", new TypeError(`it is ${typeof answer}, not yes or no`));
      return answer === true;
    } catch (error) {
      const { code } = error instanceof EvaluationError ? error : { code: "" };
      if (code !== "no_such_key") tell(code, error);
      return false;
    }
  };
  const tooLong = new TypeError(`it takes longer than ${limitMs} ms`);
  return inTime(decide, limitMs, () => tell("late", tooLong));
}

/** Decides on a whole batch within the limit, else on each of its messages; what takes longer than that is told. */
function inTime(
  decide: (delivery: Delivery) => boolean,
  limitMs: number,
  tellLate: () => void,
): Where {
  const limited = limitTime();
  const decideAll = (batch: readonly Delivery[], ms: number): readonly boolean[] | TooLong => {
    try {
      return limited(() => batch.map(decide), ms);
    } catch (error) {
      if (error instanceof TooLong) return error;
      throw error;
    }
  };
  const decideOne = async (delivery: Delivery): Promise<Answer> => {
    for (let ms = limitMs; ms <= PATIENCE * limitMs; ms *= 2) {
      await setImmediate();
      const answers = decideAll([delivery], ms);
      if (!(answers instanceof TooLong)) return answers[0] === true;
      if (answers.usedMs >= BUSY * limitMs) break;
    }
    tellLate();
    return "late";
  };
  return async (batch) => {
    const answers = decideAll(batch, limitMs);
    if (!(answers instanceof TooLong)) return answers;
    const each: Answer[] = [];
    for (const delivery of batch) each.push(await decideOne(delivery));
    return each;
  };
}

/** Tells of a message that cannot be decided, and what becomes of it: once for each kind. */
function tellOnce(log: Log): (kind: string, error: unknown) => void {
  const told = new Set<string>();
  return (kind, error) => {
    if (told.has(kind)) return;
    told.add(kind);
    const consequence = kind === "late" ? "is left to the broker" : "is not wanted then";
    log.warn(`--where cannot be decided for a message, which ${consequence}: ${first(error)}`);
  };
}

function orUsageError<T>(expression: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw wrong(expression, error);
  }
}

function wrong(expression: string, error: unknown): UsageError {
  return new UsageError(
    `--where "${shorten(expression)}": ${first(error)}`,
    `it is a CEL expression over ${Object.keys(variables).join(", ")}: key.startsWith("kern.") && headers.n > 5`,
    error,
  );
}

function shorten(expression: string): string {
  return expression.length > 300 ? `${expression.slice(0, 300)}…` : expression;
}

/** The first line: the library adds a drawing of the place. */
function first(error: unknown): string {
  return messageOf(error).split("\n", 1)[0] ?? "";
}

/** What the names stand for. Body and JSON are made from the bytes only when they are asked for. */
function toContext(delivery: Delivery): Readonly<Record<keyof typeof variables, Value>> {
  const { exchange, routingKey, queue, redelivered, properties } = delivery;
  let json: { readonly value: Value } | undefined;
  return {
    key: routingKey,
    exchange,
    queue,
    redelivered,
    get properties() {
      return toMap(properties);
    },
    get headers() {
      return fromTable(properties.headers ?? {});
    },
    get body() {
      return delivery.body.toString("utf8");
    },
    get json() {
      json ??= { value: readJson(delivery.body) };
      return json.value;
    },
  };
}

function toMap(properties: Delivery["properties"]): Value {
  const map = new Map<string, Value>();
  for (const [name, value] of Object.entries(properties)) {
    if (name === "timestamp") map.set(name, toDate(BigInt(value)));
    else if (name !== "headers") map.set(name, typeof value === "number" ? BigInt(value) : value);
  }
  return map;
}

function fromTable(table: Table): Value {
  return new Map(Object.entries(table).map(([name, field]) => [name, fromField(field)]));
}

function fromField(field: Field): Value {
  if (isList(field)) return field.map(fromField);
  const [type, value] = typed(field);
  switch (type) {
    case "table":
      return fromTable(value);
    case "timestamp":
      return toDate(value);
    case "bytes":
    case "string64":
      return Buffer.from(value, "base64");
    case "decimal":
      return value.digits / 10 ** value.places;
    case "text":
    case "bool":
    case "null":
    case "int":
    case "longlong":
    case "float":
    case "double":
      return value;
    default:
      return BigInt(value);
  }
}

/** The last moment that a Date can be, in the year 275760. */
const LAST_MS = 8.64e15;

/** What comes later, such as microseconds where there should be seconds, is that moment: it is after any that can be named. */
function toDate(seconds: bigint): Date {
  return new Date(Math.min(Number(seconds) * 1000, LAST_MS));
}

/** The body's JSON; null when it is none. Numbers are doubles, as JSON's are in CEL, unless they would lose digits. */
function readJson(body: Buffer): Value {
  try {
    return fromJson(parseUntagged(body.toString("utf8")));
  } catch {
    return null;
  }
}

function fromJson(json: Field): Value {
  if (isList(json)) return json.map(fromJson);
  if (!isTable(json)) return json;
  const digits = largeDigits(json);
  if (digits !== undefined) return BigInt(digits);
  return new Map(Object.entries(json).map(([name, value]) => [name, fromJson(value)]));
}
