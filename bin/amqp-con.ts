import { con } from "../src/cli/con.ts";
import { prepare } from "../src/con.ts";
import { main } from "../src/main.ts";

void main(con, prepare, process);
