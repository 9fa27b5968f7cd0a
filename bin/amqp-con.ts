import { con } from "../src/cli/con.ts";
import { main } from "../src/main.ts";

void main(con, process);
