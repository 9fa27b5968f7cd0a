// The command line as the process list may show it: without the values of secret flags.
import { kebab, type FlagTable } from "./flag.ts";
import { findValueLetter, shortFlags } from "./words.ts";

/** `-u amqp://a:b@c` → `-u ***`; also `-uVALUE`, `-Qu VALUE`, `--url=VALUE` and abbreviated names. */
export function conceal(flags: FlagTable, argv: readonly string[]): readonly string[] {
  const shorts = shortFlags(flags);
  const secret = Object.keys(flags).filter((key) => flags[key]?.secret);
  const longs = secret.map((key) => `--${kebab(key)}`);
  const isLong = (name: string): boolean =>
    name.length > 2 && longs.some((long) => long.startsWith(name));
  /** Where the letter of a secret flag stands that takes a value; 0 when none does. */
  const secretAt = (word: string): number => {
    const at = findValueLetter(word, shorts);
    return shorts.get(word.charAt(at))?.secret ? at : 0;
  };
  const takesNext = (word: string): boolean =>
    isLong(word) || (secretAt(word) > 0 && secretAt(word) === word.length - 1);
  return argv.map((word, i) => {
    if (takesNext(argv[i - 1] ?? "")) return "***";
    const [name = "", ...value] = word.split("=");
    if (value.length > 0 && isLong(name)) return `${name}=***`;
    const at = secretAt(word);
    return at > 0 && at < word.length - 1 ? `${word.slice(0, at + 1)}***` : word;
  });
}
