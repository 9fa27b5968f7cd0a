// What flags are called elsewhere, for who types one of those names: the nearest spelling may mean something else (--no-ack is
// not --nack, which throws messages away).
import { kebab, type FlagTable } from "./flag.ts";

const otherNames: Readonly<Record<string, readonly string[]>> = {
  ackAuto: ["no-ack", "noack", "auto-ack", "autoack"],
  cafile: ["cacert", "ca-cert", "ca-file", "ca"],
  count: ["limit", "max-messages"],
  enableTls: ["tls", "ssl"],
  format: ["output", "output-format"],
  interval: ["sleep", "delay"],
  jobs: ["concurrency", "workers", "parallel"],
  message: ["body", "payload"],
  nbMessages: ["repeat", "times"],
  passwordFile: ["password", "passwd"],
  prefetch: ["qos", "prefetch-count"],
  queue: ["queue-name"],
  quiet: ["silent"],
  serverName: ["host", "hostname"],
  shell: ["command", "exec"],
  vhost: ["virtual-host"],
};

/** The flag of the table that others call so: `--no-ack` → `--ack-auto`. */
export function byOtherName(typed: string, flags: FlagTable): string | undefined {
  const key = keyOf(typed);
  return key !== undefined && flags[key] && !flags[key].ignored ? `--${kebab(key)}` : undefined;
}

/** Is it what others call a flag? Then it abbreviates none of ours: `--password` is not `--password-file`. */
export function isOtherName(typed: string): boolean {
  return keyOf(typed) !== undefined;
}

function keyOf(typed: string): string | undefined {
  return Object.entries(otherNames).find(([, names]) => names.includes(typed.slice(2)))?.[0];
}
