// What a dry run shows for a command line: the drawing, the steps, and where each of them goes.
import { describe, expect, it } from "vitest";
import { planAdministration } from "../../src/cli/administration-plan.ts";
import { con } from "../../src/cli/con.ts";
import { preview, type Style } from "../../src/preview/preview.ts";
import {
  sketchAdministration,
  sketchConsume,
  sketchPublish,
  type Sketch,
} from "../../src/preview/sketch.ts";
import { columnsOf } from "../../src/ui/terminal-size.ts";
import { parseCon, planAsking, planCon, planPub } from "../support/plan.ts";

/** Sketches of command lines; no word holds a blank. */
const consume = (words: string): Sketch => sketchConsume(planCon(words.split(" ")));
const publish = (words: string): Sketch => sketchPublish(planPub(words.split(" ")));
const administer = (words: string): Sketch => {
  const parsed = parseCon(words.split(" "));
  const plan = planAdministration(con, parsed, { keys: parsed.options.routingKey });
  if (plan === undefined) throw new Error("nothing to administer");
  return sketchAdministration("amqp-con", plan);
};

interface Place {
  readonly isTerminal: boolean;
  readonly isUtf8: boolean;
  readonly columns?: number | undefined;
}

/** What a dry run writes, as lines; by default into a pipe, with a UTF-8 locale. */
async function show(sketch: Sketch, style: Style = "text", where: Partial<Place> = {}) {
  const { isTerminal, isUtf8, columns }: Place = { isTerminal: false, isUtf8: true, ...where };
  const seen = { stdout: "", stderr: "" };
  const log = { warn: (line: string) => (seen.stderr += `${line}\n`) };
  const output = {
    isTerminal,
    columns: columnsOf({ columns }),
    write: async (text: Buffer | string) => {
      seen.stdout += text.toString();
    },
  };
  const code = await preview(sketch, style, {
    log,
    output,
    env: { LANG: isUtf8 ? "C.UTF-8" : "C" },
  });
  expect(code).toBe(0);
  return { lines: seen.stdout.split("\n"), warnings: seen.stderr };
}

