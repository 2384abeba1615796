import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderReference } from "./reference";

writeFileSync(join(__dirname, "..", "docs", "configuration.md"), renderReference());
