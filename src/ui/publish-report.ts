// What people read of messages that are published. Texts of the sample kept.
import type { PublishReport } from "../amqp/publish/ledger.ts";
import type { PublishPlan } from "../publish.ts";
import { newline, showBody } from "./content.ts";
import type { World } from "../world.ts";
import { reportBlocked } from "./blocked-report.ts";

const label = Buffer.from("Sent: ");

/** Each message when it is confirmed or handed over, unless `quiet`; and what has not arrived. */
export function reportPublish(
  { quiet, publisher }: Pick<PublishPlan, "quiet" | "publisher">,
  { output, log, meter }: Pick<World, "output" | "log" | "meter">,
): PublishReport {
  let warned = false;
  return {
    sent: ({ body }, takenAt) => {
      meter?.completed(body.length, takenAt);
      if (!quiet) output.queue(label, showBody(body, output.isTerminal), newline);
    },
    returned: (message, { code, text }) => {
      const where = `exchange "${message.exchange}", key "${message.routingKey}"`;
      if (publisher.mandatory) log.note(`Returned: ${code} ${text} (${where})`);
      else if (!warned)
        log.warn(
          `no queue takes messages to ${where} (there is none, or its node is down); they are counted as returned`,
        );
      warned = true;
    },
    nacked: ({ exchange, routingKey }, reason) =>
      log.warn(
        `the broker refused a message (${reason}) to exchange "${exchange}", key "${routingKey}"`,
      ),
    ...reportBlocked(log, "waiting"),
  };
}
