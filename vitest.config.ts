// How tests run. `npm test -- test/cli` runs a folder; the pure ones need no broker and start none.
import { defineConfig } from "vitest/config";

// Those that neither need a broker nor the built binaries. All others get the shared broker.
const pure = [
  "test/*.test.ts",
  "test/cli/**/*.test.ts",
  "test/docs/**/*.test.ts",
  "test/amqp/**/*.test.ts",
  "test/preview/**/*.test.ts",
  "test/source/**/*.test.ts",
  "test/sink/**/*.test.ts",
  "test/time/**/*.test.ts",
  "test/select/**/*.test.ts",
  "test/message/**/*.test.ts",
  "test/measure/**/*.test.ts",
  "test/ui/**/*.test.ts",
  "test/work/**/*.test.ts",
  "test/chaos/audit.test.ts",
  "test/support/{child,run,name,loopback,fault-*,misbehave*}.test.ts",
];

export default defineConfig({
  test: {
    reporters: ["default", "./test/support/tally.ts"],
    pool: "forks",
    maxWorkers: 2,
    expect: { requireAssertions: true },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      { extends: true, test: { name: "pure", include: pure } },
      {
        extends: true,
        test: {
          name: "broker",
          include: ["test/**/*.test.ts"],
          exclude: pure,
          globalSetup: "./test/support/global-setup.ts",
        },
      },
    ],
  },
});
