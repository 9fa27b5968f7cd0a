// From the source to the publisher: every message as fast as there is room, and no faster.
import type { Publisher } from "./amqp/publish/publisher.ts";
import { orAborted, until } from "./time/deadline.ts";
import { Unsendable } from "./errors.ts";
import type { Message } from "./message/message.ts";
import { stamping } from "./message/sent-at.ts";
import type { PublishPlan } from "./publish.ts";
import type { Skips } from "./sending.ts";
import { openSource } from "./source/index.ts";
import type { Envelope, Position, SourceWorld } from "./source/source.ts";
import { openProgress } from "./ui/progress.ts";
import type { World } from "./world.ts";

/** Hands every message of the source to the publisher. @throws Failure of the source or the publisher */
export async function feed(
  plan: PublishPlan,
  envelope: Envelope,
  publisher: Publisher,
  skips: Skips,
  world: World,
): Promise<void> {
  const stop = AbortSignal.any([world.signal, publisher.failed, world.output.failed]);
  const progress = openProgress(world, !plan.quiet, () => publisher.account.read);
  const { stdin, env } = world;
  const { refuse } = skips;
  const tooLarge: SourceWorld["tooLarge"] = (message, bytes) => publisher.refuse(message, bytes);
  const open = openSource(plan.source, plan.shape);
  const position: Position = { place: () => "a message" };
  const source = open(envelope, { stdin, stop, env, refuse, tooLarge, position, progress });
  const prepare = plan.latencyHeader ? stamping() : (message: Message) => message;
  world.signal.addEventListener("abort", () => publisher.stop(), { once: true });
  try {
    for await (const batch of until(source, stop)) {
      for (const message of batch) {
        // Most messages need not wait, and a needless `await` costs as much as sending one.
        const room = publisher.room();
        if (room) await room;
        if (stop.aborted) return;
        try {
          publisher.publish(prepare(message), world.meter?.now());
        } catch (error) {
          if (!(error instanceof Unsendable)) throw error;
          refuse(position.place(), error.reason);
        }
      }
      if (world.output.isFull) await orAborted(world.output.flush(), stop);
    }
  } finally {
    progress?.end();
  }
}
