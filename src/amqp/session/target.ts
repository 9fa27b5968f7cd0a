// One broker to try.

/** Where it is, and as whom. Holds no secret: it is named in errors. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly vhost: string;
  readonly username: string;
  readonly flags: TargetFlags;
}

/** Which flags say so: hints name them. */
export interface TargetFlags {
  readonly host: "--server-name" | "--url";
  readonly port: "--port-number" | "--url";
  /** Undefined when the certificate must be for the host's name. */
  readonly subjectname: "--subjectname" | undefined;
  /** Undefined when the broker is shown no certificate. */
  readonly certificate: "--cert and --key" | "--pfx" | undefined;
}
