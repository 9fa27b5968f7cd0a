// Markup that nothing can break out of.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Markup, markup } from "../../src/measure/markup.ts";

const hostile = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom("<", ">", "&", '"', "'", "`", "=", "\u0000", "\u202e", "-") }),
  fc.constantFrom("<script>alert(1)</script>", '" onload="x', "</style>", "<!--", "]]>", "&lt;"),
);

describe("a text in markup", () => {
  it("is a text, whatever it holds", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const { text: page } = markup`<p title="${text}">${text}</p>`;
        expect(page.match(/[<>]/g)).toHaveLength(4);
        expect(page.match(/["']/g)).toHaveLength(2);
        expect(page.replace(/&(amp|lt|gt|quot|#39);/g, "")).not.toContain("&");
      }),
    );
  });

  it("is in one line and has no control or reordering characters", () => {
    expect(markup`${"a\u001b[2J\n\u202eb"}`.text).toBe(String.raw`a\x1b[2J\n\u202eb`);
  });
});

describe("other values", () => {
  it("are written as they are, lists line by line, and nothing for undefined", () => {
    const list = [markup`<li>${1}</li>`, markup`<li>${"<"}</li>`];
    expect(markup`<ul>${list}</ul>${undefined}`.text).toBe("<ul><li>1</li>\n<li>&lt;</li></ul>");
    expect(markup`${new Markup("<b>")}`.text).toBe("<b>");
  });
});
