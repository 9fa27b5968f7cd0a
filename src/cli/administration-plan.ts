// Administration flags → what to do besides declaring. Pure. What is declared: topology-plan.ts.
import type { AdministrationPlan } from "../administer.ts";
import type { Task } from "../amqp/administer/task.ts";
import { UsageError } from "../errors.ts";
import { planConnection } from "./connection-plan.ts";
import { kebab, type FlagTable, type Group, type OptionsOf } from "./flag.ts";
import type { administrationFlags } from "./flags/administration.ts";
import type { connectionFlags } from "./flags/connection.ts";
import { measureFlags } from "./flags/measure.ts";
import type { tlsFlags } from "./flags/tls.ts";
import type { topologyFlags } from "./flags/topology.ts";
import type { Origins, Parsed } from "./parse.ts";
import { planBindings, planTopology } from "./topology-plan.ts";

/** The options that both programs have, as far as administration reads them. */
export type Options = OptionsOf<
  typeof topologyFlags & typeof administrationFlags & typeof connectionFlags & typeof tlsFlags
> & { readonly queue: string };

/** A command line with these options, perhaps among others. */
export type AnyParsed<F extends FlagTable> = Parsed<F> &
  Origins<keyof Options> & {
    readonly options: Omit<Options, "queue"> & { readonly queue: string | readonly string[] };
  };

/** What each program says of the topology by flags of its own. */
export interface TopologyDetails {
  /** The keys of the bindings. */
  readonly keys: readonly string[];
  /** What the consumer's other name of --queue-message-ttl says, where that counts more. */
  readonly messageTtl?: number | undefined;
}

const tasks = ["unbind", "purge", "depth", "deleteQueue", "deleteExchange"] as const;

/** Flags under these headings are about messages. */
const aboutMessages = new Set<Group>([
  "Input",
  "Message properties",
  "Delivery",
  "RPC",
  "Consuming",
  "Handlers",
  "Output",
]);

/** What is to be done; undefined when nothing but messages is asked for. @throws UsageError */
export function planAdministration<F extends FlagTable>(
  { name, flags }: { readonly name: string; readonly flags: F },
  parsed: AnyParsed<F>,
  { keys, messageTtl }: TopologyDetails,
): AdministrationPlan | undefined {
  const [queue = "", second] = [parsed.options.queue].flat();
  const options: Options = { ...parsed.options, queue };
  if (options.ping) checkPing(options, "timeout" in flags && parsed.typed("timeout"));
  checkConditions(options);
  const [first] = tasks.filter((task) => options[task] !== false && options[task] !== undefined);
  if (options.ping || options.declareOnly)
    checkUnmeasured(parsed, options.ping ? "ping" : "declareOnly");
  if (first === undefined && !options.declareOnly) return undefined;
  if (options.ping)
    throw new UsageError(`--${kebab(first ?? "declareOnly")} excludes --ping`, "one at a time");
  if (second !== undefined)
    throw new UsageError(
      `--${kebab(first ?? "declareOnly")} excludes several queues`,
      "one at a time",
    );
  if (first !== undefined) checkNoMessages(flags, parsed, first);
  checkNames(options, parsed.typed("routingKey"));
  const { warnings, ...connection } = planConnection(options, parsed, name);
  return {
    connection,
    warnings,
    topology: planTopology(options, parsed, keys, messageTtl),
    tasks: planTasks(options, keys),
    depthFormat: options.depth ?? "text",
  };
}

/** In the order in which they are done, whatever the order of the flags. */
function planTasks(options: Options, keys: readonly string[]): readonly Task[] {
  const { queue, exchange, ifEmpty, ifUnused } = options;
  return [
    ...(options.unbind
      ? planBindings(options, keys).map((binding) => ({ act: "unbind", binding }) as const)
      : []),
    ...(options.purge ? [{ act: "purge", queue } as const] : []),
    ...(options.depth === undefined ? [] : [{ act: "depth", queue } as const]),
    ...(options.deleteQueue ? [{ act: "delete-queue", queue, ifEmpty, ifUnused } as const] : []),
    ...(options.deleteExchange ? [{ act: "delete-exchange", exchange, ifUnused } as const] : []),
  ];
}

