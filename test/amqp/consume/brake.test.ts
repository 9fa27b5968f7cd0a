// The brake: reads while there is room, stops when there is none, and sips so that the broker stays.
import { EventEmitter, once } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Brake } from "../../../src/amqp/consume/brake.ts";

const MIB = 1024 * 1024;

class PretendedValve {
  isOpen = true;
  get isClosed(): boolean {
    return !this.isOpen;
  }
  close(): void {
    this.isOpen = false;
  }
  open(): void {
    this.isOpen = true;
  }
}

describe("the brake", () => {
  let valve = new PretendedValve();
  let brake = new Brake(valve);
  beforeEach(() => {
    vi.useFakeTimers();
    valve = new PretendedValve();
    brake = new Brake(valve);
  });
  afterEach(() => {
    brake.release();
    vi.useRealTimers();
  });

  it("does nothing while little waits", () => {
    for (let i = 0; i < 256; i++) brake.arrived(13);
    expect([valve.isOpen, brake.isOn, vi.getTimerCount()]).toEqual([true, false, 0]);
  });

  it.each([
    [MIB, 4],
    [13, 8000],
  ])("stops reading before many messages of %d bytes fill the memory", (bytes, most) => {
    let count = 0;
    for (; valve.isOpen && count < 1e6; count++) brake.arrived(bytes);
    expect(count).toBeLessThanOrEqual(most);
    expect(brake.isOn).toBe(true);
  });

  it("reads on when nothing waits any longer", () => {
    brake.arrived(8 * MIB);
    brake.release();
    expect([valve.isOpen, brake.isOn, vi.getTimerCount()]).toEqual([true, false, 0]);
    brake.arrived(MIB);
    expect(valve.isOpen).toBe(true);
  });

  it("is off while an answer is awaited that comes behind what waits, and on again then", async () => {
    const asked = new EventEmitter();
    brake.arrived(8 * MIB);
    const lifted = brake.liftFor(once(asked, "answer"));
    brake.arrived(8 * MIB);
    expect([valve.isOpen, brake.isOn, vi.getTimerCount()]).toEqual([true, false, 0]);
    asked.emit("answer", "yes");
    expect(await lifted).toEqual(["yes"]);
    expect([valve.isOpen, brake.isOn]).toEqual([false, true]);
  });

  it("reads one and a half MiB every twelve seconds meanwhile", () => {
    brake.arrived(8 * MIB);
    for (let sip = 0; sip < 3; sip++) {
      vi.advanceTimersByTime(11_999);
      expect(valve.isOpen).toBe(false);
      vi.advanceTimersByTime(1);
      brake.arrived(MIB);
      expect(valve.isOpen).toBe(true);
      brake.arrived(MIB);
      expect(valve.isOpen).toBe(false);
    }
  });
});
