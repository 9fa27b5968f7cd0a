// One broker to try.

/** Where it is, and as whom. Holds no secret: it is named in errors. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly vhost: string;
  readonly username: string;
}
