// What the process list shows of a command line.
import { describe, expect, it } from "vitest";
import { conceal } from "../../src/cli/conceal.ts";
import { pub } from "../../src/cli/pub.ts";

describe("the process list", () => {
  it.each([
    [["-k", "q", "--userpass", "a:s3cret"], "-k q --userpass ***"],
    [["--userpass=a:s3cret"], "--userpass=***"],
    [["--userp", "a:s3cret"], "--userp ***"],
    [["-u", "amqp://a:s3cret@h", "-u", "amqp://a:s3cret@i"], "-u *** -u ***"],
    [["-uamqp://a:s3cret@h", "-m", "x"], "-u*** -m x"],
    [["-Qu", "amqp://a:s3cret@h", "-m", "x"], "-Qu *** -m x"],
    [["-Quamqp://a:s3cret@h"], "-Qu***"],
    [["-k", "user"], "-k user"],
    [["--url=amqp://a:s3cret@h/?x=y"], "--url=***"],
    [["-m", "--", "hello"], "-m -- hello"],
  ])("hides the secrets of %j", (argv, shown) => {
    expect(conceal(pub.flags, argv).join(" ")).toBe(shown);
  });
});
