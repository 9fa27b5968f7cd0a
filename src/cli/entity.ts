// Names of queues and exchanges. RabbitMQ drops CR and LF from them when it declares, not when it looks for them: a queue
// declared by such a name has another one, and what is sent to the name that was given is lost.
import { UsageError, ValueError } from "../errors.ts";
import { each, one, readName } from "./flag.ts";

/** A queue or an exchange. */
export const entityName = one("NAME", readEntityName);

/** The same, several times. */
export const entityNames = each("NAME", readEntityName);

/** Checks what names a queue or an exchange only beside other flags. @throws UsageError naming the flag */
export function checkEntityName(flag: string, name: string): void {
  try {
    readEntityName(name);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw new UsageError(`${flag} "${name}": ${error.message}`, error.hint, error);
  }
}

function readEntityName(value: string): string {
  if (!/[\r\n]/.test(value)) return readName(value);
  throw new ValueError(
    "holds CR or LF, which no queue and no exchange has in its name",
    String.raw`it may come from a file: tr -d '\r\n' takes line ends away`,
  );
}