/** Flags of messages may stay, but for their time: a worker's own command line shows whether it can connect. */
function checkPing({ dryRun }: Options, hasTimeout: boolean): void {
  if (dryRun !== undefined)
    throw new UsageError("--dry-run excludes --ping", "a dry run connects to nothing");
  if (hasTimeout)
    throw new UsageError("--ping excludes --timeout", "--connect-timeout and --wait limit it");
}

function checkConditions(options: Options): void {
  const { ifEmpty, ifUnused, deleteQueue, deleteExchange, channelMax } = options;
  if (ifEmpty && !deleteQueue)
    throw new UsageError("--if-empty needs --delete-queue", "it is a condition of deleting");
  if (ifUnused && !deleteQueue && !deleteExchange)
    throw new UsageError(
      "--if-unused needs --delete-queue or --delete-exchange",
      "it is a condition of deleting",
    );
  if (deleteQueue && (ifEmpty || ifUnused) && channelMax === 1)
    throw new UsageError(
      `--channel-max 1 excludes --if-${ifEmpty ? "empty" : "unused"}`,
      "whether the queue is a stream is asked on a channel of its own",
    );
}

/** Nobody is to believe that `--purge -n 5` removes five messages. */
function checkNoMessages<F extends FlagTable>(
  flags: F,
  { typed, operands = [] }: Parsed<F>,
  task: string,
): void {
  const keys = Object.keys(flags).filter((key): key is keyof F & string => {
    const flag = flags[key];
    return flag !== undefined && !flag.ignored && aboutMessages.has(flag.group) && key !== "color";
  });
  const stray = keys.find(typed);
  if (stray !== undefined || operands.length > 0)
    throw new UsageError(
      `--${kebab(task)} excludes ${stray === undefined ? "a handler" : `--${kebab(stray)}`}`,
      stray === "format" && task === "depth"
        ? "--depth=json prints one line of JSON"
        : "it neither sends nor takes messages",
    );
}

/** Flags of messages may stay beside --ping and --declare-only, but not --stats and --report, whose figures would never come. */
function checkUnmeasured<F extends FlagTable>({ typed }: Parsed<F>, task: string): void {
  const stray = Object.keys(measureFlags).find(typed);
  if (stray !== undefined)
    throw new UsageError(
      `--${kebab(task)} excludes --${kebab(stray)}`,
      "there are no messages to measure",
    );
}

function checkNames(options: Options, hasKey: boolean): void {
  const { queue, exchange, createQueue, createExchange, bindQueue, bindExchange, passive } =
    options;
  const ofQueue = (["purge", "depth", "deleteQueue"] as const).find((task) => options[task]);
  if (ofQueue && queue === "" && !createQueue)
    throw new UsageError(`--${kebab(ofQueue)} needs --queue`, "name it with -q QUEUE");
  if (options.deleteExchange && exchange === "")
    throw new UsageError("--delete-exchange needs --exchange", "name it with -e EXCHANGE");
  if (options.unbind) checkUnbind(options);
  const binds = bindQueue || bindExchange !== undefined;
  if (options.declareOnly && !createQueue && !createExchange && !binds)
    throw new UsageError("--declare-only needs something to declare", "add -Q, -E or --bind-queue");
  if (!options.declareOnly && hasKey && !binds && !options.unbind)
    throw new UsageError("--routing-key needs --bind-queue or --unbind", "it is the binding's key");
  if (options.deleteQueue && createQueue && !passive)
    throw new UsageError("--delete-queue excludes --create-queue", "leave out -Q");
  if (options.deleteExchange && createExchange && !passive)
    throw new UsageError("--delete-exchange excludes --create-exchange", "leave out -E");
}

function checkUnbind({ queue, exchange, createQueue, bindQueue, bindExchange }: Options): void {
  if (bindQueue) throw new UsageError("--unbind excludes --bind-queue", "leave out --bind-queue");
  if (exchange === "")
    throw new UsageError("--unbind needs --exchange", "name the exchange with -e EXCHANGE");
  if (bindExchange === undefined && queue === "" && !createQueue)
    throw new UsageError(
      "--unbind needs --queue",
      "name it with -q; to unbind an exchange from another, add --bind-exchange SOURCE",
    );
}
