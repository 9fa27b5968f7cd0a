// Where a broker is, as people read and write it.

/** `host:port` as in a URL: an IPv6 address in brackets. */
export function addressOf({
  host,
  port,
}: {
  readonly host: string;
  readonly port: number;
}): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
