// What flags are called elsewhere, for users who type one of those names: the nearest spelling may mean something else (--no-ack is
// not --nack, which throws messages away).
import { kebab, type FlagTable } from "./flag.ts";

const otherNames: Readonly<Record<string, readonly string[]>> = {
  ackAuto: ["no-ack", "noack", "auto-ack", "autoack"],
  cafile: ["cacert", "ca-cert", "ca-file"],
  count: ["limit", "max-messages"],
  enableTls: ["tls", "ssl"],
  format: ["output", "output-format"],
  interval: ["sleep", "delay"],
  jobs: ["concurrency", "workers", "parallel"],
  message: ["body", "payload"],
  nbMessages: ["repeat"],
  passwordFile: ["passwd"],
  prefetch: ["qos", "prefetch-count"],
  queue: ["queue-name"],
  quiet: ["silent"],
  serverName: ["host", "hostname"],
  shell: ["command"],
  vhost: ["virtual-host"],
};

/** The flag of the table that goes by this name elsewhere: `--no-ack` → `--ack-auto`. */
export function byOtherName(typed: string, flags: FlagTable): string | undefined {
  const [key] =
    Object.entries(otherNames).find(([, names]) => names.includes(typed.slice(2))) ?? [];
  return key !== undefined && flags[key] && !flags[key].ignored ? `--${kebab(key)}` : undefined;
}
