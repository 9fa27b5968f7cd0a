// Texts that a stranger may put into a message to act on whoever looks at it, and what none of them may leave.

const ESC = "\u001b";

/** Each one alone; as bytes, for some are no text. */
export const HOSTILE: readonly Buffer[] = [
  // The screen and the cursor.
  `${ESC}[2J`,
  `${ESC}[H`,
  `${ESC}[1A${ESC}[2K`,
  `${ESC}[999;999H`,
  `${ESC}c`,
  `${ESC}7${ESC}8`,
  `${ESC}[?1049h`,
  `${ESC}[?25l`,
  `${ESC}[6n`,
  `${ESC}[c`,
  `${ESC}[31;5m`,
  `${ESC}(0`,
  // Title, clipboard, links, notifications, device control.
  `${ESC}]0;owned\u0007`,
  `${ESC}]2;owned${ESC}\\`,
  `${ESC}]52;c;aGFja2Vk\u0007`,
  `${ESC}]8;;http://example.org${ESC}\\click${ESC}]8;;${ESC}\\`,
  `${ESC}]777;notify;a;b\u0007`,
  `${ESC}P$q"p${ESC}\\`,
  `${ESC}_Gf=100;AAAA${ESC}\\`,
  `${ESC}^private${ESC}\\`,
  // C1, as code points.
  "\u009b2J",
  "\u009d0;owned\u009c",
  "\u0090q\u009c",
  "\u0085next line",
  // Single controls.
  "\u0007bell",
  "over\bwrite",
  "harmless\rReceived: forged",
  "nul\0nul",
  "form\u000cfeed\u000b",
  "shift\u000eout\u000f",
  "del\u007f",
  // Order and invisibility.
  "\u202eexe.gpj",
  "\u2066abc\u2069",
  "\u200fright\u200e",
  "line\u2028para\u2029",
  "\u{e0041}\u{e0042}tags",
  "\ufeffbom",
  "\ufff9base\ufffaannotation\ufffb",
  // No UTF-8: C1 as a byte, half a character, a surrogate.
  Buffer.from([0x9b, 0x32, 0x4a]),
  Buffer.from([0xc3, 0x28, 0xff, 0xfe]),
  Buffer.from([0xed, 0xa0, 0x80, 0xed, 0xb0, 0x80]),
].map((text) => Buffer.from(text));

/** What acts on a terminal or on the order of a text; newline and tab are all that may be left. */
export const ACTS_ON_TERMINAL =
  // oxlint-disable-next-line no-control-regex -- controls are what this is about
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/u;
