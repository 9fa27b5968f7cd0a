// Threading: every edge on one path, and a node's notes shown once.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { thread, type Edge, type Node } from "../../src/preview/graph.ts";

const node = (id: string): Node => ({ id, shape: "queue", title: id, notes: [`about ${id}`] });
const edge = (from: string, to: string): Edge => ({ from: node(from), to: node(to), labels: [""] });

/** `a b | c`: paths as the ids they go through, `!` where the notes are shown. */
const show = (edges: readonly Edge[], nodes: readonly Node[] = []): string =>
  thread({ nodes, edges })
    .map(({ from, steps }) =>
      [from, ...steps.map(({ to }) => to)]
        .map(({ id, notes }) => id + (notes.length > 0 ? "!" : ""))
        .join(" "),
    )
    .join(" | ");

describe("paths", () => {
  it("go on as far as there are edges", () => {
    expect(show([edge("a", "b"), edge("b", "c")])).toBe("a! b! c!");
  });

  it("begin where nothing leads to", () => {
    expect(show([edge("b", "c"), edge("a", "b")])).toBe("a! b! c!");
  });

  it("begin again at each further edge, without notes for what was shown before", () => {
    expect(show([edge("a", "b"), edge("b", "c"), edge("b", "d")])).toBe("a! b! c! | b d!");
    expect(show([edge("a", "c"), edge("b", "c")])).toBe("a! c! | b! c");
  });

  it("end in circles too", () => {
    expect(show([edge("a", "b"), edge("b", "a")])).toBe("a! b! a");
    expect(show([edge("a", "a")])).toBe("a! a");
  });

  it("are single nodes where no edge leads to or from", () => {
    expect(show([edge("a", "b")], [node("b"), node("x")])).toBe("a! b! | x!");
    expect(show([])).toBe("");
  });

  it("have every edge once, and the notes of every node once", () => {
    const id = fc.constantFrom("a", "b", "c", "d", "e");
    fc.assert(
      fc.property(fc.array(fc.tuple(id, id)), (pairs) => {
        const edges = pairs.map(([from, to]) => edge(from, to));
        const paths = thread({ nodes: [], edges });
        const walked = paths.flatMap(({ from, steps }) =>
          steps.map(({ to }, i) => [(steps[i - 1]?.to ?? from).id, to.id].join()),
        );
        expect(walked.toSorted()).toEqual(pairs.map((pair) => pair.join()).toSorted());
        const noted = paths
          .flatMap(({ from, steps }) => [from, ...steps.map(({ to }) => to)])
          .filter(({ notes }) => notes.length > 0);
        expect(noted).toHaveLength(new Set(pairs.flat()).size);
      }),
    );
  });
});
