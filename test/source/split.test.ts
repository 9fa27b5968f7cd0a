// Cutting input into lines: the same lines, whatever pieces it comes in.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { Splitter } from "../../src/source/split.ts";

/** The obvious way, for input that fits into memory. */
function cutWhole(input: Buffer, delimiter: Buffer): readonly Buffer[] {
  const found: Buffer[] = [];
  let start = 0;
  for (let end = input.indexOf(delimiter); end >= 0; end = input.indexOf(delimiter, start)) {
    found.push(input.subarray(start, end));
    start = end + delimiter.length;
  }
  return start < input.length ? [...found, input.subarray(start)] : found;
}

function cutPieces(pieces: readonly Buffer[], delimiter: Buffer): readonly Buffer[] {
  const splitter = new Splitter(delimiter);
  const found = pieces.flatMap((piece) => [...splitter.cut(piece)]);
  const rest = splitter.rest();
  return rest ? [...found, rest] : found;
}

/** Few values, so that delimiters, and beginnings of delimiters, are everywhere. */
const bytes = (minLength: number, maxLength: number) =>
  fc.array(fc.nat(2), { minLength, maxLength }).map((values) => Buffer.from(values));

it("finds the same lines whatever pieces the input comes in, and whatever the delimiter", () => {
  fc.assert(
    fc.property(fc.array(bytes(0, 8), { maxLength: 12 }), bytes(1, 4), (pieces, delimiter) => {
      expect(cutPieces(pieces, delimiter)).toEqual(cutWhole(Buffer.concat(pieces), delimiter));
    }),
    { numRuns: 3000 },
  );
});

it("gives back every byte of lines that are no text", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 100 })), (pieces) => {
      const input = pieces.map((piece) => Buffer.from(piece));
      const newline = Buffer.from("\n");
      expect(cutPieces(input, newline)).toEqual(cutWhole(Buffer.concat(input), newline));
    }),
  );
});

it("holds no more of a line than a message may have", () => {
  const splitter = new Splitter(Buffer.from("\n"), 6);
  const cut = (piece: string) => [...splitter.cut(Buffer.from(piece))].map(String);
  // Of each line on its own.
  expect([cut("abc"), cut("def"), cut("\nghi"), cut("jkl")]).toEqual([[], [], ["abcdef"], []]);
  expect(() => cut("m")).toThrow("longer than any message that RabbitMQ takes");
});

it("holds a line that comes in very many pieces", () => {
  const pieces = Array.from({ length: 10_000 }, () => Buffer.from("0123456789"));
  const [line, ...others] = cutPieces([...pieces, Buffer.from("\n")], Buffer.from("\n"));
  expect(line).toEqual(Buffer.concat(pieces));
  expect(others).toEqual([]);
});
