// Mermaid flowcharts to the letter, and that no name can be read as Mermaid.
import { describe, expect, it } from "vitest";
import type { Node } from "../../src/preview/graph.ts";
import { toMermaid } from "../../src/preview/mermaid.ts";

const node = (shape: Node["shape"], title: string, ...notes: readonly string[]): Node => ({
  id: `${shape} ${title}`,
  shape,
  title,
  notes,
});

describe("a flowchart", () => {
  it("has each node once and an arrow for each label", () => {
    const [pub, logs] = [node("client", "amqp-pub"), node("exchange", "logs", "topic exchange")];
    const tasks = node("queue", "tasks", "durable", "exclusive");
    const text = toMermaid({
      nodes: [tasks, node("queue", "loose")],
      edges: [
        { from: pub, to: logs, labels: [""] },
        { from: logs, to: tasks, labels: ["a.*", "b"] },
      ],
    });
    expect(text.split("\n")).toEqual([
      "flowchart LR",
      '  n1["amqp-pub"]',
      '  n2(["logs<br>topic exchange"])',
      '  n3[("tasks<br>durable, exclusive")]',
      '  n4[("loose")]',
      "  n1 --> n2",
      '  n2 -- "a.#42;" --> n3',
      '  n2 -- "b" --> n3',
      "",
    ]);
  });

  it("shows whatever names hold, and reads none of it", () => {
    const evil = node("queue", `"] end\n<b>\`#;\u001b%%{init}日本`);
    expect(toMermaid({ nodes: [evil], edges: [] }).split("\n")[1]).toBe(
      '  n1[("#34;#93; end#92;n#60;b#62;#96;#35;#59;#92;x1b#37;#37;#123;init#125;日本")]',
    );
  });
});
