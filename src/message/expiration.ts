// The expiration of a message: milliseconds, as text.

/** Ten years: no RabbitMQ takes more, up to 4.3 at least. */
export const MAX_EXPIRATION_MS = 315_360_000_000;

/** Does a broker take it? It may have a sign; before RabbitMQ 4.0 it comes out of a queue as it went in. */
export function isExpiration(text: string): boolean {
  const ms = Number(text);
  return /^[+-]?\d+$/.test(text) && ms >= 0 && ms <= MAX_EXPIRATION_MS;
}
