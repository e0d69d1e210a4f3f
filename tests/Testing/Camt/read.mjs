// Reads a camt.053 file with a parser that is not ours, and says what it found as JSON.
import { readFileSync } from "node:fs";
import camt from "camt-parser";

console.log(JSON.stringify(await camt.parseCamt053(readFileSync(process.argv[2], "utf8"))));
