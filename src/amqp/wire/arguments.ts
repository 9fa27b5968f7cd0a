// Arguments of exchanges, queues, bindings and consumers: our typed fields → what amqplib encodes.
import { isList, typed, type Field, type Table } from "../../message/fields.ts";

/** amqplib's way of naming a type: see its codec. */
interface Typed {
  readonly "!": string;
  readonly value: unknown;
}

type Argument =
  | string
  | number
  | boolean
  | null
  | Buffer
  | Typed
  | readonly Argument[]
  | { readonly [key: string]: Argument };

/** Arguments for amqplib: a table without prototype, so that any key is an entry. */
export function toArguments(table: Table): Record<string, Argument> {
  const args: Record<string, Argument> = Object.create(null);
  for (const [key, field] of Object.entries(table)) args[key] = toArgument(field);
  return args;
}

function toArgument(field: Field): Argument {
  if (isList(field)) return field.map(toArgument);
  const [tag, value] = typed(field);
  switch (tag) {
    case "table":
      return toArguments(value);
    case "int":
    case "longlong":
      return { "!": "int64", value };
    case "bytes":
    case "string64":
      return Buffer.from(value, "base64");
    case "text":
    case "bool":
    case "null":
      return value;
    default:
      return { "!": tag, value };
  }
}
