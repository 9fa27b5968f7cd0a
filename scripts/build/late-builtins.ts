// An esbuild plugin: modules of Node that most runs never use are loaded when they are first used, not at start.
import { createRequire } from "node:module";
import type { Plugin } from "esbuild";

/** Each with the milliseconds that it takes to load (Node 20.20), and who asks for it at start. */
const late = [
  "node:tls", // 2, amqplib
  "node:crypto", // 1.5, message ids; node:tls needs it too
  "node:fs/promises", // 1.3, password and message files
  "node:zlib", // 1, --compress
  "node:child_process", // 0.5, commander's subcommands
];

/** amqplib asserts twice a message, and never in vain: only a failure is worth loading 1.4 ms of node:assert. */
const assert = `
  module.exports = (value, message) => value || require("node:assert")(value, message);
  module.exports.equal = (a, b, message) => a == b || require("node:assert").equal(a, b, message);
`;

export function lateBuiltins(): Plugin {
  const require = createRequire(import.meta.url);
  return {
    name: "late-builtins",
    setup(build) {
      const filter = new RegExp(`^(${[...late, "node:assert"].join("|")})$`);
      build.onResolve({ filter }, ({ path, namespace }) =>
        namespace === "late" ? { path, external: true } : { path, namespace: "late" },
      );
      build.onLoad({ filter, namespace: "late" }, ({ path }) => {
        if (path === "node:assert") return { contents: assert };
        const accessors = Object.keys(require(path)).map((name) => accessor(path, name));
        // On the prototype, which importers share: each of an object's own properties is copied for each of them (1 ms).
        return { contents: `module.exports = Object.create({${accessors.join("")}});` };
      });
    },
  };
}

function accessor(module: string, name: string): string {
  return `
    get ${name}() { return require("${module}").${name}; },
    set ${name}(value) { require("${module}").${name} = value; },`;
}
