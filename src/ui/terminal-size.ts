// How large a terminal is. One that does not know says 0 (often a new one of expect, Python or CI), what is not a terminal says
// nothing: both are taken for one of the usual size.

/** A stream, as far as it knows its size. */
export interface Sized {
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

export function columnsOf({ columns }: Sized): number {
  return columns || 80;
}

export function rowsOf({ rows }: Sized): number {
  return rows || 24;
}
