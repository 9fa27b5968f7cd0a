import { pub } from "../src/cli/pub.ts";
import { prepare } from "../src/pub.ts";
import { main } from "../src/main.ts";

void main(pub, prepare, process);
