// The command line as the process list may show it: without the values of secret flags.
import { kebab, type FlagTable } from "./flag.ts";

/** `-u amqp://a:b@c` → `-u ***`; also `-uVALUE`, `--url=VALUE` and abbreviated names. */
export function conceal(flags: FlagTable, argv: readonly string[]): readonly string[] {
  const secret = Object.entries(flags).filter(([, flag]) => flag.secret);
  const longs = secret.map(([key]) => `--${kebab(key)}`);
  const shorts = secret.flatMap(([, { short }]) => (short === undefined ? [] : [`-${short}`]));
  const isName = (word = ""): boolean =>
    shorts.includes(word) || (word.length > 2 && longs.some((long) => long.startsWith(word)));
  return argv.map((word, i) => {
    if (isName(argv[i - 1])) return "***";
    const [name = "", ...value] = word.split("=");
    if (value.length > 0 && isName(name)) return `${name}=***`;
    const short = shorts.find((letter) => word.startsWith(letter) && word.length > 2);
    return short === undefined ? word : `${short}***`;
  });
}
