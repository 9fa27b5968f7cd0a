// TLS flags → what node:tls wants. Verification is on unless --insecure: `rejectUnauthorized` is always passed, so that
// NODE_TLS_REJECT_UNAUTHORIZED in the environment cannot switch it off.
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import {
  createSecureContext,
  rootCertificates,
  type SecureContext,
  type SecureContextOptions,
} from "node:tls";
import { messageOf, reasonOf, UsageError } from "../../errors.ts";
import { openInput, readWhole } from "../../input.ts";
import { readSecretFile } from "./credentials.ts";

/** The files and names that TLS is made from. */
export interface TlsPlan {
  readonly cafile: string | undefined;
  readonly subjectname: string | undefined;
  readonly insecure: boolean;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly pfx: string | undefined;
  readonly passphraseFile: string | undefined;
}

/** What tls.connect gets. */
export interface TlsOptions {
  readonly rejectUnauthorized: boolean;
  readonly secureContext: SecureContext;
  readonly servername?: string;
}

/** Where Debian, Red Hat, SUSE and Alpine keep the system's CAs as one PEM file. */
const systemBundles = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

/** Reads every file once. @throws UsageError naming flag and file when one is missing, or is not what it should be */
export async function loadTls(plan: TlsPlan): Promise<TlsOptions> {
  const ca =
    plan.cafile === undefined
      ? await readSystemCas()
      : String(await readFrom("--cafile", plan.cafile));
  if (plan.cafile !== undefined && !ca.includes("-----BEGIN CERTIFICATE-----")) {
    throw new UsageError(`--cafile "${plan.cafile}": holds no PEM certificate`);
  }
  const options: SecureContextOptions = {
    minVersion: "TLSv1.2",
    ca,
    ...(plan.cert !== undefined && { cert: String(await readFrom("--cert", plan.cert)) }),
    ...(plan.key !== undefined && { key: String(await readFrom("--key", plan.key)) }),
    ...(plan.pfx !== undefined && {
      pfx: await readFrom("--pfx", plan.pfx),
    }),
    ...(plan.passphraseFile !== undefined && {
      passphrase: (await readSecretFile(plan.passphraseFile, "--passphrase-file")).reveal(),
    }),
  };
  const secureContext = makeContext(plan, options);
  checkPair(plan, options);
  return {
    rejectUnauthorized: !plan.insecure,
    secureContext,
    ...(plan.subjectname !== undefined && { servername: plan.subjectname }),
  };
}

/** Wrong keys and passphrases are found here, before any connection. */
function makeContext(plan: TlsPlan, options: SecureContextOptions): SecureContext {
  try {
    return createSecureContext(options);
  } catch (error) {
    const given = (["pfx", "cert", "key"] as const).filter((name) => plan[name] !== undefined);
    const culprits = given.length > 0 ? given : (["cafile"] as const);
    const files = culprits.map((name) => `--${name} "${plan[name]}"`).join(", ");
    const reason = messageOf(error);
    throw new UsageError(`${files}: cannot be used (${reason})`, wayOut(plan, reason), error);
  }
}

/** OpenSSL's words in plain ones. */
function wayOut({ pfx, passphraseFile }: TlsPlan, reason: string): string | undefined {
  if (/passphrase|decrypt|mac verify/i.test(reason))
    return passphraseFile === undefined
      ? "give its passphrase with --passphrase-file"
      : "the passphrase in --passphrase-file is wrong";
  if (/mismatch/i.test(reason)) return "the key is not that of the certificate";
  if (pfx !== undefined) return "--pfx is PKCS #12; PEM files are given with --cert and --key";
  return /no start line|asn1|bad base64|unsupported/i.test(reason)
    ? "both must be PEM: the certificate, and its private key"
    : undefined;
}

/** OpenSSL compares keys of one kind only, and would send no certificate for a key of another. @throws UsageError */
function checkPair({ cert: certFile, key: keyFile }: TlsPlan, options: SecureContextOptions): void {
  const { cert, key, passphrase } = options;
  if (typeof cert !== "string" || typeof key !== "string") return;
  const files = `--cert "${certFile}", --key "${keyFile}"`;
  const secret = passphrase !== undefined && { passphrase };
  let isPair = false;
  try {
    isPair = new X509Certificate(cert).checkPrivateKey(createPrivateKey({ key, ...secret }));
  } catch (error) {
    // OpenSSL takes an empty file for no certificate.
    throw new UsageError(`${files}: cannot be used (${messageOf(error)})`, undefined, error);
  }
  if (!isPair) throw new UsageError(`${files}: the key is not that of the certificate`);
}

async function readFrom(flag: string, path: string): Promise<Buffer> {
  try {
    return await readWhole(await openInput(path));
  } catch (error) {
    throw new UsageError(`${flag} "${path}": ${reasonOf(error)}`, undefined, error);
  }
}

/** The system's CAs and those that Node brings along; Node 20 knows only the latter by itself. */
async function readSystemCas(): Promise<string> {
  const bundles = await Promise.all(
    systemBundles.map((path) => readFile(path, "utf8").catch(() => "")),
  );
  return [bundles.find((bundle) => bundle !== "") ?? "", ...rootCertificates].join("\n");
}
