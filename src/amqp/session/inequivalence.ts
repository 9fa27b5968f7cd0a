// The way out when a queue or exchange exists otherwise than it was to be declared: the flag that makes both sides alike.
import { exchangeFlags, queueFlags } from "../../flag-names.ts";

const flags: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  queue: queueFlags,
  exchange: exchangeFlags,
};

/** Quorum queues and streams have these whatever the flags say. */
const implied: readonly string[] = ["--durable-queue", "--nad-queue"];

/** The broker names the first argument that differs; both sides are in its text. */
export function inequivalenceHint(text: string): string {
  const pattern =
    /inequivalent arg '(.*?)' for (\w+) '(.*?)' in vhost .*?: received (.*?) but current is (.*)$/s;
  const [, argument, kind = "", name, asked, found] = pattern.exec(text) ?? [];
  if (argument === undefined)
    return "it exists with other properties; use the same flags or another name";
  const current = plain(found);
  const flag = flags[kind]?.[argument];
  const way =
    flag === undefined ? "use the same flags," : `${likeIt(flag, argument, current)}, use`;
  return `${kind} ${name} exists with ${argument}=${current}, you asked for ${argument}=${plain(asked)}; ${way} another name, or delete it`;
}

/** What to do with the flag to ask for what is there. */
function likeIt(flag: string, argument: string, current: string): string {
  if (current === (argument === "auto_delete" ? "true" : "false") || current === "none")
    return implied.includes(flag)
      ? `leave out ${flag} (or a --queue-type that implies it)`
      : `leave out ${flag}`;
  if (/^(true|false)$/.test(current)) return `give ${flag}`;
  return /^[\w.-]+$/.test(current) ? `give ${flag} ${current}` : `give ${flag} as it is there`;
}

/** `the value '60000' of type 'signedint'` → `60000`. */
function plain(value = ""): string {
  return value
    .replace(/^the value /, "")
    .replace(/ of type '\w+'$/, "")
    .replaceAll("'", "");
}
