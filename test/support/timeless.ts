/** Standard error with `…` for how long a run took and how fast it was, which is another figure each time. */
export function timeless(stderr: string): string {
  return stderr.replaceAll(/^Duration: [\d.]+ s, [\d.]+ messages/gm, "Duration: … s, … messages");
}
