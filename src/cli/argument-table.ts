// Tables of arguments, as flags and the plans put them together, and how large one may be.
import { encodeTable } from "../amqp/wire/table.ts";
import { UsageError } from "../errors.ts";
import type { Table } from "../message/fields.ts";

/** How much amqplib has room for. */
const MOST_BYTES = 64 * 1024;

/** The table as it is. @throws UsageError naming the flag that fills it when it is too large to be sent */
export function checkSize<T extends Table>(table: T, flag: string): T {
  if (encodeTable(table).length > MOST_BYTES)
    throw new UsageError(`${flag}: longer than the 64 KiB that can be sent`);
  return table;
}
