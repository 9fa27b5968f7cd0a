import { pub } from "../src/cli/pub.ts";
import { main } from "../src/main.ts";

void main(pub, process);
