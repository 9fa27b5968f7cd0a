// A report as its reader sees it: opened in a real headless Chromium, from a file, with whatever a user may have typed.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { describe, expect, test } from "vitest";
import { findChromium, openPage } from "../support/browser.ts";
import { testFolder } from "../support/folder.ts";
import { runToEnd } from "../support/run.ts";
import { sharedBroker } from "../support/shared-broker.ts";
import { createQueue } from "../support/witness.ts";

const chromium = await findChromium();
const HOSTILE = `<img src="https://example.com/x" onerror="document.title='owned'"><script>document.title='owned'</script>`;
/** Where to keep the picture, for people. */
const picture = process.env["REPORT_PICTURE"];

/** The page of a run that publishes some messages with confirms. */
async function makeReport(): Promise<string> {
  const report = join(await testFolder(), "report.html");
  const queue = await createQueue();
  const messages = [
    "-m",
    "tick",
    "--pub-name",
    HOSTILE,
    "--nb-messages",
    "2000",
    "--interval",
    "0",
  ];
  const argv = ["-k", queue, ...messages, "--confirm", "--quiet", "--report", report];
  const { code } = await runToEnd("amqp-pub", argv, { env: { AMQP_URL: sharedBroker().url } });
  expect(code).toBe(0);
  return report;
}

describe.skipIf(chromium === undefined)("a report in a browser", () => {
  test("is one page with its own style, four plots, and nothing that acts or loads", async () => {
    const report = await makeReport();
    const page = await openPage(chromium ?? "", report);
    expect(page.complaints).toEqual([]);
    expect(page.requests).toEqual([new URL(`file://${report}`).href]);
    expect(await page.evaluate("document.title")).toMatch(/^amqp-pub on 20/);
    expect(await page.evaluate("document.querySelectorAll('script,img,link,iframe').length")).toBe(
      0,
    );
    expect(await page.evaluate("document.body.textContent")).toContain(HOSTILE);
    // The style was applied: its policy did not forbid it.
    expect(await page.evaluate("getComputedStyle(document.querySelector('dl')).display")).toBe(
      "grid",
    );
    const sizes =
      "[...document.querySelectorAll('svg')].map((svg) => svg.getBoundingClientRect().width > 500)";
    expect(await page.evaluate(sizes)).toEqual([true, true, true, true]);
    const image = await page.screenshot();
    expect(image.subarray(1, 4).toString()).toBe("PNG");
    if (picture !== undefined) await writeFile(picture, image);
  });

  test("that was tampered with is stopped by its own policy", async () => {
    const report = await makeReport();
    const page = await openPage(chromium ?? "", report);
    const script = `Object.assign(document.createElement("script"), { textContent: "document.title = 'owned'" })`;
    await page.evaluate(`document.body.append(${script})`);
    expect(await page.evaluate("document.title")).toMatch(/^amqp-pub on 20/);
  });
});
