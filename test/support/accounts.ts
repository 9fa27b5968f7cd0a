// Users and virtual hosts for a test file, made with rabbitmqctl, and removed after it.
import { afterAll } from "vitest";
import { unique } from "./name.ts";
import type { SharedBroker } from "./shared-broker.ts";

/** The three patterns of `rabbitmqctl set_permissions`: what a user may configure, write and read. */
export type Permissions = readonly [configure: string, write: string, read: string];

/** What to make: user names as the tests say them, each with what it may do; undefined: it may not enter the vhost. */
export interface Accounts {
  readonly users?: Readonly<Record<string, Permissions | undefined>>;
  /** Most connections to the vhost. */
  readonly connections?: number;
}

/** A vhost with its users. A user's password is its name with 123 behind it. */
export interface Domain {
  readonly vhost: string;
  /** The real, unique name for each name in Accounts. */
  readonly names: Readonly<Record<string, string>>;
  /** The broker's URL with that vhost, for the broker's own administrator. */
  readonly url: string;
}

/** Makes a vhost and users on a broker that can be administered. To be called in beforeAll; a call of rabbitmqctl takes some 0.3 s. */
export async function createDomain(broker: SharedBroker, accounts: Accounts): Promise<Domain> {
  const vhost = unique("vhost");
  const users = Object.entries(accounts.users ?? {});
  const names = Object.fromEntries(users.map(([name]) => [name, unique(name)]));
  const url = new URL(broker.url.split(",")[0] ?? "");
  url.pathname = `/${encodeURIComponent(vhost)}`;
  await broker.ctl("add_vhost", vhost);
  afterAll(() => removeDomain(broker, vhost, Object.values(names)));
  await broker.ctl("set_permissions", "-p", vhost, url.username || "guest", ".*", ".*", ".*");
  for (const [name, permissions] of users) {
    const unambiguous = names[name] ?? name;
    await broker.ctl("add_user", unambiguous, `${name}123`);
    if (permissions) await broker.ctl("set_permissions", "-p", vhost, unambiguous, ...permissions);
  }
  const { connections } = accounts;
  if (connections !== undefined)
    await broker.ctl("set_vhost_limits", "-p", vhost, `{"max-connections": ${connections}}`);
  return { vhost, names, url: url.href };
}

async function removeDomain(
  broker: SharedBroker,
  vhost: string,
  users: readonly string[],
): Promise<void> {
  await broker.ctl("delete_vhost", vhost);
  await Promise.all(users.map((user) => broker.ctl("delete_user", user)));
}
