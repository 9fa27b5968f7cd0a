// A round trip on the channel: the only proof without confirms that all before it has reached the broker.
import type { Link } from "../session/link.ts";
import type { Waiting } from "../../time/waiting.ts";

/** When the answer to a question on the channel is here, all returns and refusals before it are, too. @throws Failure */
export async function passBarrier(
  waiting: Waiting,
  current: () => Link | undefined,
): Promise<void> {
  for (;;) {
    await waiting.until(() => current() !== undefined);
    const link = current();
    const isAnswered = await link?.channel.prefetch(0).then(
      () => true,
      () => false,
    );
    if (isAnswered) return;
    await waiting.until(() => current() !== link);
  }
}
