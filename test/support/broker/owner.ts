// A process that starts a broker, prints its port and then does nothing: broker.test.ts kills it.
import process from "node:process";
import { startBroker } from "../broker.ts";

const broker = await startBroker();
process.stdout.write(`${broker.port}\n`);
setInterval(() => undefined, 60_000);
