import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderAlertsReference } from "./reference";

writeFileSync(join(__dirname, "..", "docs", "alerts.md"), renderAlertsReference());
