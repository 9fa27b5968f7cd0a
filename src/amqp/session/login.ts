// Who we are on every link of a session: what stands in files, or is asked for, is read once.
import type { ConnectionSettings } from "./connection.ts";
import { readPassword, type PasswordPlan, type Secret } from "./credentials.ts";
import { loadTls, type TlsOptions, type TlsPlan } from "./tls.ts";

export interface LoginPlan {
  readonly password: PasswordPlan | undefined;
  readonly tls: TlsPlan | undefined;
  readonly settings: ConnectionSettings;
}

/** How to log in. */
export interface Login {
  readonly password: Secret | undefined;
  readonly tls: TlsOptions | undefined;
  readonly settings: ConnectionSettings;
}

/** Reads it. `ask` is called for a password that nobody has written down. @throws UsageError naming flag and file */
export async function readLogin(plan: LoginPlan, ask: () => Promise<string>): Promise<Login> {
  return {
    tls: plan.tls && (await loadTls(plan.tls)),
    password: plan.password && (await readPassword(plan.password, ask)),
    settings: plan.settings,
  };
}
