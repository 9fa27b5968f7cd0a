// Flags about the run itself, the same in both binaries.
import { file, oneOf, text, toggle } from "../flag.ts";
import { duration } from "../time-flag.ts";

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
    details:
      "When something was not delivered, or amqp-pub fails after its first message, the account is printed in any case. Without --confirm nothing is confirmed: it tells how many of the unconfirmed were handed over, and so have reached the broker.",
  }),
  grace: duration({
    group,
    default: 10_000,
    summary: "time to finish what is in hand after a signal",
    details:
      "The signals are SIGINT, SIGTERM and SIGHUP; a second one stops at once. A broker that does not answer adds up to four seconds. Handlers of amqp-con have it too when the broker, or the queue, is gone for good.",
  }),
  profile: text({
    group,
    placeholder: "PROFILE",
    summary: "named defaults from the configuration file",
    details:
      "Without it the profile `default`, if there is one. Each profile is a table of the TOML file whose keys are names of flags: `[staging]` and below it `prefetch = 10`. What is typed, and what stands in the environment, counts more.",
  }),
  config: file({
    group,
    summary: "configuration file instead of the usual one",
    details:
      "The usual one is amqp-pubcon/config.toml in $XDG_CONFIG_HOME or ~/.config. A file that holds a password must not be readable by others. --config /dev/null keeps it out.",
  }),
  printConfig: toggle({
    group,
    typedOnly: true,
    summary: "print each option and where it came from; secrets hidden",
    details: "As TOML on standard output. Nothing is connected.",
  }),
  debug: toggle({ group, summary: "stack traces of errors" }),
  completion: oneOf(["bash", "zsh", "fish"])({
    group,
    typedOnly: true,
    summary: "print the completion script of a shell",
    details:
      "For example, in ~/.bashrc: source <(amqp-pub --completion bash). Each program has its own.",
  }),
  help: toggle({ group, typedOnly: true, short: "h", summary: "short help with examples" }),
  helpAll: toggle({ group, typedOnly: true, summary: "every flag, grouped" }),
  version: toggle({ group, typedOnly: true, short: "V", summary: "print the version" }),
};
