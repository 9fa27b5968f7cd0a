// Flags about the run itself, the same in both binaries.
import { duration, oneOf, toggle } from "../flag.ts";

const group = "General";

export const generalFlags = {
  color: oneOf(["auto", "always", "never"])({
    group: "Output",
    default: "auto",
    summary: "colours: auto means on a terminal without NO_COLOR",
  }),
  summary: oneOf(["text", "json", "none"])({
    group: "Output",
    default: "none",
    summary: "the account at the end, on stderr",
    details: "When something was not delivered, the account is printed in any case.",
  }),
  grace: duration({
    group,
    default: 10_000,
    summary: "after SIGINT or SIGTERM, finish what is in hand so long",
  }),
  debug: toggle({ group, summary: "stack traces of errors" }),
  help: toggle({ group, short: "h", summary: "short help with examples" }),
  helpAll: toggle({ group, summary: "every flag, grouped" }),
  version: toggle({ group, short: "V", summary: "print the version" }),
};