describe("a dry run", () => {
  it("draws publishers, exchange, keys, queue and consumer, and lists the steps", async () => {
    const sketch = consume("-q tasks -Q -e logs -E -t topic --bind-queue -k a -k b --prefetch 1");
    const { lines, warnings } = await show(sketch);
    expect(lines).toEqual([
      "               ╭────────────────╮      ┌─────────────┐",
      " publishers ──▶│ logs           ├─ a ─▶│ tasks       ├──▶ amqp-con",
      "               │ topic exchange ├─ b ─▶│ transient   │    prefetch 1",
      "               │ transient      │      │ auto-delete │",
      "               │ auto-delete    │      └─────────────┘",
      "               ╰────────────────╯",
      "",
      "Would connect to localhost:5672, vhost /, as guest",
      "Would create exchange: logs (topic exchange, transient, auto-delete)",
      "Would create queue: tasks (transient, auto-delete)",
      "Would bind Queue [tasks] to Exchange [logs] a",
      "Would bind Queue [tasks] to Exchange [logs] b",
      "Would consume from queue: tasks",
      "",
    ]);
    expect(warnings).toBe("");
  });

  it("draws the default exchange, which knows every queue by its name", async () => {
    const { lines } = await show(publish("-k hello --nb-messages 3 --confirm"));
    expect(lines).toEqual([
      "                      ╭────────────────────╮   ┌────────────┐",
      " amqp-pub ─── hello ─▶│ (default exchange) ├──▶│ hello      │",
      " 3 messages           │ by queue name      │   │ must exist │",
      " confirmed            ╰────────────────────╯   └────────────┘",
      "",
      "Would connect to localhost:5672, vhost /, as guest",
      "Would send 3 messages to the default exchange with key hello",
      "",
    ]);
  });

  it("draws where alternate exchange and dead letters lead", async () => {
    const { lines } = await show(
      consume(
        "-q t -Q --dead-letter-exchange dlx --dead-letter-routing-key dead -e logs -E --alternate-exchange rest --bind-queue -k a",
      ),
    );
    expect(lines).toContain("╭──────╮                        ╭────────────╮");
    expect(lines).toContain("│ logs ├─ what no queue takes ─▶│ rest       │");
    expect(lines).toContain("│ t ├─ rejected, expired: dead ─▶│ dlx        │");
  });

  it("draws the source of --bind-exchange", async () => {
    const words = "-e logs -E --bind-exchange amq.fanout -q t --bind-queue -k a";
    const { lines } = await show(consume(words), "ascii");
    expect(lines.filter((line) => line.includes("amq.fanout"))).toEqual([
      "| amq.fanout      |",
      "Would bind Exchange [logs] to Exchange [amq.fanout] a",
    ]);
  });

  it("draws handlers, forwarding and the queue of their failures", async () => {
    const { lines } = await show(
      consume("-q t --jobs 2 --dead-letter :failed -- ./work.sh s3cret"),
    );
    expect(lines.join("\n")).toContain("runs ./work.sh\n 2 at once\n  │ failed: failed\n");
    expect(lines).toContain("Would run ./work.sh for each message");
    expect(lines.join("\n")).not.toContain("s3cret");
  });

  it("draws every queue that is consumed", async () => {
    const { lines } = await show(consume("-q a -q b --prefetch 1"));
    expect(lines.filter((line) => line.includes("amqp-con"))).toHaveLength(2);
    expect(lines).toEqual(expect.arrayContaining(["Would consume from queues: a, b"]));
  });

  it("draws the server of a request, and the way of its reply", async () => {
    const { lines } = await show(sketchPublish(planAsking(["-k", "sums"])), "mermaid");
    expect(lines.slice(-6)).toEqual([
      '  n4["server"]',
      '  n1 -- "sums" --> n2',
      "  n2 --> n3",
      "  n3 --> n4",
      '  n4 -- "reply" --> n1',
      "",
    ]);
  });

  it("knows that requests are confirmed, and that those without a queue are told", async () => {
    const { lines, warnings } = await show(sketchPublish(planAsking(["-k", "q", "--mandatory"])));
    expect(lines.slice(0, 4)).toEqual([" amqp-pub", " one message", " confirmed", " mandatory"]);
    expect(warnings).toBe("");
  });

  it("names a queue that the broker will name as the broker does", async () => {
    const { lines } = await show(consume("-Q -e amq.fanout --bind-queue"));
    expect(lines).toContain("Would create queue: amq.gen-... (transient, auto-delete)");
    expect(lines).toContain(
      "Would bind Queue [amq.gen-...] to Exchange [amq.fanout]␣".replace("␣", " "),
    );
  });

  it("lists what administration would do, in its order", async () => {
    const sketch = administer(
      "-q q -e e -k a --delete-queue --if-empty --if-unused --unbind --purge --depth --delete-exchange",
    );
    expect((await show(sketch)).lines).toEqual([
      "Would connect to localhost:5672, vhost /, as guest",
      "Would unbind Queue [q] from Exchange [e] a",
      "Would purge queue: q",
      "Would print depth of queue: q",
      "Would delete queue: q, if empty and unused",
      "Would delete exchange: e, if unused",
      "",
    ]);
    const checked = administer("-q q -Q -e e -E --passive --declare-only");
    expect((await show(checked)).lines).toEqual(
      expect.arrayContaining(["Would look for exchange: e", "Would look for queue: q"]),
    );
  });

  it.each([
    ["-m x", "one message to the default exchange without key"],
    [
      "--json",
      "each record as a message to its own exchange and key, or else to the default exchange",
    ],
    [
      "--json -e logs -k a",
      "each record as a message to its own exchange and key, or else to exchange logs with key a",
    ],
    ["-f a b --nb-messages 3 -e logs", "2 files, 3 times to exchange logs without key"],
    [
      "-m x -e logs -k a --cc b --bcc c",
      "one message to exchange logs with key a, and with keys b, c",
    ],
    ["-l --key-delimiter : -e logs", "each line as a message to exchange logs with its own key"],
  ])("draws no queue where none is known: amqp-pub %s", async (flags, sending) => {
    const { lines } = await show(publish(flags));
    expect(lines).toContain(`Would send ${sending}`);
    expect(lines.join("\n")).not.toContain("amq.gen");
  });

  it("warns of mistakes on stderr, and of what the run would warn of", async () => {
    const { lines, warnings } = await show(publish("--userpass alice:s3cret --mandatory"));
    expect(warnings).toContain("the connection is not secured.");
    expect(warnings).toContain("without -k, -q or -e the message reaches no queue.");
    expect(warnings).toContain("--mandatory tells of messages");
    expect(lines.join("\n")).toContain("as alice");
    expect(lines.join("\n") + warnings).not.toContain("s3cret");
  });

  it("is a Mermaid diagram and nothing else when asked for one", async () => {
    const { lines } = await show(consume("-q t"), "mermaid");
    expect(lines).toEqual([
      "flowchart LR",
      '  n1["publishers"]',
      '  n2(["(default exchange)<br>by queue name"])',
      '  n3[("t<br>must exist")]',
      '  n4["amqp-con<br>prefetch 256"]',
      '  n1 -- "t" --> n2',
      "  n2 --> n3",
      "  n3 --> n4",
      "",
    ]);
  });

  it.each([
    ["text", true, false, "─"],
    ["text", false, true, "─"],
    ["text", false, false, "-"],
    ["ascii", true, true, "-"],
  ] as const)("as %s, on a terminal: %s, in UTF-8: %s, is drawn with %s", async (...given) => {
    const [style, isTerminal, isUtf8, stroke] = given;
    const { lines } = await show(consume("-q é"), style, { isTerminal, isUtf8 });
    expect(lines.join("\n")).toContain(stroke.repeat(8));
    const isPlain = stroke === "-";
    expect(/^[ -~]*$/.test(lines.join(""))).toBe(isPlain);
    expect(lines).toContain(`Would consume from queue: ${isPlain ? String.raw`\u00e9` : "é"}`);
  });

  it("is as wide as the terminal at most, and 80 columns elsewhere", async () => {
    const sketch = consume(`-q ${"q".repeat(30)} -e ${"e".repeat(30)} --bind-queue`);
    const widest = async (columns?: number): Promise<number> => {
      const { lines } = await show(sketch, "text", { isTerminal: columns !== undefined, columns });
      return Math.max(...lines.slice(0, lines.indexOf("")).map((line) => line.length));
    };
    expect(await widest(40)).toBeLessThanOrEqual(40);
    expect(await widest()).toBeLessThanOrEqual(80);
    expect(await widest(0)).toBe(await widest());
    expect(await widest(140)).toBeGreaterThan(80);
    expect(await widest(1)).toBeLessThanOrEqual(20);
  });

  it("cannot be broken out of by names", async () => {
    const evil = "\u001b[2J\t\u202eevil";
    const argv = ["-q", evil, "-e", evil, "-E", "--bind-queue", "-k", `${evil}\n`];
    const sketch = sketchConsume(planCon(argv));
    const { lines } = await show(sketch);
    expect(lines.join("\n")).not.toMatch(/[^\P{C}\n]/u);
    expect(lines).toContain(String.raw`Would consume from queue: \x1b[2J\t\u202eevil`);
  });
});
