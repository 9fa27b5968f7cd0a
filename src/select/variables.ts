// What an expression of --where may name. What it stands for in a message is made in where.ts.

interface Variable {
  /** In CEL. */
  readonly type: string;
  /** What it is, for the details of --where. */
  readonly words: string;
}

export const variables = {
  key: { type: "string", words: "the routing key" },
  exchange: { type: "string", words: "where it was published" },
  queue: { type: "string", words: "where it comes from" },
  redelivered: { type: "bool", words: "whether it came before" },
  properties: { type: "map<string, dyn>", words: "by name" },
  headers: { type: "map<string, dyn>", words: "by name" },
  body: { type: "string", words: "as text" },
  json: { type: "dyn", words: "the body's JSON" },
} as const satisfies Readonly<Record<string, Variable>>;
