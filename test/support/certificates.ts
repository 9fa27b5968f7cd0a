// Certificates for TLS tests, made with the openssl command: one authority, what it signed, and what must be refused.
// Elliptic-curve keys, because they take milliseconds to make.
import { execFile } from "node:child_process";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { needProgram } from "./broker/installed.ts";

/** A certificate and its key; paths of PEM files. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/** Everything that a TLS test needs; plain data, so that it can be given to vitest's workers. */
export interface Certificates {
  readonly folder: string;
  /** Our own authority. */
  readonly ca: string;
  /** An authority that signed nothing here. */
  readonly evilCa: string;
  /** For localhost and 127.0.0.1. */
  readonly server: CertificateFiles;
  /** Good, but for `broker.example` only. */
  readonly otherName: CertificateFiles;
  /** For localhost, ended yesterday. */
  readonly expired: CertificateFiles;
  /** For localhost, signed by the evil authority. */
  readonly evilServer: CertificateFiles;
  /** A client's, common name `client`; its key has no passphrase. */
  readonly client: CertificateFiles;
  /** The client's certificate with its key encrypted by `passphrase`. */
  readonly lockedClient: CertificateFiles;
  /** The client's certificate and key in one PKCS#12 file, locked by `passphrase`. */
  readonly clientPfx: string;
  readonly passphrase: string;
}

const here = "subjectAltName = DNS:localhost, IP:127.0.0.1, IP:::1";
const elsewhere = "subjectAltName = DNS:broker.example";
const forClients = "extendedKeyUsage = clientAuth";
const passphrase = "open sesame";
const newKey = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";

/** Makes all of them in a new temporary folder, which the caller removes; well under a second. */
export async function createCertificates(say: (line: string) => void): Promise<Certificates> {
  await needProgram("openssl", "tests of TLS need the openssl command (package openssl)", say);
  const folder = await mkdtemp(path.join(tmpdir(), "amqp-pubcon-tls-"));
  const [good, evil] = await Promise.all([
    createAuthority(folder, "ca"),
    createAuthority(folder, "evil-ca"),
  ]);
  const [server, otherName, expired, evilServer, client] = await Promise.all([
    issue(folder, { name: "server", subject: "localhost", extension: here, by: good }),
    issue(folder, {
      name: "other-name",
      subject: "broker.example",
      extension: elsewhere,
      by: good,
    }),
    issue(folder, { name: "expired", subject: "localhost", extension: here, by: good, days: -1 }),
    issue(folder, { name: "evil-server", subject: "localhost", extension: here, by: evil }),
    issue(folder, { name: "client", subject: "client", extension: forClients, by: good }),
  ]);
  const clientPfx = path.join(folder, "client.p12");
  const lockedKey = path.join(folder, "client.locked.key");
  const passout = `pass:${passphrase}`;
  await Promise.all([
    openssl("pkcs12 -export", { in: client.cert, inkey: client.key, out: clientPfx, passout }),
    openssl("pkcs8 -topk8", { in: client.key, out: lockedKey, passout }),
  ]);
  const lockedClient = { cert: client.cert, key: lockedKey };
  const issued = { server, otherName, expired, evilServer, client, lockedClient };
  return { folder, ca: good.cert, evilCa: evil.cert, ...issued, clientPfx, passphrase };
}

interface Request {
  readonly name: string;
  readonly subject: string;
  readonly extension: string;
  readonly by: CertificateFiles;
  readonly days?: number;
}

async function createAuthority(folder: string, name: string): Promise<CertificateFiles> {
  const { cert, key } = filesFor(folder, name);
  await openssl(`req -x509 ${newKey}`, {
    keyout: key,
    subj: `/CN=amqp-pubcon ${name}`,
    days: "2",
    out: cert,
  });
  return { cert, key };
}

async function issue(folder: string, request: Request): Promise<CertificateFiles> {
  const { cert, key } = filesFor(folder, request.name);
  const signingRequest = path.join(folder, `${request.name}.csr`);
  await openssl(`req -new ${newKey}`, {
    keyout: key,
    subj: `/CN=${request.subject}`,
    out: signingRequest,
  });
  // The command "ca", for all its ceremony, is the one that takes any two dates in every version of OpenSSL.
  await openssl("ca -batch -notext", {
    config: await writeAuthorityConfig(folder, request),
    cert: request.by.cert,
    keyfile: request.by.key,
    startdate: dateAfter(-2),
    enddate: dateAfter(request.days ?? 2),
    in: signingRequest,
    out: cert,
  });
  return { cert, key };
}

async function writeAuthorityConfig(folder: string, request: Request): Promise<string> {
  const own = path.join(folder, request.name);
  const config = `[ca]
default_ca = authority
[authority]
database = ${own}.index
serial = ${own}.serial
new_certs_dir = ${folder}
default_md = sha256
policy = policy
x509_extensions = extensions
[policy]
commonName = supplied
[extensions]
basicConstraints = CA:FALSE
${request.extension}
`;
  await writeFile(`${own}.index`, "");
  // One authority must not give a serial number twice: the name is the number.
  await writeFile(`${own}.serial`, `${Buffer.from(request.name.padEnd(8)).toString("hex")}\n`);
  await writeFile(`${own}.cnf`, config);
  return `${own}.cnf`;
}

/** A day before (negative) or after now, as openssl wants it: 20261121000000Z. */
function dateAfter(days: number): string {
  const date = new Date(Date.now() + days * 86_400_000);
  return `${date.toISOString().slice(0, 19).replaceAll(/[-:T]/g, "")}Z`;
}

function filesFor(folder: string, name: string): CertificateFiles {
  return { cert: path.join(folder, `${name}.pem`), key: path.join(folder, `${name}.key`) };
}

async function openssl(command: string, options: Readonly<Record<string, string>>): Promise<void> {
  const values = Object.entries(options).flatMap(([name, value]) => [`-${name}`, value]);
  await promisify(execFile)("openssl", [...command.split(" "), ...values]);
}
