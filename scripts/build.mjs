// Builds dist/: one CommonJS file a binary, with what it needs inside. Why: docs/adr/0002-one-file-a-binary.md.
import { chmod } from "node:fs/promises";
import { build } from "esbuild";

const root = new URL("..", import.meta.url).pathname;
await build({
  absWorkingDir: root,
  entryPoints: ["bin/amqp-pub.ts", "bin/amqp-con.ts"],
  outdir: "dist",
  outExtension: { ".js": ".cjs" },
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20.19",
  minifyWhitespace: true,
  minifySyntax: true,
  banner: { js: "#!/usr/bin/env node" },
  legalComments: "linked",
});
await Promise.all(["amqp-pub", "amqp-con"].map((name) => chmod(`${root}dist/${name}.cjs`, 0o755)));
