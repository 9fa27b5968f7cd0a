// What a session carries from link to link: the publisher, the intake, an errand.
import type { Failure } from "../../errors.ts";
import type { Link } from "./link.ts";

/** What lives on a session: a publisher, a consumer. */
export interface Client {
  readonly channelKind: "plain" | "confirm";
  /** Takes up work on a new link. A broker's error is thrown as it is. */
  attach(link: Link): Promise<void>;
  /**
   * The link is gone, or could not be attached; another will be, or `fail` is called. It must do no harm a second time: a client may
   * have detached itself. It does not come when the session was closed.
   */
  detach(): void;
  /** The broker has refused something that will not come again: work can go on, on a new link. */
  outlives?(reason: Failure): boolean;
  /** False: what ended one link does not come again on the next, or not for ever. */
  readonly repeats?: boolean;
  /** There will be no other link. */
  fail(failure: Failure): void;
  /**
   * A stop has come while it is being attached: puts back what the broker has sent it. False when nothing has to be put back;
   * else the link is to be closed, not dropped. Never rejects.
   */
  giveBack?(): Promise<boolean>;
  /** Nothing is buffered on the channel: it need not be closed on its own. */
  readonly isDrained: boolean;
  /** Grows with each message that got through: tells a loop of losses from a working session. */
  readonly progress: number;
}
