// What every flag of both binaries must be like.
import { describe, expect, it } from "vitest";
import { con } from "../../src/cli/con.ts";
import { groups, kebab, variable, type Flag, type FlagTable } from "../../src/cli/flag.ts";
import { pub } from "../../src/cli/pub.ts";

const programs: readonly { readonly name: string; readonly flags: FlagTable }[] = [pub, con];
const entries: readonly (readonly [string, string, Flag])[] = programs.flatMap(({ name, flags }) =>
  Object.entries(flags).map(([key, flag]) => [name, key, flag] as const),
);
const defaults = entries.filter(([, , { choices, default: value }]) => choices && value);
const texts = entries.flatMap(([name, key, { summary, details }]) => [
  [`${name} --${kebab(key)}`, summary, details ?? ""] as const,
]);

/** Flags whose table entries differ, because both binaries mean something else with the same property of a message. */
const sameMeaning = {
  rate: "messages a second: sent, or taken",
  queue: "the queue that is declared, and bound; a consumer's others exist already",
  routingKey: "the key of the binding; the publisher's is also that of its messages",
  timeout: "how long to wait: the publisher for the replies to a request, the consumer in all",
  format: "how a message is written: the publisher's replies, the consumer's deliveries",
  jobs: "how much at once: the publisher's requests, the consumer's handlers",
  messageTtl:
    "the time a message may live: the publisher sets it per message, the consumer per queue",
};

describe.each(programs)("the flags of $name", ({ flags }) => {
  it("have short forms of one letter, none of them twice", () => {
    const shorts = Object.values(flags).flatMap(({ short }) => short ?? []);
    expect(new Set(shorts).size).toBe(shorts.length);
    expect(shorts.filter((short) => !/^[A-Za-z0-9]$/.test(short))).toEqual([]);
  });

  it("have long forms and variables that differ", () => {
    const keys = Object.keys(flags);
    expect(new Set(keys.map(kebab)).size).toBe(keys.length);
    expect(new Set(keys.map(variable)).size).toBe(keys.length);
    expect(keys.filter((key) => !/^[a-z][A-Za-z]*$/.test(key))).toEqual([]);
  });

  it("leave AMQP_PASSWORD to the password", () => {
    const keys = Object.keys(flags).filter((key) => variable(key) === "AMQP_PASSWORD");
    expect(keys).toEqual(["password"]);
    expect(flags["password"]).toMatchObject({ untyped: true, secret: true });
  });

  it("have a value to show wherever they take one", () => {
    const bare = Object.values(flags).filter(
      ({ takes, placeholder }) => (takes === "none") === (placeholder !== undefined),
    );
    expect(bare).toEqual([]);
  });
});

describe("texts", () => {
  it.each(texts)(
    "%s: a summary of one line that begins small and has no full stop",
    (_, summary) => {
      expect(summary.length).toBeLessThanOrEqual(60);
      expect(summary).toMatch(/^([a-z]|PEM|PKCS|TLS|Sent:|-)/);
      expect(summary).not.toMatch(/\.$(?<!\.\.\.)|\n/);
    },
  );

  it.each(texts.filter(([, , details]) => details !== ""))(
    "%s: details are sentences",
    (_, __, details) => {
      expect(details).toMatch(/^[A-Za-z0-9`-].*[.`]$/);
    },
  );
});

describe("defaults", () => {
  it.each(defaults)("%s: the choices of %s hold its default", (_, __, flag) => {
    expect(flag.choices).toContain(flag.default);
  });

  it.each(entries.filter(([, , flag]) => flag.shownDefault !== undefined))(
    "%s: what is shown as the default of %s would be read as the default",
    (_, __, flag) => {
      expect(flag.read([flag.shownDefault ?? ""])).toEqual(flag.default);
    },
  );
});

describe("both binaries", () => {
  it("use every group", () => {
    const used = new Set(entries.map(([, , { group }]) => group));
    expect(groups.filter((group) => !used.has(group))).toEqual([]);
  });

  it("mean the same with a flag of the same name", () => {
    const flagsOfCon: FlagTable = con.flags;
    const differing = Object.entries<Flag>(pub.flags)
      .filter(([key, flag]) => {
        const other = flagsOfCon[key];
        return other && other !== flag && !other.ignored && !flag.ignored;
      })
      .map(([key]) => key);
    expect(differing.toSorted()).toEqual(Object.keys(sameMeaning).toSorted());
  });

  it("take and abbreviate the same flags by the same letter", () => {
    const flagsOfCon: FlagTable = con.flags;
    const differing = Object.entries<Flag>(pub.flags).filter(
      ([key, flag]) => flagsOfCon[key] && flagsOfCon[key].short !== flag.short,
    );
    expect(differing).toEqual([]);
  });
});
