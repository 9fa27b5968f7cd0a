// Durations and sizes as people write them; shared by the flag makers.
import { ValueError } from "../errors.ts";

const milliseconds: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const bytes: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
};

/** `0.5`, `250ms`, `2m` → milliseconds; `plainUnitMs` is what a plain number counts in. */
export function readDuration(value: string, plainUnitMs: number): number {
  const [, number = "", unit = ""] = /^(\d+\.?\d*|\.\d+)(ms|s|m|h|d)?$/.exec(value) ?? [];
  const plain = plainUnitMs === 1 ? "500" : "0.5";
  if (number === "")
    throw new ValueError(`expected a duration such as ${plain}, 250ms, 5s, 2m or 1h`);
  return times(number, milliseconds[unit] ?? plainUnitMs);
}

/** `100`, `64KiB`, `1MB` → whole bytes. */
export function readSize(value: string): number {
  const [, number = "", unit = "b"] = /^(\d+\.?\d*)(b|kb|mb|gb|kib|mib|gib)?$/i.exec(value) ?? [];
  const size = times(number, bytes[unit.toLowerCase()] ?? 1);
  if (number === "" || !Number.isSafeInteger(size))
    throw new ValueError("expected a size such as 100, 64KiB or 1MB");
  return size;
}

/** As people reckon: `2.01` times 1000 is 2010, and not 2009.9999999999998. */
function times(number: string, factor: number): number {
  const product = Number(number) * factor;
  return number.includes(".") ? Number(product.toPrecision(15)) : product;
}

/** Whole bytes as readSize takes them: `64MiB`, or plain where that is not exact. */
export function writeSize(size: number): string {
  const units = ["GiB", "MiB", "KiB"] as const;
  const powers = { GiB: 1024 ** 3, MiB: 1024 ** 2, KiB: 1024 } as const;
  const unit = units.find((name) => size > 0 && size % powers[name] === 0);
  return unit === undefined ? `${size}` : `${size / powers[unit]}${unit}`;
}
