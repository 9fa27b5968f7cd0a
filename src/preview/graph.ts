// Boxes and arrows, and how they are threaded into paths that can be drawn one after the other. Nothing is drawn here.

/** What an arrow leaves or reaches. */
export interface Node {
  /** Tells nodes apart; never shown. */
  readonly id: string;
  readonly shape: "client" | "exchange" | "queue";
  readonly title: string;
  /** Short phrases, shown below the title. */
  readonly notes: readonly string[];
}

/** Arrows from one node to another, one per label; an empty label is an arrow without. */
export interface Edge {
  readonly from: Node;
  readonly to: Node;
  readonly labels: readonly string[];
}

/** Nodes of the same id are one; those that no edge names stand alone. */
export interface Graph {
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
}

/** From one node on to others, each with the labels of its arrows. */
export interface Path {
  readonly from: Node;
  readonly steps: readonly Step[];
}

export interface Step {
  readonly labels: readonly string[];
  readonly to: Node;
}

/** Every edge on just one path. A node that was on a path before is repeated without its notes. */
export function thread({ nodes, edges }: Graph): readonly Path[] {
  const left = new Set(edges);
  const seen = new Set<string>();
  const show = (node: Node): Node => {
    const isNew = !seen.has(node.id);
    seen.add(node.id);
    return isNew ? node : { ...node, notes: [] };
  };
  const follow = (node: Node): readonly Step[] => {
    const edge = [...left].find(({ from }) => from.id === node.id);
    if (!edge) return [];
    left.delete(edge);
    const isOld = seen.has(edge.to.id);
    const step = { labels: edge.labels, to: show(edge.to) };
    return isOld ? [step] : [step, ...follow(edge.to)];
  };
  const paths: Path[] = [];
  for (let edge = first(left); edge; edge = first(left))
    paths.push({ from: show(edge.from), steps: follow(edge.from) });
  const loose = nodes.filter(({ id }) => !seen.has(id)).map((from) => ({ from, steps: [] }));
  return [...paths, ...loose];
}

/** The next edge to begin with: one that nothing leads to, if there is one. */
function first(edges: ReadonlySet<Edge>): Edge | undefined {
  const all = [...edges];
  return all.find(({ from }) => !all.some(({ to }) => to.id === from.id)) ?? all[0];
}
