// The flags that set what a queue or an exchange is declared with, by the broker's names: errors and dry runs name them. A new
// flag of that kind belongs here and into cli/topology-plan.ts.

export const queueFlags: Readonly<Record<string, string>> = {
  durable: "--durable-queue",
  auto_delete: "--nad-queue",
  "x-queue-type": "--queue-type",
  "x-expires": "--queue-ttl",
  "x-message-ttl": "--queue-message-ttl",
  "x-dead-letter-exchange": "--dead-letter-exchange",
  "x-dead-letter-routing-key": "--dead-letter-routing-key",
  "x-max-length": "--max-length",
  "x-max-length-bytes": "--max-length-bytes",
  "x-overflow": "--overflow",
  "x-max-priority": "--max-priority",
  "x-delivery-limit": "--delivery-limit",
  "x-single-active-consumer": "--single-active-consumer",
};

export const exchangeFlags: Readonly<Record<string, string>> = {
  type: "-t",
  durable: "--durable-exchange",
  auto_delete: "--nad-exchange",
  internal: "--internal-exchange",
  "alternate-exchange": "--alternate-exchange",
};
